/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A hash table in the place of a BPF hash map: keys and values by value, NULL past the end. Owns
 * its memory. Grows up to a bound, as a map is full at max_entries; nothing is evicted.
 */
#ifndef USER_JUDGE_STORE_H
#define USER_JUDGE_STORE_H

#include <stddef.h>
#include <stdint.h>

#define STORE_KEY_MAX 40
#define STORE_VALUE_MAX 16

struct store_entry {
	uint64_t used;
	uint8_t key[STORE_KEY_MAX];
	uint64_t value[STORE_VALUE_MAX / sizeof(uint64_t)]; /* aligned for any of the values */
};

struct store {
	size_t key_size, value_size, entries_max;
	size_t count, capacity; /* capacity: a power of two, or 0 */
	struct store_entry *entries;
};

void store_init(struct store *store, size_t key_size, size_t value_size, size_t entries_max);
/* The value, good until the next update or removal; NULL when the key is not there. */
void *store_lookup(const struct store *store, const void *key);
/* 0; -ENOMEM; -E2BIG when the table is full. */
int store_update(struct store *store, const void *key, const void *value);
/* 0, or -ENOENT. */
int store_remove(struct store *store, const void *key);
void store_clear(struct store *store);
void store_free(struct store *store);

#endif
