/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Loads the benchmark's own BPF objects. Owns no program beyond the handles it gives out.
 * Knows nothing of the data plane under test but its fd.
 */
#include "programs.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LPM_BATCH 4096

static const char *folder_name = ".";

void programs_folder(const char *folder)
{
	folder_name = folder;
}

static int fail(const char *what, int error)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(error < 0 ? -error : error));
	return error < 0 ? error : -error;
}

void program_close(struct program *program)
{
	if (program->object)
		bpf_object__close(program->object);
	else if (program->fd > 0)
		close(program->fd);
	*program = (struct program){.fd = -1};
}

static struct bpf_object *open_object(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s.bpf.o", folder_name, name);
	return bpf_object__open_file(path, NULL);
}

static int program_fd(struct bpf_object *object, const char *name)
{
	return bpf_program__fd(bpf_object__find_program_by_name(object, name));
}

/* Only this program of the object is loaded; NULL: all. */
static int load_object(struct bpf_object *object, const char *only)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, object) bpf_program__set_autoload(
		program, !only || !strcmp(bpf_program__name(program), only));
	return bpf_object__load(object);
}

int bare_open(struct program *ret_program)
{
	struct bpf_object *object = open_object("bare");
	int error = object ? load_object(object, NULL) : -errno;

	if (error) {
		bpf_object__close(object);
		return fail("bare programs", error);
	}
	*ret_program = (struct program){
		.object = object,
		.fd = program_fd(object, "bare_pass"),
		.frags_fd = program_fd(object, "bare_pass_frags"),
		.tc_fd = program_fd(object, "bare_ok"),
		.drop_fd = program_fd(object, "bare_drop"),
	};
	return 0;
}

/* Copies to the variable of that name in .bss. */
static int set_variable(const struct btf *btf, uint8_t *bss, const char *name, const void *from,
			size_t bytes)
{
	int section = btf__find_by_name_kind(btf, ".bss", BTF_KIND_DATASEC);
	const struct btf_type *type = section < 0 ? NULL : btf__type_by_id(btf, (__u32)section);

	for (__u32 i = 0; type && i < btf_vlen(type); i++) {
		const struct btf_var_secinfo *variable = btf_var_secinfos(type) + i;
		const struct btf_type *at = btf__type_by_id(btf, variable->type);

		if (variable->size != bytes || strcmp(btf__name_by_offset(btf, at->name_off), name))
			continue;
		memcpy(bss + variable->offset, from, bytes);
		return 0;
	}
	return -ENOENT;
}

/* Lies in .bss until the load copies it into the map: the headers are written before. */
static int fill_bss(struct bpf_object *object, const struct bench_header4 *headers4,
		    const struct bench_header6 *headers6, const uint8_t *mac)
{
	const struct btf *btf = bpf_object__btf(object);
	struct bpf_map *map;
	size_t size;
	void *bss;
	int error = 0;

	bpf_object__for_each_map(map, object) if (strstr(bpf_map__name(map), ".bss")) break;
	bss = map ? (void *)(uintptr_t)bpf_map__initial_value(map, &size) : NULL;
	if (!bss)
		return -ENOENT;
	if (headers4)
		error = set_variable(btf, bss, "header4", headers4,
				     BENCH_HEADERS * sizeof(*headers4));
	if (headers6 && !error)
		error = set_variable(btf, bss, "header6", headers6,
				     BENCH_HEADERS * sizeof(*headers6));
	if (mac && !error)
		error = set_variable(btf, bss, "mac", mac, 12);
	return error;
}

int rewriter_open(const char *name, const struct bench_header4 *headers4,
		  const struct bench_header6 *headers6, int target, const uint8_t *mac,
		  struct program *ret_program)
{
	struct bpf_object *object = open_object("rewrite");
	const char *jump = strstr(name, "_tc")	   ? "jump_tc"
			   : strstr(name, "_frag") ? "jump_frags"
						   : "jump_xdp";
	int error = object ? fill_bss(object, headers4, headers6, mac) : -errno;
	uint32_t zero = 0;

	if (!error)
		error = load_object(object, name);
	if (!error && target >= 0)
		error = bpf_map_update_elem(bpf_object__find_map_fd_by_name(object, jump), &zero,
					    &target, BPF_ANY)
				? -errno
				: 0;
	if (error) {
		bpf_object__close(object);
		return fail(name, error);
	}
	*ret_program = (struct program){.object = object, .fd = program_fd(object, name)};
	return 0;
}

static int fill_trie(int fd, const struct prefix4 *prefixes, size_t count, uint32_t values)
{
	struct {
		uint32_t bits, address;
	} *keys = calloc(LPM_BATCH, sizeof(*keys));
	uint32_t *zones = calloc(LPM_BATCH, sizeof(*zones));
	int error = keys && zones ? 0 : -ENOMEM;

	for (size_t done = 0; done < count && !error;) {
		uint32_t batch = 0;

		for (; batch < LPM_BATCH && done + batch < count; batch++) {
			keys[batch].bits = prefixes[done + batch].bits;
			keys[batch].address = htonl(prefixes[done + batch].address);
			zones[batch] = (uint32_t)(done + batch) % values;
		}
		done += batch;
		if (bpf_map_update_batch(fd, keys, zones, &batch, NULL))
			error = -errno;
	}
	free(keys);
	free(zones);
	return error;
}

int lpm_open(const struct prefix4 *remote, size_t remotes, const struct prefix4 *local,
	     size_t locals, struct program *ret_program)
{
	struct bpf_object *object = open_object("lpm");
	int error = object ? load_object(object, NULL) : -errno;

	if (!error)
		error = fill_trie(bpf_object__find_map_fd_by_name(object, "remote"), remote,
				  remotes, 16);
	if (!error)
		error = fill_trie(bpf_object__find_map_fd_by_name(object, "local"), local, locals,
				  16);
	if (error) {
		bpf_object__close(object);
		return fail("LPM tries", error);
	}
	*ret_program = (struct program){.object = object, .fd = program_fd(object, "lpm_two")};
	return 0;
}
