// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Ranges below the roots of IPv4: few intervals as starts and classes in one line of cache. Knows
 * no tries.
 */
#include <string.h>

#include "compile/ranges.h"

#define RANGES_MAX 32

static size_t ranges_bytes(uint32_t size)
{
	return ZG_RANGES_LEAVES(4u << size) * sizeof(uint16_t);
}

/* Intervals, those with one class joined; at most RANGES_MAX, else 0. */
static size_t ranges_collect(const struct cuts *cuts, size_t from, size_t until,
			     uint16_t *ret_start, uint16_t *ret_class)
{
	size_t count = 0;

	for (size_t i = from; i <= until; i++) {
		if (count > 0 && ret_class[count - 1] == cuts->class[i])
			continue;
		if (count == RANGES_MAX)
			return 0;
		/* What the first one begins before does not matter: nothing is compared with it. */
		ret_start[count] = (uint16_t)cuts->start4[i];
		ret_class[count++] = (uint16_t)cuts->class[i];
	}
	return count;
}

static void ranges_write(const uint16_t *start, const uint16_t *class, size_t count, size_t c,
			 uint16_t *leaves)
{
	for (size_t i = 0; i < c; i++) {
		size_t from = i < count ? i : count - 1;

		if (i > 0)
			leaves[i - 1] = start[from];
		leaves[c - 1 + i] = class[from];
	}
}

int ranges_place(struct ranges *ranges, const struct cuts *cuts, size_t from, size_t until,
		 uint32_t *ret_entry)
{
	uint16_t start[RANGES_MAX], class[RANGES_MAX], leaves[ZG_RANGES_LEAVES(RANGES_MAX)] = {0};
	size_t count = ranges_collect(cuts, from, until, start, class);
	enum zg_ranges size = count > 16  ? ZG_RANGES_32
			      : count > 8 ? ZG_RANGES_16
			      : count > 4 ? ZG_RANGES_8
					  : ZG_RANGES_4;
	uint32_t id;
	int err;

	if (count == 0)
		return 1;
	if (size == ZG_RANGES_32) {
		ranges_write(start, class, 16, 16, leaves);
		leaves[ZG_RANGES_SPLIT] = start[16];
		ranges_write(start + 16, class + 16, count - 16, 16, leaves + ZG_RANGES_LEAVES(16));
	} else {
		ranges_write(start, class, count, 4u << size, leaves);
	}
	ranges->size[size].max_bytes = ranges->max_bytes;
	err = intern_add(&ranges->size[size], leaves, ranges_bytes(size), &id);
	if (err < 0)
		return err;
	*ret_entry = ZG_ENTRY_RANGES | (uint32_t)size << 28 | id;
	return 0;
}

/* Where the ranges of a size begin: a smaller one crosses no line of cache behind larger ones. */
static size_t ranges_base(const struct ranges *ranges, uint32_t size)
{
	size_t bytes = 0;

	for (uint32_t larger = size + 1; larger < ZG_RANGES_SIZES; larger++)
		bytes += ranges->size[larger].size_bytes;
	return bytes / sizeof(uint16_t);
}

size_t ranges_leaf_count(const struct ranges *ranges)
{
	return ranges_base(ranges, 0) + ranges->size[0].size_bytes / sizeof(uint16_t);
}

void ranges_copy(const struct ranges *ranges, uint16_t *ret_leaves)
{
	for (uint32_t size = 0; size < ZG_RANGES_SIZES; size++)
		if (ranges->size[size].size_bytes)
			memcpy(ret_leaves + ranges_base(ranges, size), ranges->size[size].bytes,
			       ranges->size[size].size_bytes);
}

uint32_t ranges_entry(const struct ranges *ranges, uint32_t entry)
{
	uint32_t size = entry >> 28 & 3;
	size_t leaf = ranges_base(ranges, size) +
		      (entry & ZG_RANGES_INDEX) * ranges_bytes(size) / sizeof(uint16_t);

	return (entry & ~ZG_RANGES_INDEX) | (uint32_t)(leaf / ZG_RANGES_UNIT);
}

void ranges_free(struct ranges *ranges)
{
	for (int size = 0; size < ZG_RANGES_SIZES; size++)
		intern_free(&ranges->size[size]);
	*ranges = (struct ranges){.max_bytes = 0};
}
