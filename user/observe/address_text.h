/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sets of addresses and lists of ports as a person writes them: CIDR where it fits, first-last
 * elsewhere, "any except ..." for what is nearly everything. Owns spelling only.
 */
#ifndef USER_OBSERVE_ADDRESS_TEXT_H
#define USER_OBSERVE_ADDRESS_TEXT_H

#include <stdbool.h>

#include "resolve/resolved.h"

/* More than half of all IPv4 addresses, or of all global unicast IPv6 ones (2000::/3). */
bool address_set_is_wide(const struct address_set *set);

/*
 * "192.0.2.10, 2001:db8::/64"; at most limit members, then ", and N more"; limit 0: all of them.
 * A wide family is told by its complement: "any IPv4 except 10.0.0.0/8". "" for the empty set.
 * NULL when memory is out.
 */
const char *address_set_text(const struct address_set *set, size_t limit, struct arena *arena);

/* The members one by one, IPv4 first: index < count4 + count6; "" past the end. */
const char *address_set_member_text(const struct address_set *set, size_t index,
				    struct arena *arena);

/* "20021", "1024-65535", "389,3268"; "any" for an empty list. NULL when memory is out. */
const char *port_ranges_text(const struct port_range *ranges, size_t count, struct arena *arena);

#endif
