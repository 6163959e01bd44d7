/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The partner sheet: what the firewalls in front of this host (Internet side) and behind it (secure
 * side) must open for it. Owns the rows and how they follow from a policy; knows no format.
 */
#ifndef USER_OBSERVE_SHEET_H
#define USER_OBSERVE_SHEET_H

#include <stdbool.h>

#include "resolve/resolved.h"

/*
 * On which side a remote zone is. Behind: zones of private addresses (RFC 1918, RFC 4193) alone,
 * the management zone, zones that connect to this host as components (the tables' rows 22-28), and
 * narrow zones that hold an address of one of these or share a NIC with one. A zone with private
 * and public addresses is on both sides; everything else is in front.
 */
#define SHEET_FRONT 0x1u
#define SHEET_BEHIND 0x2u

/*
 * One opening. Firewalls are taken to be stateful: replies are not rows. Source ports of what this
 * host opens are the origin ports of the tcpoport line that is the first to match there; the
 * destination is narrowed to what the line matches.
 */
struct sheet_row {
	unsigned int sides; /* SHEET_FRONT | SHEET_BEHIND */
	bool outbound;	    /* this host opens the connection */
	const struct rule *rule;
	const struct zone *source, *destination;
	struct address_set source_addresses, destination_addresses;
	const char *protocol;		       /* "tcp", "udp", "icmp", ..., "any" */
	const struct port_range *source_ports; /* none: any */
	size_t source_port_ranges;
	const struct port_range *destination_ports; /* none: any; ICMP: types */
	size_t destination_port_ranges;
	const struct origin_line *line; /* where the source ports are from; NULL: they are any */
	bool ftp_data;			/* source ports are L-1 of the FTP control ports */
};

struct sheet {
	struct sheet_row *rows; /* in the order of rules, then lines */
	size_t count;
};

/* Everything lives in the arena and points into the policy. -ENOMEM. */
int sheet_build(const struct resolved *policy, struct arena *arena, struct sheet *ret_sheet);

/* SHEET_FRONT | SHEET_BEHIND for a zone by index. */
unsigned int sheet_zone_sides(const struct resolved *policy, int zone);

#endif
