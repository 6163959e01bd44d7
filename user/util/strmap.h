/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Names to indices: for finding doubles and looking zones and rules up by name.
 * Owns its slots (in an arena), not the names. Open addressing; nothing is ever removed.
 */
#ifndef USER_UTIL_STRMAP_H
#define USER_UTIL_STRMAP_H

#include <stdint.h>

#include "util/arena.h"

struct strmap_slot;
struct strmap {
	struct arena *arena;
	struct strmap_slot *slots;
	size_t count, capacity;
};

/* The index stored under name, or -1. */
int32_t strmap_get(const struct strmap *map, const char *name);
/* Stores index (0 or more) under a name that is not there yet. -ENOMEM. */
int strmap_put(struct strmap *map, const char *name, int32_t index);

#endif
