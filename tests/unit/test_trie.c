// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Tries against the intervals they were built from, at every boundary and next to it; what is
 * shared, what a prefix node saves, and the limit.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "compile/image_lookup.h"
#include "compile/trie.h"
#include "policy_make.h"

typedef unsigned __int128 wide;

struct built {
	struct trie_pool pool;
	struct zg_roots *roots;
	struct image image;
};

/* The trie of cuts under ZG_REMOTE4 or ZG_REMOTE6, ready for lookups. */
static void built_make(const struct cuts *cuts, struct built *built)
{
	*built = (struct built){0};
	built->roots = calloc(1, sizeof(*built->roots));
	assert_int_equal(trie_build(&built->pool, cuts,
				    built->roots->entry[cuts->six ? ZG_REMOTE6 : ZG_REMOTE4]),
			 0);
	built->image.leaf_count = trie_leaf_count(&built->pool);
	built->image.leaves = calloc(built->image.leaf_count + 1, sizeof(*built->image.leaves));
	trie_finish(&built->pool, built->roots, built->image.leaves);
	built->image.roots = built->roots;
	built->image.nodes = built->pool.nodes;
	built->image.node_count = built->pool.node_count;
	image_lookup_use(&built->image);
}

static void built_free(struct built *built)
{
	trie_pool_free(&built->pool);
	free(built->image.leaves);
	free(built->roots);
}

static uint32_t class6(wide address)
{
	union {
		__u64 words[2];
		__u8 bytes[16];
	} raw;

	for (int i = 0; i < 16; i++)
		raw.bytes[i] = (uint8_t)(address >> (120 - 8 * i));
	return lookup_class6(0, ZG_REMOTE6, raw.bytes);
}

static wide start6(const struct cuts *cuts, size_t i)
{
	return (wide)cuts->start6[i].high << 64 | cuts->start6[i].low;
}

/* Both ends of every interval. */
static void assert_trie(const struct cuts *cuts)
{
	for (size_t i = 0; i < cuts->count; i++) {
		bool last = i + 1 == cuts->count;

		if (cuts->six) {
			assert_int_equal(class6(start6(cuts, i)), cuts->class[i]);
			assert_int_equal(class6(last ? ~(wide)0 : start6(cuts, i + 1) - 1),
					 cuts->class[i]);
			continue;
		}
		assert_int_equal(lookup_class4(0, ZG_REMOTE4, cuts->start4[i]), cuts->class[i]);
		assert_int_equal(
			lookup_class4(0, ZG_REMOTE4, last ? UINT32_MAX : cuts->start4[i + 1] - 1),
			cuts->class[i]);
	}
}

static void cuts_alloc(struct cuts *cuts, size_t count, bool six)
{
	*cuts = (struct cuts){.six = six};
	cuts->start4 = calloc(count, sizeof(*cuts->start4));
	cuts->start6 = calloc(count, sizeof(*cuts->start6));
	cuts->class = calloc(count, sizeof(*cuts->class));
}

/* Starts must come ascending; equal ones and equal neighbours are left out. */
static void cuts_push(struct cuts *cuts, wide start, uint32_t class)
{
	if (cuts->count > 0 && cuts->class[cuts->count - 1] == class)
		return;
	cuts->start4[cuts->count] = (uint32_t)start;
	cuts->start6[cuts->count] = addr6_make((uint64_t)(start >> 64), (uint64_t)start);
	cuts->class[cuts->count++] = class;
}

static int compare_wide(const void *a, const void *b)
{
	wide x = *(const wide *)a, y = *(const wide *)b;

	return x < y ? -1 : x > y;
}

/* Boundaries in clusters, so that they share prefixes of all lengths. */
static void cuts_random(struct cuts *cuts, size_t count, bool six)
{
	wide *starts = calloc(count, sizeof(*starts));
	uint32_t classes = 2 + random_below(300);

	for (size_t i = 1; i < count; i++) {
		wide value = (wide)random_u64() << 64 | random_u64();
		wide base = random_below(4) ? starts[random_below((uint32_t)i)] : value;
		unsigned keep = random_below(six ? 129 : 33);

		if (!six) {
			value >>= 96;
			base &= UINT32_MAX;
		}
		starts[i] = keep == 0 ? value : base ^ value >> (keep - 1);
		starts[i] &= six ? ~(wide)0 : UINT32_MAX;
	}
	qsort(starts, count, sizeof(*starts), compare_wide);
	cuts_alloc(cuts, count, six);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || starts[i] != starts[i - 1])
			cuts_push(cuts, starts[i], random_below(classes));
	}
	free(starts);
}

static void test_random(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 60; round++) {
		struct cuts cuts;
		struct built built;

		cuts_random(&cuts, 1 + random_below(round < 50 ? 60 : 8000), round & 1);
		built_make(&cuts, &built);
		assert_trie(&cuts);
		built_free(&built);
		cuts_free(&cuts);
	}
}

/* The same host numbers in a thousand networks: ranges of 64 bytes serve them all, and where there
 * are more numbers than ranges hold, one dense block and the nodes below it. */
static void test_equal_nodes_are_shared(void **state)
{
	struct cuts cuts;
	struct built built;

	(void)state;
	cuts_alloc(&cuts, 4001, false);
	cuts_push(&cuts, 0, 1);
	for (uint32_t i = 0; i < 1000; i++) {
		cuts_push(&cuts, 0x0a000005u + i * 0x10000u, 2);
		cuts_push(&cuts, 0x0a000006u + i * 0x10000u, 1);
		cuts_push(&cuts, 0x0a008005u + i * 0x10000u, 2);
		cuts_push(&cuts, 0x0a008006u + i * 0x10000u, 1);
	}
	built_make(&cuts, &built);
	assert_trie(&cuts);
	assert_int_equal(built.image.node_count, 0);
	assert_int_equal(built.pool.ranges.size[ZG_RANGES_8].count, 1);
	built_free(&built);
	cuts_free(&cuts);

	cuts_alloc(&cuts, 40001, false);
	cuts_push(&cuts, 0, 1);
	for (uint32_t i = 0; i < 1000; i++) {
		for (uint32_t n = 0; n < 20; n++) {
			cuts_push(&cuts, 0x0a000005u + i * 0x10000u + n * 0x300u, 2);
			cuts_push(&cuts, 0x0a000006u + i * 0x10000u + n * 0x300u, 1);
		}
	}
	built_make(&cuts, &built);
	assert_trie(&cuts);
	assert_int_equal(built.image.node_count, 1);
	assert_int_equal(built.pool.leaves.size_bytes, ZG_DENSE_LEAVES * sizeof(uint16_t));
	built_free(&built);
	cuts_free(&cuts);
}

/* From 2 to 40 intervals below a root, their ends at the first and last addresses too. */
static void test_ranges_of_every_size(void **state)
{
	(void)state;
	for (uint32_t count = 2; count <= 40; count++) {
		for (uint32_t form = 0; form < 3; form++) {
			uint32_t step = form == 0 ? 1 : 65535 / (count - 1);
			uint32_t first = form == 2 ? 65535 - (count - 2) * step : 1;
			struct cuts cuts;
			struct built built;

			cuts_alloc(&cuts, count + 2, false);
			cuts_push(&cuts, 0, 1);
			cuts_push(&cuts, 0xc0000000u, 2);
			for (uint32_t i = 0; i + 1 < count; i++)
				cuts_push(&cuts, 0xc0000000u + first + i * step, 3 + i);
			cuts_push(&cuts, 0xc0010000u, 1);
			built_make(&cuts, &built);
			assert_trie(&cuts);
			assert_int_equal(built.image.node_count == 0 &&
						 built.pool.leaves.size_bytes == 0,
					 count <= 32);
			for (uint32_t i = 0; i < 65536; i += 1 + i / 64)
				assert_int_equal(lookup_class4(0, ZG_REMOTE4, 0xc0000000u + i),
						 i < first ? 2
						 : (i - first) / step < count - 1
							 ? 3 + (i - first) / step
							 : count + 1);
			built_free(&built);
			cuts_free(&cuts);
		}
	}
}

/* More different nodes than ordinals reach: a second window. */
static void test_many_nodes(void **state)
{
	enum { NETS = 40000 };
	struct cuts cuts;
	struct built built;

	(void)state;
	cuts_alloc(&cuts, 4 * NETS + 1, false);
	cuts_push(&cuts, 0, 1);
	for (uint32_t i = 0; i < NETS; i++) {
		uint32_t base = 0x0a000000u + i * 256u;

		/* Two numbers of 1..199, and a class: no two networks are alike. */
		cuts_push(&cuts, base + 1 + i % 199, 2 + i / 199);
		cuts_push(&cuts, base + 2 + i % 199, 1);
		cuts_push(&cuts, base + 210, 3);
		cuts_push(&cuts, base + 211, 1);
	}
	built_make(&cuts, &built);
	assert_true(built.image.node_count > 32768 + 1000);
	assert_true(built.pool.window > 0);
	assert_trie(&cuts);
	built_free(&built);
	cuts_free(&cuts);
}

static void test_ipv4_host_is_one_range(void **state)
{
	struct cuts cuts;
	struct built built;

	(void)state;
	cuts_alloc(&cuts, 3, false);
	cuts_push(&cuts, 0, 1);
	cuts_push(&cuts, 0xc000020au, 2);
	cuts_push(&cuts, 0xc000020bu, 1);
	built_make(&cuts, &built);
	assert_trie(&cuts);
	assert_int_equal(built.image.node_count, 0);
	assert_int_equal(built.pool.ranges.size[ZG_RANGES_4].count, 1);
	built_free(&built);
	cuts_free(&cuts);
}

static void test_ipv6_host_is_one_node(void **state)
{
	const wide host = (wide)0x20010db800000001ull << 64 | 0x1234;
	struct cuts cuts;
	struct built built;

	(void)state;
	cuts_alloc(&cuts, 3, true);
	cuts_push(&cuts, 0, 1);
	cuts_push(&cuts, host, 2);
	cuts_push(&cuts, host + 1, 1);
	built_make(&cuts, &built);
	assert_trie(&cuts);
	assert_int_equal(built.image.node_count, 1);
	assert_int_equal(built.image.nodes[0].kind, ZG_NODE_PREFIX);
	assert_int_equal(built.image.nodes[0].match, 2);
	assert_int_equal(built.image.nodes[0].miss, 1);
	built_free(&built);
	cuts_free(&cuts);
}

/* Two hosts of one /64 differ in their last byte: one prefix node, one branch below it. */
static void test_ipv6_pair_of_hosts(void **state)
{
	const wide net = (wide)0x20010db800000001ull << 64;
	struct cuts cuts;
	struct built built;

	(void)state;
	cuts_alloc(&cuts, 5, true);
	cuts_push(&cuts, 0, 1);
	cuts_push(&cuts, net + 1, 2);
	cuts_push(&cuts, net + 2, 1);
	cuts_push(&cuts, net + 0x33, 3);
	cuts_push(&cuts, net + 0x34, 1);
	built_make(&cuts, &built);
	assert_trie(&cuts);
	assert_int_equal(built.image.node_count, 2);
	built_free(&built);
	cuts_free(&cuts);
}

/* The worst chain: boundaries that no prefix covers, down to the last byte on both sides. */
static void test_ipv6_depth(void **state)
{
	const wide first = ((wide)0x20010db8ffffffffull << 64 | UINT64_MAX) - 1;
	struct cuts cuts;
	struct built built;

	(void)state;
	cuts_alloc(&cuts, 3, true);
	cuts_push(&cuts, 0, 1);
	cuts_push(&cuts, first, 2);
	cuts_push(&cuts, first + 3, 3);
	built_make(&cuts, &built);
	assert_trie(&cuts);
	assert_int_equal(class6(first + 2), 2);
	built_free(&built);
	cuts_free(&cuts);
}

static void test_limit(void **state)
{
	struct trie_pool pool = {.max_bytes = 4096};
	uint32_t *root = calloc(ZG_ROOT_SIZE, sizeof(*root));
	struct cuts cuts;

	(void)state;
	cuts_random(&cuts, 5000, false);
	assert_int_equal(trie_build(&pool, &cuts, root), -E2BIG);
	trie_pool_free(&pool);
	cuts_free(&cuts);
	free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_equal_nodes_are_shared),
		cmocka_unit_test(test_many_nodes),
		cmocka_unit_test(test_ranges_of_every_size),
		cmocka_unit_test(test_ipv4_host_is_one_range),
		cmocka_unit_test(test_ipv6_host_is_one_node),
		cmocka_unit_test(test_ipv6_pair_of_hosts),
		cmocka_unit_test(test_ipv6_depth),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
