/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Joined rows against the plain rule, the least rank of a column: dense lists, sparse ones, both
 * together, and what was painted before leaving nothing behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <zonegate/tables.h>

#include "compile/paint.h"
#include "policy_make.h"

#define RULES 65534u
#define PARTS 24
#define COLUMNS_MAX 3000

/* A list that holds so many in a thousand of the columns; at least one. */
static void part_make(struct painter *painter, size_t columns, uint32_t share,
		      uint32_t least[COLUMNS_MAX], struct painted *ret_painted)
{
	uint32_t forced = random_below((uint32_t)columns);

	for (uint32_t c = 0; c < columns; c++) {
		uint32_t rank =
			random_below(8) ? random_below(RULES) : random_below(2) * (RULES - 1);

		if (c != forced && random_below(1000) >= share)
			continue;
		painter_add(painter, c, rank);
		if (rank < least[c])
			least[c] = rank;
	}
	assert_int_equal(painter_take(painter, columns, ret_painted), 0);
}

static void round_run(struct painter *painter, const uint32_t *rank_of_slot, size_t columns,
		      uint32_t share)
{
	struct painted painted[PARTS];
	const struct painted *parts[PARTS];
	uint32_t least[COLUMNS_MAX];
	size_t count = 1 + random_below(PARTS), cells, at = 0;
	const uint32_t *row;

	memset(least, 0xff, sizeof(least));
	for (size_t i = 0; i < count; i++) {
		part_make(painter, columns, random_below(3) ? share : 1000 - share, least,
			  &painted[i]);
		parts[i] = &painted[i];
	}
	assert_int_equal(painter_join(painter, parts, count, columns, &row, &cells), 0);
	for (uint32_t c = 0; c < columns; c++) {
		if (least[c] == UINT32_MAX)
			continue;
		assert_true(at < cells);
		assert_int_equal(ZG_CELL_COLUMN(row[at]), c);
		assert_int_equal(rank_of_slot[ZG_CELL_SLOT(row[at])], least[c]);
		at++;
	}
	assert_int_equal(at, cells);
	for (size_t i = 0; i < count; i++)
		painted_free(&painted[i]);
}

static void test_joins(void **state)
{
	uint32_t *rank = malloc(RULES * sizeof(*rank));
	uint32_t *rank_of_slot = malloc((RULES + 1) * sizeof(*rank));
	struct painter painter;

	(void)state;
	assert_non_null(rank);
	assert_non_null(rank_of_slot);
	for (uint32_t i = 0; i < RULES; i++) { /* 5 is prime to RULES */
		rank[i] = (uint32_t)((uint64_t)i * 5 % RULES);
		rank_of_slot[i + 1] = rank[i];
	}
	assert_int_equal(painter_init(&painter, COLUMNS_MAX, rank, RULES), 0);
	for (unsigned round = 0; round < 300; round++)
		round_run(&painter, rank_of_slot, 1 + random_below(COLUMNS_MAX),
			  round % 3 ? 2 : 400);
	painter_free(&painter);
	free(rank);
	free(rank_of_slot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_joins)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
