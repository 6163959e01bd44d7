// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Sweeps and their classes: boundaries, both ends of the axes, remapping, and equal sets found
 * again however they came about.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "compile/intervals.h"

static void test_edges(void **state)
{
	struct cutter cutter = {0};
	struct class_sets sets;
	struct cuts cuts;

	(void)state;
	assert_int_equal(class_sets_init(&sets, 2), 0);
	cutter_add4(&cutter, 0, UINT32_MAX, 0);
	cutter_add4(&cutter, UINT32_MAX, UINT32_MAX, 1);
	cutter_add4(&cutter, 10, 19, 1);
	cutter_add4(&cutter, 20, 29, 1); /* touches: no cut between */
	assert_int_equal(cuts_build4(&cutter, &sets, &cuts), 0);
	assert_int_equal(cuts.count, 4);
	assert_int_equal(cuts.start4[0], 0);
	assert_int_equal(cuts.start4[1], 10);
	assert_int_equal(cuts.start4[2], 30);
	assert_int_equal(cuts.start4[3], UINT32_MAX);
	assert_int_equal(cuts.class[0], cuts.class[2]);
	assert_int_equal(cuts.class[1], cuts.class[3]);
	assert_int_not_equal(cuts.class[0], cuts.class[1]);
	assert_true(class_sets_has(&sets, cuts.class[1], 0));
	assert_true(class_sets_has(&sets, cuts.class[1], 1));
	assert_false(class_sets_has(&sets, cuts.class[0], 1));
	assert_int_equal(cuts_find4(&cuts, 0), 0);
	assert_int_equal(cuts_find4(&cuts, 9), 0);
	assert_int_equal(cuts_find4(&cuts, 29), 1);
	assert_int_equal(cuts_find4(&cuts, 30), 2);
	assert_int_equal(cuts_find4(&cuts, UINT32_MAX), 3);
	cuts_free(&cuts);
	class_sets_free(&sets);
	cutter_free(&cutter);
}

static void test_six_shares_classes(void **state)
{
	const struct addr6 top = {UINT64_MAX, UINT64_MAX}, carry = {1, UINT64_MAX};
	struct range6 ranges[] = {{carry, carry}, {top, top}};
	const struct address_set set = {.v6 = ranges, .count6 = 2};
	struct cutter cutter = {0};
	struct class_sets sets;
	struct cuts four, six;

	(void)state;
	assert_int_equal(class_sets_init(&sets, 1), 0);
	cutter_add4(&cutter, 5, 5, 0);
	assert_int_equal(cutter_add_set(&cutter, &set, 0), 0);
	assert_int_equal(cuts_build4(&cutter, &sets, &four), 0);
	assert_int_equal(cuts_build6(&cutter, &sets, &six), 0);
	assert_int_equal(six.count, 4);
	assert_true(six.start6[1].high == 1 && six.start6[1].low == UINT64_MAX);
	assert_true(six.start6[2].high == 2 && six.start6[2].low == 0);
	assert_true(six.start6[3].low == UINT64_MAX);
	/* A class is a set of facts: the same for both families. */
	assert_int_equal(six.class[1], four.class[1]);
	assert_int_equal(six.class[0], four.class[0]);
	assert_int_equal(sets.count, 2);
	cuts_free(&four);
	cuts_free(&six);
	class_sets_free(&sets);
	cutter_free(&cutter);
}

static void test_nothing(void **state)
{
	struct cutter cutter = {0};
	struct class_sets sets;
	struct cuts cuts;

	(void)state;
	assert_int_equal(class_sets_init(&sets, 0), 0);
	assert_int_equal(cuts_build6(&cutter, &sets, &cuts), 0);
	assert_int_equal(cuts.count, 1);
	assert_int_equal(cuts.class[0], 0);
	cuts_free(&cuts);
	class_sets_free(&sets);
}

static void test_remap_joins(void **state)
{
	uint32_t start[] = {0, 10, 20, 30}, class[] = {0, 1, 2, 0};
	const uint32_t map[] = {7, 5, 5};
	struct cuts cuts = {.start4 = start, .class = class, .count = 4};

	(void)state;
	cuts_remap(&cuts, map);
	assert_int_equal(cuts.count, 3);
	assert_int_equal(start[1], 10);
	assert_int_equal(start[2], 30);
	assert_int_equal(class[0], 7);
	assert_int_equal(class[1], 5);
	assert_int_equal(class[2], 7);
}

/* Every set of 10 of 300 members gets its own number, and the same one the second time. */
static void test_sets_by_content(void **state)
{
	enum { MEMBERS = 300, ROUNDS = 2000 };
	static uint32_t first[ROUNDS];
	struct class_sets sets;

	(void)state;
	assert_int_equal(class_sets_init(&sets, MEMBERS), 0);
	for (int pass = 0; pass < 2; pass++) {
		for (unsigned i = 0; i < ROUNDS; i++) {
			uint32_t class;

			class_sets_reset(&sets);
			/* Distinct for each i: the number in binary over the first members. */
			for (unsigned b = 0; b < 11; b++) {
				unsigned at = pass ? 10 - b : b;

				if (i >> at & 1)
					class_sets_toggle(&sets, at * 29);
			}
			assert_int_equal(class_sets_current(&sets, &class), 0);
			if (pass == 0)
				first[i] = class;
			assert_int_equal(class, first[i]);
		}
		assert_int_equal(sets.count, ROUNDS);
	}
	assert_int_equal(first[0], 0);
	class_sets_free(&sets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edges),		cmocka_unit_test(test_six_shares_classes),
		cmocka_unit_test(test_nothing),		cmocka_unit_test(test_remap_joins),
		cmocka_unit_test(test_sets_by_content),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
