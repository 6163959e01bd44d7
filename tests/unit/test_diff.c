// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The semantic diff against naive questions: whatever differs between two random policies is named,
 * and every witness is a real one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "compile/diff.h"
#include "policy_naive.h"

struct pair {
	struct resolved policy[2];
	struct image image[2];
	struct diags diags;
	struct policy_diff diff;
};

static void pair_compare(struct pair *pair)
{
	for (int side = 0; side < 2; side++)
		assert_int_equal(image_build(&pair->policy[side], &pair->diags, &pair->image[side]),
				 0);
	assert_int_equal(policy_diff(&pair->policy[0], &pair->image[0], &pair->policy[1],
				     &pair->image[1], &pair->diff),
			 0);
}

static void pair_end(struct pair *pair)
{
	policy_diff_free(&pair->diff);
	diags_free(&pair->diags);
	for (int side = 0; side < 2; side++) {
		image_free(&pair->image[side]);
		arena_free(&pair->policy[side].arena);
	}
}

/* 1 + rule, 0: passed by default, -1: refused. */
static int permission(const struct resolved *policy, struct question q, const char *nic)
{
	bool pass =
		q.role == ZG_ACCEPT ? policy->settings.ingress_pass : policy->settings.egress_pass;
	struct answer answer;

	q.group = nic ? nic_group(policy, nic) : 0;
	answer = naive(policy, &q);
	if (answer.slot)
		return (int)answer.slot;
	return pass && (answer.reason == 0 || answer.reason == ZG_R_NOT_LOCAL) ? 0 : -1;
}

static bool diff_names(const struct policy_diff *diff, enum diff_change change, uint32_t role,
		       int rule)
{
	for (size_t i = 0; i < diff->count; i++) {
		if (diff->entries[i].change == change && diff->entries[i].role == role &&
		    diff->entries[i].rule == rule)
			return true;
	}
	return false;
}

/* A point of a span as a protocol and a port. */
static void span_point(const struct diff_span *span, bool last, struct question *q)
{
	static const uint8_t protos[] = {
		[DIFF_TCP] = 6, [DIFF_UDP] = 17, [DIFF_ICMP] = 1, [DIFF_ICMP6] = 58};

	q->port = last ? span->last : span->first;
	q->proto = protos[span->domain];
	if (span->domain == DIFF_PROTOCOL) {
		q->proto = (uint8_t)q->port;
		q->port = 0;
	}
}

static void assert_witness(const struct pair *pair, const struct policy_diff_entry *entry)
{
	bool fresh = entry->change == DIFF_PERMITTED;

	assert_true(entry->span_count > 0);
	assert_true(entry->pairs > 0);
	for (size_t s = 0; s < 4 * entry->span_count; s++) {
		struct question q = {
			.remote = {entry->six, s & 2 ? entry->remote_last : entry->remote_first},
			.local = {entry->six, entry->local},
			.role = entry->role,
		};

		span_point(&entry->spans[s / 4], s & 1, &q);
		/* A protocol with ports of its own is not asked for by number. */
		if (entry->spans[s / 4].domain == DIFF_PROTOCOL &&
		    (q.proto == 6 || q.proto == 17 || q.proto == 1 || q.proto == 58))
			continue;
		assert_int_equal(permission(&pair->policy[fresh], q, entry->interface),
				 entry->rule + 1);
		assert_int_equal(permission(&pair->policy[!fresh], q, entry->interface), -1);
	}
}

static void policy_vary(struct resolved *policy)
{
	struct rule *rule;

	if (policy->rule_count) {
		rule = &policy->rules[random_below((uint32_t)policy->rule_count)];
		rule->role = random_below(2) ? ROLE_DISABLED : rule->role;
	}
	if (random_below(2))
		rule_random(policy);
	if (random_below(2))
		set_random(policy, 3,
			   &policy->zones[random_below((uint32_t)policy->zone_count)].addresses);
	policy->settings.ingress_pass = random_below(8) == 0;
	policy->settings.egress_pass = random_below(8) == 0;
}

static void test_random(void **state)
{
	static const char *const nics[] = {NULL, "eth0", "eth1"};
	unsigned changes = 0;

	(void)state;
	for (unsigned round = 0; round < 40; round++) {
		struct pair pair = {0};
		uint64_t seed = random_state;

		for (int side = 0; side < 2; side++) {
			random_state = seed; /* the same policy twice, or two different ones */
			policy_random(&pair.policy[side]);
			seed += round % 4 == 0;
		}
		policy_vary(&pair.policy[1]);
		pair_compare(&pair);
		for (size_t i = 0; i < pair.diff.count; i++)
			assert_witness(&pair, &pair.diff.entries[i]);
		for (unsigned i = 0; i < 2000; i++) {
			struct question q = question_random(&pair.policy[random_below(2)], 1);
			const char *nic = nics[random_below(3)];
			int before, after;

			if (q.role == ZG_FTP_DATA || q.remote.six != q.local.six)
				continue;
			before = permission(&pair.policy[0], q, nic);
			after = permission(&pair.policy[1], q, nic);
			if ((before < 0) == (after < 0))
				continue;
			changes++;
			assert_true(diff_names(&pair.diff,
					       before < 0 ? DIFF_PERMITTED : DIFF_REFUSED, q.role,
					       before < 0 ? after - 1 : before - 1));
		}
		pair_end(&pair);
	}
	assert_true(changes > 1000);
}

static void test_same(void **state)
{
	struct pair pair = {0};
	uint64_t seed = random_state;

	(void)state;
	for (int side = 0; side < 2; side++) {
		random_state = seed;
		policy_random(&pair.policy[side]);
	}
	/* Not what is permitted: what it is called. */
	if (pair.policy[1].rule_count)
		pair.policy[1].rules[0].name = "another";
	pair_compare(&pair);
	assert_int_equal(pair.diff.count, 0);
	pair_end(&pair);
}

/* One more port, and one address less. */
static void test_small_change(void **state)
{
	struct pair pair = {0};
	const struct policy_diff_entry *entry;

	(void)state;
	for (int side = 0; side < 2; side++) {
		struct resolved *policy = &pair.policy[side];
		struct address_set_builder builder = {0};
		struct rule *rule;

		policy_start(policy);
		address_set_builder_add4(&builder, 0xcb007100u, 0xcb0071feu + !side);
		zone_make(policy, false);
		address_set_build(&builder, &policy->arena, &policy->zones[0].addresses);
		builder.count4 = 0;
		address_set_builder_add4(&builder, 0xc000020au, 0xc000020au);
		zone_make(policy, true);
		address_set_build(&builder, &policy->arena, &policy->zones[1].addresses);
		address_set_builder_free(&builder);
		rule = rule_make(policy, ROLE_ACCEPT, 0, 1);
		rule_port(policy, rule, 443, 443);
		rule = rule_make(policy, ROLE_OPEN, 0, 1);
		rule_port(policy, rule, 25, (uint16_t)(25 + side));
	}
	pair_compare(&pair);
	assert_int_equal(pair.diff.count, 3);
	entry = &pair.diff.entries[0];
	assert_int_equal(entry->change, DIFF_PERMITTED);
	assert_int_equal(entry->role, ZG_OPEN);
	assert_int_equal(entry->rule, 1);
	assert_int_equal(entry->span_count, 1);
	assert_int_equal(entry->spans[0].domain, DIFF_TCP);
	assert_int_equal(entry->spans[0].first, 26);
	assert_int_equal(entry->spans[0].last, 26);
	assert_int_equal(entry->remote_first.low, 0xcb007100u);
	assert_int_equal(entry->remote_last.low, 0xcb0071feu);
	assert_string_equal(entry->remote_zone, "zone1");
	assert_string_equal(entry->local_zone, "zone2");
	entry = &pair.diff.entries[1];
	assert_int_equal(entry->change, DIFF_REFUSED);
	assert_int_equal(entry->role, ZG_ACCEPT);
	assert_int_equal(entry->remote_first.low, 0xcb0071ffu);
	assert_int_equal(entry->remote_last.low, 0xcb0071ffu);
	assert_int_equal(entry->pairs, 1);
	entry = &pair.diff.entries[2];
	assert_int_equal(entry->change, DIFF_REFUSED);
	assert_int_equal(entry->role, ZG_OPEN);
	pair_end(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_change),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
