/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The two parties of a packet: which sets of addresses matter on the remote and on the local side,
 * and the classes that they cut the address spaces into. Knows zones and origin lines, no ports.
 */
#ifndef USER_COMPILE_PARTIES_H
#define USER_COMPILE_PARTIES_H

#include <zonegate/tables.h>

#include "compile/intervals.h"
#include "resolve/resolved.h"

struct party {
	struct class_sets sets; /* members: zones in use first, then facts (remote only) */
	struct cuts cuts4, cuts6;
	uint32_t *zone;		     /* of member; member < zone_count */
	int32_t *member;	     /* of zone, -1: not in use */
	double *size;		     /* of member: addresses, to find the zone that tells most */
	size_t zone_count;	     /* members that are zones */
	size_t martian, self, lines; /* remote: members; line i is lines + i */
};

/* What a remote class is, besides its zones. Plain words: it is a part of the class's identity. */
struct remote_facts {
	uint32_t flags;	 /* ZG_CLASS_* */
	uint32_t groups; /* bit g: may arrive on a NIC of group g; 0: on all */
	uint64_t lines[ZG_LINE_WORDS];
};

struct nic_groups {
	char name[ZG_IFGROUPS_MAX][IF_NAMESIZE];
	size_t count;
};

/* The NICs that zones are bound to, in the order of zones. -E2BIG: over ZG_IFGROUPS_MAX. */
int nic_groups_build(const struct resolved *policy, struct nic_groups *ret_groups);

/* -ENOMEM, -E2BIG (too many combinations of zones). */
int party_build_remote(const struct resolved *policy, struct party *ret_party);
int party_build_local(const struct resolved *policy, struct party *ret_party);
void party_free(struct party *party);

void remote_facts_read(const struct resolved *policy, const struct party *remote,
		       const struct nic_groups *groups, uint32_t class,
		       struct remote_facts *ret_facts);
/* The zone of the class with the fewest addresses: 1 + index, 0: in none. */
uint32_t remote_zone(const struct party *remote, uint32_t class);

#endif
