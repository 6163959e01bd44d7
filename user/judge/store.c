/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Open addressing with linear probing; a removal moves the rest of its run back, so there are no
 * tombstones. Must not know what is stored.
 */
#include "judge/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

#define STORE_CAPACITY_FIRST 64

/* FNV-1a. */
static size_t store_hash(const struct store *store, const void *key)
{
	const uint8_t *byte = key;
	uint64_t hash = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < store->key_size; i++)
		hash = (hash ^ byte[i]) * 0x100000001b3ull;
	return (size_t)(hash ^ hash >> 32);
}

/* The entry of the key, or the free one where it would go. capacity is not 0. */
static struct store_entry *store_probe(const struct store *store, const void *key)
{
	size_t mask = store->capacity - 1, at = store_hash(store, key) & mask;

	while (store->entries[at].used && memcmp(store->entries[at].key, key, store->key_size) != 0)
		at = (at + 1) & mask;
	return &store->entries[at];
}

void store_init(struct store *store, size_t key_size, size_t value_size, size_t entries_max)
{
	*store = (struct store){
		.key_size = key_size,
		.value_size = value_size,
		.entries_max = entries_max,
	};
}

void *store_lookup(const struct store *store, const void *key)
{
	struct store_entry *entry;

	if (!store->capacity)
		return NULL;
	entry = store_probe(store, key);
	return entry->used ? entry->value : NULL;
}

static int store_grow(struct store *store)
{
	struct store bigger = *store;

	bigger.capacity = store->capacity ? store->capacity * 2 : STORE_CAPACITY_FIRST;
	bigger.entries = calloc(bigger.capacity, sizeof(*bigger.entries));
	if (!bigger.entries)
		return -ENOMEM;
	for (size_t i = 0; i < store->capacity; i++)
		if (store->entries[i].used)
			*store_probe(&bigger, store->entries[i].key) = store->entries[i];
	free(store->entries);
	*store = bigger;
	return 0;
}

int store_update(struct store *store, const void *key, const void *value)
{
	struct store_entry *entry;
	int err;

	if (store->count * 2 >= store->capacity) {
		err = store_grow(store);
		if (err)
			return err;
	}
	entry = store_probe(store, key);
	if (!entry->used) {
		if (store->count == store->entries_max)
			return -E2BIG;
		entry->used = 1;
		memcpy(entry->key, key, store->key_size);
		store->count++;
	}
	memcpy(entry->value, value, store->value_size);
	return 0;
}

int store_remove(struct store *store, const void *key)
{
	size_t mask = store->capacity - 1, hole, at;
	struct store_entry *entry;

	if (!store->capacity)
		return -ENOENT;
	entry = store_probe(store, key);
	if (!entry->used)
		return -ENOENT;
	hole = (size_t)(entry - store->entries);
	/* What stands behind the hole moves into it unless its place lies between the two. */
	for (at = (hole + 1) & mask; store->entries[at].used; at = (at + 1) & mask) {
		size_t home = store_hash(store, store->entries[at].key) & mask;

		if (((at - home) & mask) < ((at - hole) & mask))
			continue;
		store->entries[hole] = store->entries[at];
		hole = at;
	}
	store->entries[hole].used = 0;
	store->count--;
	return 0;
}

void store_clear(struct store *store)
{
	for (size_t i = 0; i < store->capacity; i++)
		store->entries[i].used = 0;
	store->count = 0;
}

void store_free(struct store *store)
{
	free(store->entries);
	store->entries = NULL;
	store->capacity = store->count = 0;
}
