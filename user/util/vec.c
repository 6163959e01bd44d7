/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Growing arrays in an arena. Owns nothing: the arena does.
 */
#include "util/vec.h"

void *vec_extend(struct arena *arena, void *list, size_t count, size_t *capacity, size_t size)
{
	size_t larger = *capacity ? *capacity * 2 : 8;

	if (count < *capacity)
		return list;
	list = arena_grow(arena, list, count, larger, size);
	if (list)
		*capacity = larger;
	return list;
}
