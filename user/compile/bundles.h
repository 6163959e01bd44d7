/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Rules of one role between the same two zones are a bundle, with one row: port class -> most
 * specific rule. Rows of several bundles are joined here too. Knows zones by number, no addresses.
 */
#ifndef USER_COMPILE_BUNDLES_H
#define USER_COMPILE_BUNDLES_H

#include "compile/intern.h"
#include "compile/paint.h"
#include "compile/parties.h"
#include "compile/ports.h"

struct bundle {
	uint32_t role;		/* enum zg_role */
	uint32_t remote, local; /* members of the parties */
	size_t first, rules;	/* in bundles.rules */
};

#define ROW_EMPTY 0u
#define PAINTED_MAX_BYTES ((size_t)192 << 20)

struct bundles {
	struct bundle *list; /* by role, remote, local */
	size_t count;
	uint32_t *rules;	     /* rule indices, each bundle's most specific first */
	size_t *by_remote[ZG_ROLES]; /* bundles of remote member m: by_remote[role][m]..[m + 1] */
	uint32_t *rank;		     /* of rule: the lower, the more specific */
	const struct resolved *policy;
	const struct port_axis *axis[ZG_ROLES];
	struct painted *painted; /* of bundle: what it has in rows */
	struct intern rows;	 /* distinct rows of ZG_CELL words by column; row 0 is empty */
	struct intern joins;	 /* distinct lists of bundles */
	uint32_t *join_row;	 /* row of each list */
	size_t join_capacity;
	struct painter painter;
	const struct painted **parts; /* of the row that is joined */
	size_t parts_capacity;
};

/* bundles.rows.max_bytes may be set after it. -ENOMEM. */
int bundles_build(const struct resolved *policy, const struct party *remote,
		  const struct party *local, const struct port_axis *accept,
		  const struct port_axis *open, struct bundles *ret_bundles);
/* The cells of each bundle. -ENOMEM; -E2BIG: they take over PAINTED_MAX_BYTES. */
int bundles_paint(struct bundles *bundles);
/* The row of a list of bundles of one role, ascending. -ENOMEM, -E2BIG. */
int bundles_row(struct bundles *bundles, const uint32_t *list, size_t count, uint32_t *ret_row);
void bundles_free(struct bundles *bundles);

/* The order of "most specific first": fewest ports, then the order of tables and rows. */
int rule_ranks(const struct resolved *policy, uint32_t **ret_rank);

#endif
