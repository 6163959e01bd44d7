/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdp-filter as a peer: Debian's own object, its maps filled as its command fills them, driven like
 * any other program. Knows its map layout (flags in the low bits of a counter) and nothing else.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "programs.h"

#define OBJECT_FOLDER "/usr/lib/x86_64-linux-gnu/bpf"
#define FLAG_SRC 1u
#define FLAG_DST 2u
#define FLAG_TCP 4u

/* Per-CPU maps: the same flags on every CPU. */
static int set_flags(int fd, const void *key, uint64_t flags, uint64_t *values, int cpus)
{
	for (int i = 0; i < cpus; i++)
		values[i] = flags;
	return bpf_map_update_elem(fd, key, values, BPF_ANY) ? -errno : 0;
}

static int fill_maps(struct bpf_object *object, const uint32_t *addresses, size_t address_count,
		     const uint16_t *ports, size_t port_count)
{
	int address_fd = bpf_object__find_map_fd_by_name(object, "filter_ipv4");
	int port_fd = bpf_object__find_map_fd_by_name(object, "filter_ports");
	int cpus = libbpf_num_possible_cpus(), error = 0;
	uint64_t *values = calloc((size_t)cpus, sizeof(*values));

	if (!values)
		return -ENOMEM;
	for (size_t i = 0; i < address_count && !error; i++)
		error = set_flags(address_fd, &(uint32_t){htonl(addresses[i])}, FLAG_SRC, values,
				  cpus);
	for (size_t i = 0; i < port_count && !error; i++)
		error = set_flags(port_fd, &(uint32_t){htons(ports[i])}, FLAG_DST | FLAG_TCP,
				  values, cpus);
	free(values);
	return error;
}

int xdpfilter_open(const char *variant, const uint32_t *addresses, size_t address_count,
		   const uint16_t *ports, size_t port_count, struct program *ret_program)
{
	char path[256];
	struct bpf_object *object;
	struct bpf_program *program;
	struct bpf_map *map;
	int error;

	snprintf(path, sizeof(path), "%s/xdpfilt_%s.o", OBJECT_FOLDER, variant);
	object = bpf_object__open_file(path, NULL);
	if (!object)
		return -ENOENT;
	bpf_object__for_each_map(map, object) /* its maps ask to be pinned by name: not here */
		bpf_map__set_pin_path(map, NULL);
	program = bpf_object__next_program(object, NULL);
	bpf_program__set_type(program, BPF_PROG_TYPE_XDP);
	bpf_program__set_expected_attach_type(program, BPF_XDP);
	error = bpf_object__load(object);
	if (!error)
		error = fill_maps(object, addresses, address_count, ports, port_count);
	if (error) {
		bpf_object__close(object);
		fprintf(stderr, "bench: xdp-filter: %s\n", strerror(-error));
		return error;
	}
	*ret_program = (struct program){.object = object, .fd = bpf_program__fd(program)};
	return 0;
}
