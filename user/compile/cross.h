/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * (remote class, local class) -> row or reason, and the merging of classes that no question can
 * tell apart. Knows classes and bundles, no addresses.
 */
#ifndef USER_COMPILE_CROSS_H
#define USER_COMPILE_CROSS_H

#include "compile/bundles.h"

struct cross {
	uint32_t *remote_map, *local_map; /* class of the party -> class of the image */
	size_t remotes, locals;		  /* classes of the image; local 0 is in no local zone */
	struct remote_facts *facts;	  /* of remote class */
	uint32_t *entry; /* of remote class r: pairs (role * raw locals + local, row), ... */
	size_t *entry_end;
	size_t raw_locals;
	size_t role_entries[ZG_ROLES]; /* pairs of each role that have a row */
};

/* Asks bundles for every row that some pair needs. -ENOMEM, -E2BIG (rows or pairs past bounds). */
int cross_build(const struct party *remote, const struct party *local,
		const struct nic_groups *groups, struct bundles *bundles, struct cross *ret_cross);
/* Remote classes whose pairs must be written out: 1 where the role says the same of all. */
size_t cross_role_remotes(const struct cross *cross, uint32_t role);
/*
 * The words of one role's pairs: cross_role_remotes() x locals x (1 + groups); rows become
 * row_base[row].
 */
void cross_pairs(const struct cross *cross, size_t groups, uint32_t role, const uint32_t *row_base,
		 uint32_t *ret_pairs);
void cross_free(struct cross *cross);

#endif
