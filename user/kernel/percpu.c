/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Per-CPU counters summed up. Knows only that counters are 64-bit words.
 */
#include "kernel/percpu.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POSSIBLE_CPUS "/sys/devices/system/cpu/possible"

int percpu_rows(void)
{
	int count = libbpf_num_possible_cpus();
	char text[256] = "";
	FILE *file = fopen(POSSIBLE_CPUS, "re");
	const char *last;

	if (count < 0)
		return count;
	/* "0-3,8-11": numbers may have gaps, and a row is found by its CPU's number. */
	if (file) {
		if (!fgets(text, sizeof(text), file))
			text[0] = '\0';
		fclose(file);
	}
	last = text + strlen(text);
	while (last > text && last[-1] != '-' && last[-1] != ',')
		last--;
	return atoi(last) >= count ? atoi(last) + 1 : count;
}

int percpu_open(const struct firewall_map_state *map, size_t value_bytes, struct percpu *ret_percpu)
{
	struct percpu percpu = {.fd = map->fd, .words = value_bytes / sizeof(uint64_t)};
	int cpus;

	if (map->memory) {
		percpu.rows = map->memory;
		percpu.slots = map->max_entries;
		percpu.cpus = map->memory_bytes / value_bytes / percpu.slots;
		*ret_percpu = percpu;
		return 0;
	}
	cpus = libbpf_num_possible_cpus();
	if (cpus < 0)
		return cpus;
	percpu.cpus = (size_t)cpus;
	percpu.each = calloc(percpu.cpus * percpu.words, sizeof(*percpu.each));
	if (!percpu.each)
		return -ENOMEM;
	*ret_percpu = percpu;
	return 0;
}

static uint64_t *row_value(const struct percpu *percpu, size_t cpu, uint32_t slot)
{
	return percpu->rows + (cpu * percpu->slots + slot) * percpu->words;
}

int percpu_sum(struct percpu *percpu, uint32_t slot, uint64_t *ret_words)
{
	if (percpu->rows ? slot >= percpu->slots
			 : bpf_map_lookup_elem(percpu->fd, &slot, percpu->each))
		return percpu->rows ? -ENOENT : -errno;
	memset(ret_words, 0, percpu->words * sizeof(*ret_words));
	for (size_t cpu = 0; cpu < percpu->cpus; cpu++) {
		const uint64_t *value = percpu->rows ? row_value(percpu, cpu, slot)
						     : percpu->each + cpu * percpu->words;

		/* A program may be adding to it: whole words are read. */
		for (size_t i = 0; i < percpu->words; i++)
			ret_words[i] += __atomic_load_n(&value[i], __ATOMIC_RELAXED);
	}
	return 0;
}

int percpu_clear(struct percpu *percpu, uint32_t slot)
{
	if (!percpu->rows) {
		memset(percpu->each, 0, percpu->cpus * percpu->words * sizeof(*percpu->each));
		return bpf_map_update_elem(percpu->fd, &slot, percpu->each, BPF_ANY) ? -errno : 0;
	}
	if (slot >= percpu->slots)
		return -ENOENT;
	for (size_t cpu = 0; cpu < percpu->cpus; cpu++)
		for (size_t i = 0; i < percpu->words; i++)
			__atomic_store_n(&row_value(percpu, cpu, slot)[i], 0, __ATOMIC_RELAXED);
	return 0;
}

void percpu_close(struct percpu *percpu)
{
	free(percpu->each);
	memset(percpu, 0, sizeof(*percpu));
	percpu->fd = -1;
}
