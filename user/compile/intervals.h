/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An axis (IPv4, IPv6, ports) cut where the set of members that hold a point changes. One sweep
 * over sorted boundaries. Knows no policy: members are numbers.
 */
#ifndef USER_COMPILE_INTERVALS_H
#define USER_COMPILE_INTERVALS_H

#include "compile/classes.h"
#include "resolve/address_set.h"

struct event4 { /* member enters or leaves at this point */
	uint32_t at, member;
};

struct event6 {
	struct addr6 at;
	uint64_t member;
};

/* Collects the ranges of all members. */
struct cutter {
	struct event4 *events4;
	size_t count4, capacity4;
	struct event6 *events6;
	size_t count6, capacity6;
};

/* -ENOMEM. Ranges of one member may touch but not overlap. */
int cutter_add4(struct cutter *cutter, uint32_t first, uint32_t last, uint32_t member);
int cutter_add_set(struct cutter *cutter, const struct address_set *set, uint32_t member);
void cutter_free(struct cutter *cutter);

/*
 * The axis as intervals: interval i begins at start[i] and ends before start[i + 1]; the first
 * begins at 0, the last ends with the axis. Neighbours have different classes.
 */
struct cuts {
	bool six;
	uint32_t *start4;     /* when not six */
	struct addr6 *start6; /* when six */
	uint32_t *class;
	size_t count;
};

/* Classes come from (and new ones go to) sets. -ENOMEM, -E2BIG as class_sets_current(). */
int cuts_build4(struct cutter *cutter, struct class_sets *sets, struct cuts *ret_cuts);
int cuts_build6(struct cutter *cutter, struct class_sets *sets, struct cuts *ret_cuts);
/* Replaces every class c by map[c] and joins neighbours that have become equal. */
void cuts_remap(struct cuts *cuts, const uint32_t *map);
/* Index of the interval that holds the point. */
size_t cuts_find4(const struct cuts *cuts, uint32_t at);
void cuts_free(struct cuts *cuts);

#endif
