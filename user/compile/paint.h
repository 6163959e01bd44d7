/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Painting of rows: of the rules that cover a column, the most specific one stays. Rows are lists
 * of columns when sparse and one rank a column when dense; both ways give the same cells. Knows
 * columns and ranks, no zones.
 */
#ifndef USER_COMPILE_PAINT_H
#define USER_COMPILE_PAINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The cells of one bundle or row: ZG_CELL(column, rank), columns ascending. */
struct painted {
	uint32_t *word;
	size_t count;
	int16_t *dense; /* of column: the rank as below, or NULL: the list is short */
};

struct painter {
	size_t columns; /* of the widest role, rounded up to whole vectors */
	int16_t *best;	/* of column: INT16_MIN + rank, INT16_MAX: nothing. Clear between calls */
	uint16_t *slot; /* of rank: 1 + rule */
	uint32_t *list[2], *cells;
	size_t capacity[2];
	size_t dense_bytes; /* kept in dense forms, of all painted lists */
	size_t list_bytes;  /* and in lists */
};

/* rank: of each rule, below 65,535. -ENOMEM. */
int painter_init(struct painter *painter, size_t columns, const uint32_t *rank, size_t rules);
void painter_free(struct painter *painter);

/* A range of columns under a rank, into what painter_take() takes. */
static inline void painter_add(struct painter *painter, uint32_t column, uint32_t rank)
{
	int16_t value = (int16_t)(INT16_MIN + (int32_t)rank);

	if (value < painter->best[column])
		painter->best[column] = value;
}

/* What was added since the last take; to be freed with painted_free(). -ENOMEM. */
int painter_take(struct painter *painter, size_t columns, struct painted *ret_painted);
void painted_free(struct painted *painted);

/* The cells of a part that no other one wins. The part is left as it is. -ENOMEM. */
int painter_less(struct painter *painter, const struct painted *part,
		 const struct painted *const *others, size_t count, size_t columns,
		 struct painted *ret_painted);

/*
 * Several painted lists over each other, as ZG_CELL(column, slot): *ret_cells is valid until the
 * next call. -ENOMEM.
 */
int painter_join(struct painter *painter, const struct painted *const *parts, size_t count,
		 size_t columns, const uint32_t **ret_cells, size_t *ret_count);

#endif
