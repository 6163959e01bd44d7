/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Names to indices. Owns the slots, in the arena that the map was given.
 * The hash is not keyed: whoever writes the policy may slow down his own check.
 */
#include "util/strmap.h"

#include <errno.h>
#include <string.h>

struct strmap_slot {
	const char *name; /* NULL: free */
	int32_t index;
};

/* FNV-1a, 64 bits. */
static uint64_t name_hash(const char *name)
{
	uint64_t hash = 0xcbf29ce484222325ull;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 0x100000001b3ull;
	return hash ^ hash >> 32;
}

/* The slot that holds the name, or the free one where it belongs. capacity is a power of two. */
static struct strmap_slot *slot_find(struct strmap_slot *slots, size_t capacity, const char *name)
{
	size_t at = name_hash(name) & (capacity - 1);

	while (slots[at].name && strcmp(slots[at].name, name) != 0)
		at = (at + 1) & (capacity - 1);
	return &slots[at];
}

int32_t strmap_get(const struct strmap *map, const char *name)
{
	const struct strmap_slot *slot;

	if (!map->count)
		return -1;
	slot = slot_find(map->slots, map->capacity, name);
	return slot->name ? slot->index : -1;
}

static int strmap_widen(struct strmap *map)
{
	size_t capacity = map->capacity ? map->capacity * 2 : 32;
	struct strmap_slot *slots = arena_alloc(map->arena, capacity, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < map->capacity; i++) {
		if (map->slots[i].name)
			*slot_find(slots, capacity, map->slots[i].name) = map->slots[i];
	}
	map->slots = slots;
	map->capacity = capacity;
	return 0;
}

int strmap_put(struct strmap *map, const char *name, int32_t index)
{
	/* At most two thirds full: a free slot always ends the search. */
	if (map->count * 3 >= map->capacity * 2) {
		int err = strmap_widen(map);

		if (err)
			return err;
	}
	*slot_find(map->slots, map->capacity, name) = (struct strmap_slot){name, index};
	map->count++;
	return 0;
}
