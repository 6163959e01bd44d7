// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Slots go with identities: over reloads, reorderings, removals; and say when there are no more.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kernel/slots.h"

#define MAX 8

static struct rule rule_of(const char *name, enum role role, unsigned int line)
{
	return (struct rule){
		.name = name, .table = "protocol", .role = role, .place = {.line = line}};
}

static struct resolved policy_of(struct rule *rules, size_t count)
{
	return (struct resolved){.rules = rules, .rule_count = count};
}

static void a_slot_stays_with_its_rule(void **state)
{
	struct zg_rule_name names[MAX] = {0};
	struct rule before[] = {rule_of("1", ROLE_ACCEPT, 2), rule_of("2", ROLE_OPEN, 3),
				rule_of("15", ROLE_NOT_HERE, 4), rule_of("4", ROLE_DISABLED, 5),
				rule_of("5", ROLE_BOTH, 6)};
	struct rule after[] = {rule_of("5", ROLE_ACCEPT, 2), rule_of("9", ROLE_OPEN, 3),
			       rule_of("1", ROLE_ACCEPT, 4)};
	struct resolved old = policy_of(before, 5), new = policy_of(after, 3);
	uint16_t was[6], is[6];

	(void)state;
	assert_int_equal(slots_rules_wanted(&old), 3);
	assert_int_equal(slots_assign_rules(names, MAX, 0, &old, was), 0);
	assert_int_equal(was[0], 0);
	assert_int_equal(was[3], 0);
	assert_int_equal(was[4], 0);
	assert_true(was[1] && was[2] && was[5]);
	assert_int_equal(slots_assign_rules(names, MAX, 1, &new, is), 0);
	assert_int_equal(is[1], was[5]);
	assert_int_equal(is[3], was[1]);
	assert_true(is[2] && is[2] != was[2]);
	assert_int_equal(names[was[1]].halves, 3);
	assert_int_equal(names[was[2]].halves, 1);
	assert_int_equal(names[is[2]].halves, 2);
	assert_int_equal(names[is[1]].role[0], ZG_NAME_BOTH);
	assert_int_equal(names[is[1]].role[1], ZG_NAME_ACCEPT);
	assert_int_equal(names[is[1]].file_line[0], 6);
	assert_int_equal(names[is[1]].file_line[1], 2);
	/* A removed rule keeps its slot: its counter goes on when the rule comes back. */
	assert_int_equal(slots_assign_rules(names, MAX, 0, &new, is), 0);
	assert_string_equal(names[was[2]].name, "2");
	assert_int_equal(names[was[2]].halves, 0);
	assert_int_equal(slots_assign_rules(names, MAX, 1, &old, is), 0);
	assert_int_equal(is[2], was[2]);
}

static void equal_names_of_two_tables_are_two_rules(void **state)
{
	struct zg_rule_name names[MAX] = {0};
	struct rule rules[] = {rule_of("1", ROLE_ACCEPT, 2), rule_of("1", ROLE_ACCEPT, 2)};
	struct resolved policy = policy_of(rules, 2);
	uint16_t slot[3];

	(void)state;
	rules[1].table = "host";
	assert_int_equal(slots_assign_rules(names, MAX, 0, &policy, slot), 0);
	assert_int_not_equal(slot[1], slot[2]);
	assert_int_not_equal(slot_rule_identity("ab", "c"), slot_rule_identity("a", "bc"));
}

static void no_more_slots_is_said(void **state)
{
	struct zg_rule_name names[MAX] = {0}, copy[MAX];
	char text[2 * MAX][16];
	struct rule rules[2 * MAX];
	struct resolved policy = policy_of(rules, MAX - 1);
	uint16_t slot[2 * MAX + 1];

	(void)state;
	for (int i = 0; i < 2 * MAX; i++) {
		snprintf(text[i], sizeof(text[i]), "r%d", i);
		rules[i] = rule_of(text[i], ROLE_ACCEPT, (unsigned int)i);
	}
	assert_int_equal(slots_assign_rules(names, MAX, 0, &policy, slot), 0);
	memcpy(copy, names, sizeof(copy));
	policy = policy_of(rules, MAX);
	assert_int_equal(slots_assign_rules(names, MAX, 1, &policy, slot), -ENOSPC);
	/* The policy in force still has its names. */
	assert_memory_equal(copy, names, sizeof(copy));
}

static void long_names_are_cut_between_characters(void **state)
{
	struct zg_rule_name names[MAX] = {0};
	char long_name[300], other[300];
	struct rule rules[2];
	struct resolved policy = policy_of(rules, 2);
	uint16_t slot[3];

	(void)state;
	memset(long_name, 'x', sizeof(long_name));
	/* The last byte that would fit begins a character of two. */
	memcpy(long_name + ZG_NAME_SIZE - 2, "\xc3\xa9", 2);
	long_name[299] = '\0';
	memcpy(other, long_name, sizeof(other));
	other[298] = 'y';
	rules[0] = rule_of(long_name, ROLE_ACCEPT, 2);
	rules[1] = rule_of(other, ROLE_ACCEPT, 3);
	assert_int_equal(slots_assign_rules(names, MAX, 0, &policy, slot), 0);
	assert_int_not_equal(slot[1], slot[2]);
	assert_int_equal(strlen(names[slot[1]].name), ZG_NAME_SIZE - 2);
}

static struct origin_line line_of(const char *text, unsigned int number, uint16_t first)
{
	return (struct origin_line){
		.text = text, .place = {.line = number}, .origin = {first, (uint16_t)(first + 9)}};
}

static void lines_keep_their_slots_and_twins_have_two(void **state)
{
	struct zg_line_name names[4] = {0};
	struct origin_line before[] = {line_of("10.*.*.* *: 100-109", 1, 100),
				       line_of("a 21: 5-14", 2, 5), line_of("a 21: 5-14", 3, 5)};
	struct origin_line after[] = {line_of("a 21: 5-14", 7, 5), line_of("b 22: 5-14", 8, 5),
				      line_of("10.*.*.* *: 100-109", 9, 100),
				      line_of("c 1: 5-14", 10, 5), line_of("d 1: 5-14", 11, 5)};
	struct resolved old = {.lines = before, .line_count = 3};
	struct resolved new = {.lines = after, .line_count = 3};
	uint16_t was[3], is[5];

	(void)state;
	assert_int_equal(slots_assign_lines(names, 4, 0, &old, was), 0);
	assert_int_not_equal(was[1], was[2]);
	assert_int_equal(slots_assign_lines(names, 4, 1, &new, is), 0);
	assert_int_equal(is[0], was[1]);
	assert_int_equal(is[2], was[0]);
	assert_int_equal(names[is[2]].file_line[0], 1);
	assert_int_equal(names[is[2]].file_line[1], 9);
	assert_int_equal(names[is[1]].first[1], 5);
	assert_int_equal(names[is[1]].last[1], 14);
	new.line_count = 5;
	assert_int_equal(slots_assign_lines(names, 4, 1, &new, is), -ENOSPC);
	for (int i = 0; i < 4; i++)
		assert_int_equal(names[i].halves & 2, 0);
	assert_int_equal(names[was[2]].halves, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slot_stays_with_its_rule),
		cmocka_unit_test(equal_names_of_two_tables_are_two_rules),
		cmocka_unit_test(no_more_slots_is_said),
		cmocka_unit_test(long_names_are_cut_between_characters),
		cmocka_unit_test(lines_keep_their_slots_and_twins_have_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
