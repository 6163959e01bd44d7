/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The common refinement of two images: every combination of an old and a new class that some
 * address, port or NIC has, with one that has it. Knows no rules.
 */
#ifndef USER_COMPILE_REFINE_H
#define USER_COMPILE_REFINE_H

#include "compile/image.h"
#include "compile/ports.h"

struct refined_address {
	uint32_t class[2]; /* in the old and in the new image */
	bool six;
	struct addr6 first, last; /* a range that has them; IPv4: low */
};

struct refined_addresses {
	struct refined_address *list;
	size_t count, capacity;
};

struct refined_port { /* an interval of the axis of compile/ports.h, in order */
	uint32_t class[2];
	uint32_t first, last;
	bool known; /* an interval before it has the same classes */
};

struct refined_ports {
	struct refined_port *list;
	size_t count, capacity;
};

struct refined_nic {
	uint32_t group[2];
	const char *name; /* NULL: all that are bound in neither policy */
};

struct refined_nics {
	struct refined_nic list[2 * ZG_IFGROUPS_MAX + 1];
	size_t count;
};

/* What both sides of a comparison are; [0] the old one, [1] the new one. */
struct refined_sides {
	const struct resolved *policy[2];
	const struct image *image[2];
};

/* local: the tries of local addresses. Addresses that can be sources, and local ones, come first.
 * -ENOMEM, -E2BIG.
 */
int refine_addresses(const struct refined_sides *sides, bool local,
		     struct refined_addresses *ret_addresses);
/* role: ZG_ACCEPT or ZG_OPEN. -ENOMEM. */
int refine_ports(const struct refined_sides *sides, uint32_t role, struct refined_ports *ret_ports);
void refine_nics(const struct refined_sides *sides, struct refined_nics *ret_nics);

#endif
