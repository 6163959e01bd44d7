/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Per-CPU counters summed up. Owns the buffer for one value per CPU. Knows only that counters are
 * 64-bit words.
 */
#ifndef USER_KERNEL_PERCPU_H
#define USER_KERNEL_PERCPU_H

#include <stddef.h>
#include <stdint.h>

struct percpu {
	int fd;
	int cpus;
	size_t words;
	uint64_t *each; /* cpus x words */
};

/* value_bytes: of one CPU's value, a multiple of 8. */
int percpu_open(int map_fd, size_t value_bytes, struct percpu *ret_percpu);
/* The sum over all CPUs of one slot, words many. */
int percpu_sum(struct percpu *percpu, uint32_t slot, uint64_t *ret_words);
int percpu_clear(struct percpu *percpu, uint32_t slot);
void percpu_close(struct percpu *percpu);

#endif
