/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sparse rows laid over each other in one array (row displacement, Tarjan and Yao 1979). Knows
 * cells, not what they mean.
 */
#ifndef USER_COMPILE_COMB_H
#define USER_COMPILE_COMB_H

#include <stddef.h>
#include <stdint.h>

#include "compile/intern.h"
#include "util/arena.h"

struct comb {
	uint32_t *cell; /* in the arena */
	size_t count;
	uint32_t *base; /* of row */
};

/*
 * rows: distinct lists of ZG_CELL words with ascending columns below columns. Rows get distinct
 * bases, so that a cell's column proves whose it is, and base + column stays inside for every
 * column below columns. -ENOMEM; -E2BIG: over max_cells.
 */
int comb_build(const struct intern *rows, size_t columns, size_t max_cells, struct arena *arena,
	       struct comb *ret_comb);
void comb_free(struct comb *comb);

#endif
