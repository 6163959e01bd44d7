/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Distinct byte strings numbered in order of first appearance: how equal rows, leaf runs and
 * classes become one. Hashes find, bytes decide. Knows nothing of what the strings mean.
 */
#ifndef USER_COMPILE_INTERN_H
#define USER_COMPILE_INTERN_H

#include <stddef.h>
#include <stdint.h>

struct intern {
	uint8_t *bytes; /* all strings, one after the other */
	size_t size_bytes, capacity_bytes;
	size_t *end;	/* string i is bytes[end[i - 1]..end[i]) */
	uint64_t *hash; /* of string i */
	size_t count, capacity, hash_capacity;
	uint32_t *table; /* open addressing: 1 + number, 0: empty */
	size_t table_size;
	size_t max_bytes; /* 0: no limit */
};

/* 0 or 1: *ret_id is the string's number; 1: it is new. -ENOMEM; -E2BIG past max_bytes. */
int intern_add(struct intern *intern, const void *string, size_t bytes, uint32_t *ret_id);
const void *intern_get(const struct intern *intern, uint32_t id, size_t *ret_bytes);
void intern_free(struct intern *intern);

uint64_t hash_bytes(const void *data, size_t bytes);
/* A bijection that spreads every bit (Steele, Lea and Flood 2014: SplitMix64's finalizer). */
uint64_t hash_mix(uint64_t x);

#endif
