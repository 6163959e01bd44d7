// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * An image in the memory of the maps: in either half every walk ends where it ends in the image,
 * with the slots that were given; and reading back gives the image again. Plain memory, no kernel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kernel/tables.h"
#include "policy_make.h"

/* The accessors that lookup.h wants, over the maps' memory. */
static const struct tables *looked_at;

static inline __u32 tables_root(__u32 half, __u32 trie, __u32 top)
{
	return looked_at->roots[half].entry[trie][top];
}

static inline const struct zg_node *tables_node(__u32 index)
{
	return index < 2 * looked_at->size.nodes ? &looked_at->nodes[index] : NULL;
}

static inline const __u16 *tables_leaf(__u32 index)
{
	return index < 2 * looked_at->size.leaves ? &looked_at->leaves[index] : NULL;
}

static inline const __u32 *tables_pair(__u32 index)
{
	return index < 2 * looked_at->size.pairs ? &looked_at->pairs[index] : NULL;
}

static inline const __u32 *tables_comb(__u32 index)
{
	index -= 2 * looked_at->size.pairs; /* rows lie behind the pairs */
	return index < 2 * looked_at->size.comb ? &looked_at->comb[index] : NULL;
}

static inline const __u16 *tables_ranges(__u32 index)
{
	return (__u64)index + ZG_RANGES_READ <= 2 * looked_at->size.leaves
		       ? &looked_at->leaves[index]
		       : NULL;
}

static inline __u32 tables_node_base(__u32 half)
{
	return looked_at->settings[half].node_base;
}

#include <zonegate/lookup.h>

static void tables_make(struct tables *tables, struct table_sizes size)
{
	*tables = (struct tables){
		.size = size,
		.settings = calloc(2, sizeof(*tables->settings)),
		.roots = calloc(2, sizeof(*tables->roots)),
		.ports = calloc(4, sizeof(*tables->ports)),
		.origin = calloc(2, sizeof(*tables->origin)),
		.nodes = calloc(2 * (size_t)size.nodes + 1, sizeof(*tables->nodes)),
		.leaves = calloc(2 * (size_t)size.leaves + 1, sizeof(*tables->leaves)),
		.pairs = calloc(2 * (size_t)size.pairs + 1, sizeof(*tables->pairs)),
		.comb = calloc(2 * (size_t)size.comb + 1, sizeof(*tables->comb)),
		.classes = calloc(2 * (size_t)size.classes + 1, sizeof(*tables->classes)),
	};
}

static void tables_unmake(struct tables *tables)
{
	free(tables->settings);
	free(tables->roots);
	free(tables->ports);
	free(tables->origin);
	free(tables->nodes);
	free(tables->leaves);
	free(tables->pairs);
	free(tables->comb);
	free(tables->classes);
}

/* A stranger's policy lies in the other half: what reads over the edge finds wrong answers. */
static void image_make(struct resolved *policy, struct image *image)
{
	struct diags diags = {0};

	policy_random(policy);
	assert_int_equal(image_build(policy, &diags, image), 0);
	diags_free(&diags);
}

struct question {
	uint32_t remote4, local4;
	uint8_t remote6[16] __attribute__((aligned(8)));
	uint8_t local6[16] __attribute__((aligned(8)));
	uint16_t port;
	uint32_t role;
};

static struct question question_random(void)
{
	struct question question = {
		.remote4 = random_u32(),
		.local4 = random_u32(),
		.port = (uint16_t)random_below(65536),
		.role = random_below(ZG_ROLES),
	};

	for (int i = 0; i < 16; i++) {
		question.remote6[i] = (uint8_t)random_u32();
		question.local6[i] = (uint8_t)random_u32();
	}
	return question;
}

struct answer {
	uint32_t remote4, local4, remote6, local6, slot, reason;
};

static struct answer ask(const struct tables *tables, uint32_t half,
			 const struct question *question)
{
	const struct zg_settings *settings = &tables->settings[half];
	const struct zg_ports *ports = &tables->ports[half * 2 + (question->role != ZG_ACCEPT)];
	struct answer answer = {.reason = 0};

	looked_at = tables;
	answer.remote4 = lookup_class4(half, ZG_REMOTE4, question->remote4);
	answer.local4 = lookup_class4(half, ZG_LOCAL4, question->local4);
	answer.remote6 = lookup_class6(half, ZG_REMOTE6, question->remote6);
	answer.local6 = lookup_class6(half, ZG_LOCAL6, question->local6);
	answer.slot = lookup_rule(settings, question->role, answer.remote4, answer.local4,
				  ports->tcp[question->port], &answer.reason);
	return answer;
}

static void halves_answer_alike(void **state)
{
	(void)state;
	for (int round = 0; round < 20; round++) {
		struct resolved policy, stranger;
		struct image image, other;
		struct table_sizes need, stranger_need, exact, roomy;
		struct tables plain, both;
		uint16_t slot[MAKE_RULES + 2], line[MAKE_LINES + 1];

		image_make(&policy, &image);
		image_make(&stranger, &other);
		need = image_sizes(&image);
		stranger_need = image_sizes(&other);
		exact = need;
		roomy = table_sizes_max(&need, &stranger_need);
		roomy = table_sizes_with_headroom(&roomy, UINT64_MAX);
		tables_make(&plain, exact);
		tables_make(&both, roomy);
		slot[0] = 0;
		for (size_t i = 1; i < MAKE_RULES + 2; i++)
			slot[i] = (uint16_t)(3000 + 7 * i);
		for (size_t i = 0; i < MAKE_LINES + 1; i++)
			line[i] = (uint16_t)(500 + i);
		tables_write(&plain, 0, &image, NULL, NULL);
		tables_write(&both, 0, &other, NULL, NULL);
		tables_write(&both, 1, &image, slot, line);
		for (int i = 0; i < 2000; i++) {
			struct question question = question_random();
			struct answer a = ask(&plain, 0, &question), b = ask(&both, 1, &question);

			if (a.slot != ZG_LOOKUP_BROKEN)
				a.slot = slot[a.slot];
			assert_memory_equal(&a, &b, sizeof(a));
		}
		for (uint32_t i = 0; i < image.origin->lines; i++)
			assert_int_equal(both.origin[1].line[i].slot, line[i]);
		assert_int_equal(both.settings[1].class_base,
				 image.settings.class_base + roomy.classes);
		tables_unmake(&plain);
		tables_unmake(&both);
		image_free(&image);
		image_free(&other);
		resolved_free(&policy);
		resolved_free(&stranger);
	}
}

static void read_back_is_what_was_written(void **state)
{
	(void)state;
	for (int round = 0; round < 10; round++) {
		struct resolved policy;
		struct image image, back;
		struct table_sizes need, roomy;
		struct tables tables;

		image_make(&policy, &image);
		need = image_sizes(&image);
		roomy = table_sizes_with_headroom(&need, UINT64_MAX);
		tables_make(&tables, roomy);
		tables_write(&tables, 1, &image, NULL, NULL);
		assert_int_equal(tables_read(&tables, 1, &need, &back), 0);
		assert_memory_equal(&back.settings, &image.settings, sizeof(image.settings));
		assert_memory_equal(back.roots, image.roots, sizeof(*image.roots));
		assert_memory_equal(back.ports, image.ports, 2 * sizeof(*image.ports));
		assert_memory_equal(back.origin, image.origin, sizeof(*image.origin));
		for (size_t i = 0; i < image.node_count; i++) {
			/* A node without children has a base that nobody reads. */
			assert_memory_equal(back.nodes[i].bits, image.nodes[i].bits, 32);
			assert_memory_equal(&back.nodes[i], &image.nodes[i], sizeof(*back.nodes));
		}
		for (size_t i = 0; i < image.leaf_count; i++)
			assert_int_equal(back.leaves[i], image.leaves[i]);
		for (size_t i = 0; i < image.pair_count; i++)
			assert_int_equal(back.pairs[i], image.pairs[i]);
		for (size_t i = 0; i < image.comb_count; i++)
			assert_int_equal(back.comb[i], image.comb[i]);
		image_free(&back);
		image_free(&image);
		resolved_free(&policy);
		tables_unmake(&tables);
	}
}

static void sizes_hold_and_stay_in_the_budget(void **state)
{
	struct table_sizes small = {10, 10, 10, 10, 10};
	struct table_sizes large = {1u << 20, 1u << 18, 1000, 100000, 4000};
	struct table_sizes room = table_sizes_with_headroom(&small, 256u << 20);
	uint64_t exact = table_sizes_bytes(&large);

	(void)state;
	assert_true(table_sizes_hold(&room, &small));
	assert_true(room.nodes >= 2 * small.nodes);
	/* A map's memory is in units of 8 bytes. */
	assert_int_equal(room.leaves * sizeof(uint16_t) % 8, 0);
	assert_int_equal((room.pairs + room.comb) * sizeof(uint32_t) % 8, 0);
	room = table_sizes_with_headroom(&large, exact + exact / 3);
	assert_true(table_sizes_hold(&room, &large));
	assert_true(table_sizes_bytes(&room) <= exact + exact / 3);
	assert_true(room.nodes > large.nodes);
	/* Without room for headroom the policy still fits. */
	room = table_sizes_with_headroom(&large, 1);
	assert_true(table_sizes_hold(&room, &large));
	assert_int_equal(room.nodes, large.nodes);
	small.pairs = room.pairs + 1;
	assert_false(table_sizes_hold(&room, &small));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(halves_answer_alike),
		cmocka_unit_test(read_back_is_what_was_written),
		cmocka_unit_test(sizes_hold_and_stay_in_the_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
