/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Per-CPU counters summed up, of percpu maps and of mapped memory with a row of slots for each CPU.
 * Owns the buffer for one value per CPU. Knows only that counters are 64-bit words.
 */
#ifndef USER_KERNEL_PERCPU_H
#define USER_KERNEL_PERCPU_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/firewall.h"

struct percpu {
	int fd;
	size_t cpus, words;
	uint64_t *each; /* a percpu map: cpus x words, as the kernel answers */
	uint64_t *rows; /* mapped memory: cpus x slots x words; NULL: a percpu map */
	size_t slots;
};

/* value_bytes: of one CPU's value, a multiple of 8. */
int percpu_open(const struct firewall_map_state *map, size_t value_bytes,
		struct percpu *ret_percpu);
/* The sum over all CPUs of one slot, words many. */
int percpu_sum(struct percpu *percpu, uint32_t slot, uint64_t *ret_words);
int percpu_clear(struct percpu *percpu, uint32_t slot);
void percpu_close(struct percpu *percpu);

/* How many rows mapped memory has: the highest possible CPU's number + 1, or a negative errno. */
int percpu_rows(void);

#endif
