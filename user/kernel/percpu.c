/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Per-CPU counters summed up. Knows only that counters are 64-bit words.
 */
#include "kernel/percpu.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int percpu_open(int map_fd, size_t value_bytes, struct percpu *ret_percpu)
{
	struct percpu percpu = {.fd = map_fd, .words = value_bytes / sizeof(uint64_t)};

	percpu.cpus = libbpf_num_possible_cpus();
	if (percpu.cpus < 0)
		return percpu.cpus;
	percpu.each = calloc((size_t)percpu.cpus * percpu.words, sizeof(*percpu.each));
	if (!percpu.each)
		return -ENOMEM;
	*ret_percpu = percpu;
	return 0;
}

int percpu_sum(struct percpu *percpu, uint32_t slot, uint64_t *ret_words)
{
	if (bpf_map_lookup_elem(percpu->fd, &slot, percpu->each))
		return -errno;
	memset(ret_words, 0, percpu->words * sizeof(*ret_words));
	for (size_t cpu = 0; cpu < (size_t)percpu->cpus; cpu++)
		for (size_t i = 0; i < percpu->words; i++)
			ret_words[i] += percpu->each[cpu * percpu->words + i];
	return 0;
}

int percpu_clear(struct percpu *percpu, uint32_t slot)
{
	memset(percpu->each, 0, (size_t)percpu->cpus * percpu->words * sizeof(*percpu->each));
	return bpf_map_update_elem(percpu->fd, &slot, percpu->each, BPF_ANY) ? -errno : 0;
}

void percpu_close(struct percpu *percpu)
{
	free(percpu->each);
	memset(percpu, 0, sizeof(*percpu));
	percpu->fd = -1;
}
