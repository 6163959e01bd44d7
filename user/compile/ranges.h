/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Ranges below the roots of IPv4 (zonegate/tables.h): few intervals as starts and classes in one
 * line of cache. Owns them until they lie in the leaves; equal ones are stored once. Knows no
 * tries.
 */
#ifndef USER_COMPILE_RANGES_H
#define USER_COMPILE_RANGES_H

#include <zonegate/tables.h>

#include "compile/intern.h"
#include "compile/intervals.h"

struct ranges {
	struct intern size[ZG_RANGES_SIZES];
	size_t max_bytes; /* of each size; 0: no limit */
};

/*
 * A root's entry for the intervals from..until (both included) of one /16, whose index
 * ranges_entry() makes final. 1: they are too many; -ENOMEM; -E2BIG past max_bytes.
 */
int ranges_place(struct ranges *ranges, const struct cuts *cuts, size_t from, size_t until,
		 uint32_t *ret_entry);
/* Leaves of all; they come first, the larger ones before the smaller. */
size_t ranges_leaf_count(const struct ranges *ranges);
void ranges_copy(const struct ranges *ranges, uint16_t *ret_leaves);
/* Once all are placed: the entry as a lookup reads it. */
uint32_t ranges_entry(const struct ranges *ranges, uint32_t entry);
void ranges_free(struct ranges *ranges);

#endif
