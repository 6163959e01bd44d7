// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Address sets against a bitmap of a small universe, at both ends of both families, and radix_sort
 * against order by comparison.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "resolve/address_set.h"
#include "util/radix.h"

#define UNIVERSE 64

static uint64_t random_state = 1;

static uint32_t random_below(uint32_t bound)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)((random_state >> 33) % bound);
}

/* The universe's nth address: its first half at the bottom of the family, its second at the top. */
static uint32_t address4(unsigned n)
{
	return n < UNIVERSE / 2 ? n : UINT32_MAX - (UNIVERSE - 1 - n);
}

static struct addr6 address6(unsigned n)
{
	if (n < UNIVERSE / 2) /* across the border of the two words */
		return (struct addr6){n < UNIVERSE / 4 ? 0 : 1,
				      n < UNIVERSE / 4 ? UINT64_MAX - (UNIVERSE / 4 - 1 - n)
						       : n - UNIVERSE / 4};
	return (struct addr6){UINT64_MAX, UINT64_MAX - (UNIVERSE - 1 - n)};
}

struct model {
	struct address_set set;
	uint64_t bits4, bits6;
};

/* Ranges stay inside one half of the universe, so that the bitmap tells all of the set. */
static void model_random(struct arena *arena, struct model *model)
{
	struct address_set_builder builder = {0};
	unsigned ranges = random_below(9);

	*model = (struct model){0};
	for (unsigned i = 0; i < ranges; i++) {
		unsigned half = random_below(2) * (UNIVERSE / 2);
		unsigned first = random_below(UNIVERSE / 2);
		unsigned last = first + random_below(UNIVERSE / 2 - first);

		first += half;
		last += half;
		assert_int_equal(
			address_set_builder_add4(&builder, address4(first), address4(last)), 0);
		for (unsigned n = first; n <= last; n++)
			model->bits4 |= 1ull << n;
		first = half + (first + 7) % (UNIVERSE / 2);
		last = first;
		assert_int_equal(
			address_set_builder_add6(&builder, address6(first), address6(last)), 0);
		model->bits6 |= 1ull << first;
	}
	assert_int_equal(address_set_build(&builder, arena, &model->set), 0);
	address_set_builder_free(&builder);
}

static void assert_canonical(const struct address_set *set)
{
	for (size_t i = 0; i < set->count4; i++) {
		assert_true(set->v4[i].first <= set->v4[i].last);
		if (i > 0)
			assert_true((uint64_t)set->v4[i - 1].last + 1 < set->v4[i].first);
	}
	for (size_t i = 1; i < set->count6; i++) {
		struct addr6 end = set->v6[i - 1].last, start = set->v6[i].first;

		end.low++;
		end.high += end.low == 0;
		assert_true(end.high < start.high ||
			    (end.high == start.high && end.low < start.low));
	}
}

static void assert_model(const struct address_set *set, uint64_t bits4, uint64_t bits6)
{
	assert_canonical(set);
	for (unsigned n = 0; n < UNIVERSE; n++) {
		assert_int_equal(address_set_has4(set, address4(n)), bits4 >> n & 1);
		assert_int_equal(address_set_has6(set, address6(n)), bits6 >> n & 1);
	}
	assert_false(address_set_has4(set, 0x80000000u));
	assert_false(address_set_has6(set, (struct addr6){2, 0}));
	assert_int_equal(address_set_is_empty(set), bits4 == 0 && bits6 == 0);
}

static void test_random_sets(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 3000; round++) {
		struct arena arena = {0};
		struct address_set_builder builder = {0};
		struct address_set united, less;
		struct model a, b;

		model_random(&arena, &a);
		model_random(&arena, &b);
		assert_model(&a.set, a.bits4, a.bits6);
		assert_int_equal(address_set_subtract(&a.set, &b.set, &arena, &less), 0);
		assert_model(&less, a.bits4 & ~b.bits4, a.bits6 & ~b.bits6);
		assert_int_equal(address_set_builder_add_set(&builder, &a.set), 0);
		assert_int_equal(address_set_builder_add_set(&builder, &b.set), 0);
		assert_int_equal(address_set_build(&builder, &arena, &united), 0);
		address_set_builder_free(&builder);
		assert_model(&united, a.bits4 | b.bits4, a.bits6 | b.bits6);
		assert_int_equal(address_set_intersects(&a.set, &b.set),
				 (a.bits4 & b.bits4) != 0 || (a.bits6 & b.bits6) != 0);
		arena_free(&arena);
	}
}

static void test_whole_space(void **state)
{
	const struct addr6 zero = {0, 0}, top = {UINT64_MAX, UINT64_MAX};
	struct arena arena = {0};
	struct address_set_builder builder = {0};
	struct address_set any, hole, rest;

	(void)state;
	address_set_builder_add4(&builder, 0x80000000u, UINT32_MAX);
	address_set_builder_add4(&builder, 0, 0x7fffffffu);
	address_set_builder_add6(&builder, zero, top);
	address_set_builder_add6(&builder, top, top);
	assert_int_equal(address_set_build(&builder, &arena, &any), 0);
	address_set_builder_free(&builder);
	assert_int_equal(any.count4, 1);
	assert_int_equal(any.count6, 1);
	assert_int_equal(any.v4[0].first, 0);
	assert_int_equal(any.v4[0].last, UINT32_MAX);
	address_set_builder_add4(&builder, 5, 5);
	address_set_builder_add6(&builder, top, top);
	assert_int_equal(address_set_build(&builder, &arena, &hole), 0);
	address_set_builder_free(&builder);
	assert_int_equal(address_set_subtract(&any, &hole, &arena, &rest), 0);
	assert_int_equal(rest.count4, 2);
	assert_int_equal(rest.v4[0].last, 4);
	assert_int_equal(rest.v4[1].first, 6);
	assert_int_equal(rest.count6, 1);
	assert_true(rest.v6[0].last.low == UINT64_MAX - 1);
	assert_int_equal(address_set_subtract(&any, &any, &arena, &rest), 0);
	assert_true(address_set_is_empty(&rest));
	arena_free(&arena);
}

struct record {
	uint64_t high, low;
	uint64_t serial;
};

static void test_radix(void **state)
{
	static const struct radix_word key[] = {{offsetof(struct record, low), 8},
						{offsetof(struct record, high), 8}};
	static struct record records[5000];
	const size_t count = sizeof(records) / sizeof(records[0]);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		records[i].high = random_below(3) << 30;
		records[i].low = (uint64_t)random_below(50) << 57 | random_below(4);
		records[i].serial = i;
	}
	assert_int_equal(radix_sort(records, count, sizeof(records[0]), key, 2), 0);
	for (size_t i = 1; i < count; i++) {
		const struct record *a = &records[i - 1], *b = &records[i];

		assert_true(a->high < b->high || (a->high == b->high && a->low < b->low) ||
			    (a->high == b->high && a->low == b->low && a->serial < b->serial));
	}
	assert_int_equal(radix_sort(records, count, 12, key, 2), -22);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_sets),
		cmocka_unit_test(test_whole_space),
		cmocka_unit_test(test_radix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
