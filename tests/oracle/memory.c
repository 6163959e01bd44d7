// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Lists by hash value, for captures of millions of packets. Must not know what is remembered.
 */
#include "memory.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

static size_t memory_list(const struct memory *memory, const struct memory_key *key)
{
	uint32_t hash = key->x * 31 + key->y;

	for (int i = 0; i < 16; i++)
		hash = hash * 33 + key->a.byte[i] + 7u * key->b.byte[i];
	return (hash ^ hash >> 13) % (sizeof(memory->list) / sizeof(memory->list[0]));
}

static bool key_equal(const struct memory_key *a, const struct memory_key *b)
{
	return a->x == b->x && a->y == b->y && a->a.family == b->a.family &&
	       a->b.family == b->b.family && memcmp(a->a.byte, b->a.byte, 16) == 0 &&
	       memcmp(a->b.byte, b->b.byte, 16) == 0;
}

struct memory_entry *memory_find(struct memory *memory, const struct memory_key *key)
{
	struct memory_entry *entry = memory->list[memory_list(memory, key)];

	while (entry && !key_equal(&entry->key, key))
		entry = entry->next;
	return entry;
}

struct memory_entry *memory_put(struct memory *memory, const struct memory_key *key)
{
	struct memory_entry *entry = memory_find(memory, key);
	size_t list = memory_list(memory, key);

	if (entry)
		return entry;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		err(3, "memory");
	entry->key = *key;
	entry->next = memory->list[list];
	memory->list[list] = entry;
	return entry;
}

void memory_free(struct memory *memory)
{
	for (size_t i = 0; i < sizeof(memory->list) / sizeof(memory->list[0]); i++) {
		while (memory->list[i]) {
			struct memory_entry *entry = memory->list[i];

			memory->list[i] = entry->next;
			free(entry);
		}
	}
}
