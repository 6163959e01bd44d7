/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which tcpoport lines speak for which part of a rule's destinations: the first line that matches
 * wins, so a part is what a line matches less what the lines before it took.
 */
#ifndef USER_OBSERVE_ORIGIN_PARTS_H
#define USER_OBSERVE_ORIGIN_PARTS_H

#include "resolve/resolved.h"

struct origin_part {
	const struct origin_line *line; /* NULL: no line matches here */
	struct address_set addresses;
	struct port_range *ports; /* sorted, disjoint, never none */
	size_t port_ranges;
};

struct origin_parts {
	struct origin_part *list; /* by line, what no line matches last */
	size_t count;
};

/*
 * Cuts addresses x ports along the lines of the policy. Exact, but for what would take too much
 * memory (see ORIGIN_PARTS_RANGES_MAX): such a line is given the whole and takes nothing away, so
 * that a line too many may be listed, never one too few. ports none: every port. -ENOMEM.
 */
int origin_parts_build(const struct resolved *policy, const struct address_set *addresses,
		       const struct port_range *ports, size_t port_ranges, struct arena *arena,
		       struct origin_parts *ret_parts);

/* A pattern as *.*.*.7 is 16,777,216 ranges: from this many on, a set is not cut. */
#define ORIGIN_PARTS_RANGES_MAX 65536u

/* Part of sorted, disjoint ranges inside cut. 0, or -ENOMEM. */
int port_ranges_intersect(const struct port_range *ranges, size_t count, struct port_range cut,
			  struct arena *arena, struct port_range **ret_ranges, size_t *ret_count);
/* The rest of it. */
int port_ranges_subtract(const struct port_range *ranges, size_t count, struct port_range cut,
			 struct arena *arena, struct port_range **ret_ranges, size_t *ret_count);

#endif
