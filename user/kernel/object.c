/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The BPF object that is built into this program: sized, loaded, handed over as a firewall. Alone
 * in knowing the skeleton. Knows no pins and no NICs.
 */
#include "kernel/object.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>

#include "kernel/grown.h"
#include "kernel/program_image.h"
#include "util/cleanup.h"

/* Shared with the object before, when sizes agree: what lives longer than one policy. */
static const enum firewall_map state_maps[] = {
	MAP_FLOWS,  MAP_FRAGMENTS,  MAP_LIMITS,	    MAP_LINE_COUNTERS, MAP_FLOW_COUNTERS,
	MAP_EVENTS, MAP_RULE_NAMES, MAP_LINE_NAMES, MAP_ABOUT,	       MAP_NICS,
};

uint64_t object_build(void)
{
	size_t size;
	const unsigned char *bytes = program_image(&size);
	uint64_t hash = 0xcbf29ce484222325ull; /* FNV-1a */

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3ull;
	return hash ? hash : 1;
}

#define LOG_SHOWN 1500

/* libbpf's talk goes where the failure is told: it has no other argument to carry it. */
static struct report *talk_to;

static int libbpf_talk(enum libbpf_print_level level, const char *format, va_list values)
{
	AUTO_FREE char *text = NULL;
	size_t length;

	if (level == LIBBPF_DEBUG || !talk_to || vasprintf(&text, format, values) < 0)
		return 0;
	/* Of the verifier's log, what it says last is why. */
	length = strlen(text);
	if (length > LOG_SHOWN) {
		char *from = text + length - LOG_SHOWN, *line = strchr(from, '\n');

		report_detail(talk_to, "BEGIN PROG LOAD LOG, its end:");
		report_detail(talk_to, line ? line + 1 : from);
	} else {
		report_detail(talk_to, text);
	}
	return 0;
}

/* max_entries of the maps that the policy sizes; 0: as the object says. */
static uint32_t map_entries(enum firewall_map map, const struct object_sizes *sizes)
{
	switch (map) {
	case MAP_CLASSES:
		return ZG_HALVES * sizes->tables.classes;
	case MAP_RULE_NAMES:
		return sizes->rule_slots;
	case MAP_LINE_COUNTERS:
	case MAP_LINE_NAMES:
		return ZG_LINE_SLOTS;
	case MAP_FLOWS:
		return sizes->flows;
	default:
		return 0;
	}
}

static int maps_prepare(struct bpf_object *object, const struct object_sizes *sizes,
			const struct firewall *predecessor, struct report *report)
{
	for (int i = 0; i < FIREWALL_MAP_COUNT; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(object, firewall_map_names[i]);
		uint32_t entries = map_entries(i, sizes);

		if (!map && firewall_map_is_optional(i))
			continue;
		if (!map)
			return report_refuse(report, -EPROTO, "this build's object has no map %s",
					     firewall_map_names[i]);
		if (entries && bpf_map__set_max_entries(map, entries))
			return report_fail(report, -errno, "sizing map %s for %u entries",
					   firewall_map_names[i], entries);
	}
	for (size_t i = 0; predecessor && i < sizeof(state_maps) / sizeof(state_maps[0]); i++) {
		enum firewall_map id = state_maps[i];
		struct bpf_map *map = bpf_object__find_map_by_name(object, firewall_map_names[id]);

		if (bpf_map__max_entries(map) != predecessor->map[id].max_entries)
			continue;
		if (bpf_map__reuse_fd(map, predecessor->map[id].fd))
			return report_fail(report, -errno, "taking over map %s",
					   firewall_map_names[id]);
	}
	return 0;
}

static int descriptor_keep(int fd, int *ret_fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	if (copy < 0)
		return -errno;
	*ret_fd = copy;
	return 0;
}

static int descriptors_keep(struct bpf_object *object, struct firewall *firewall)
{
	int error = 0;

	for (int i = 0; i < FIREWALL_MAP_COUNT && !error; i++)
		error = descriptor_keep(
			bpf_object__find_map_fd_by_name(object, firewall_map_names[i]),
			&firewall->map[i].fd);
	for (int i = 0; i < FIREWALL_PROGRAM_COUNT && !error; i++) {
		struct bpf_program *program =
			bpf_object__find_program_by_name(object, firewall_program_names[i]);

		if (program)
			error = descriptor_keep(bpf_program__fd(program), &firewall->program[i]);
	}
	return error;
}

/* Where a global variable of ".bss" lies, 1 + bytes; 0: there is none of that size. */
static __u32 variable_find(const struct btf *btf, const char *name, size_t size)
{
	__s32 id = btf__find_by_name_kind(btf, ".bss", BTF_KIND_DATASEC);
	const struct btf_type *section = id < 0 ? NULL : btf__type_by_id(btf, (__u32)id);
	const struct btf_var_secinfo *var = section ? btf_var_secinfos(section) : NULL;

	for (int i = 0; section && i < btf_vlen(section); i++) {
		const struct btf_type *type = btf__type_by_id(btf, var[i].type);

		if (type && var[i].size == size &&
		    !strcmp(btf__name_by_offset(btf, type->name_off), name))
			return var[i].offset + 1;
	}
	return 0;
}

/*
 * The tables of fixed size are variables, in the order in which some compiler laid them out: the
 * object's own BTF tells it. Asking the kernel for it later would take CAP_SYS_ADMIN.
 */
static int fixed_tables_note(struct bpf_object *object, const struct object_sizes *sizes,
			     struct report *report)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, firewall_map_names[MAP_CONTROL]);
	const struct btf *btf = bpf_object__btf(object);
	struct zg_control control;
	const void *initial;
	size_t size = 0;
	int error;

	initial = map ? bpf_map__initial_value(map, &size) : NULL;
	if (!btf || !initial || size != sizeof(control))
		return report_fail(report, -EPROTO, "looking for the control word in the object");
	memcpy(&control, initial, sizeof(control));
	control.roots_offset = variable_find(btf, "roots", ZG_HALVES * sizeof(struct zg_roots));
	control.ports_offset = variable_find(btf, "ports", 2 * ZG_HALVES * sizeof(struct zg_ports));
	control.pair_words = ZG_HALVES * sizes->tables.pairs;
	error = bpf_map__set_initial_value(map, &control, sizeof(control));
	return error ? report_fail(report, error, "writing the control word") : 0;
}

static int load_failed(struct report *report, int error)
{
	bool verifier = strstr(report->detail, "BEGIN PROG LOAD LOG");

	report_fail(report, error, "loading the BPF programs");
	if (verifier)
		report_hint(report, "the kernel's verifier refuses a program: please report the "
				    "lines above, with 'uname -r'");
	else if (error == -EPERM || error == -EACCES)
		report_hint(report, "this needs root, or CAP_BPF and CAP_NET_ADMIN");
	else if (error == -E2BIG || error == -ENOMEM)
		report_hint(report, "the tables did not fit into memory: lower the number of flows "
				    "or the size of the policy");
	return error;
}

int object_load(const struct object_sizes *sizes, const struct firewall *predecessor,
		struct report *report, struct firewall *ret_firewall)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "zonegate");
	struct grown grown = {0};
	struct firewall firewall;
	struct bpf_object *object;
	size_t size;
	const void *bytes = program_image(&size);
	int error;

	firewall_init(&firewall);
	talk_to = report;
	libbpf_set_print(libbpf_talk);
	object = bpf_object__open_mem(bytes, size, &options);
	if (!object) {
		error = load_failed(report, -errno);
		goto out;
	}
	error = maps_prepare(object, sizes, predecessor, report);
	if (!error)
		error = fixed_tables_note(object, sizes, report);
	if (!error)
		error = grown_take(object, sizes, predecessor, report, &grown);
	if (!error) {
		error = bpf_object__load(object);
		if (error)
			load_failed(report, error);
	}
	if (!error) {
		error = descriptors_keep(object, &firewall);
		if (error)
			report_fail(report, error, "keeping the loaded programs");
	}
	if (grown_release(&grown))
		bpf_object__close(object);
	if (!error)
		error = firewall_map_memory(&firewall, report);
	if (error)
		firewall_close(&firewall);
	else
		*ret_firewall = firewall;
out:
	talk_to = NULL;
	return error;
}
