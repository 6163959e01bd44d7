// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Whole images against the policy itself: random policies, random and boundary addresses, and a
 * naive evaluation of every rule that shares nothing with the compiler but the model.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <zonegate/reasons.h>

#include "compile/image_lookup.h"
#include "policy_naive.h"

static uint32_t class_of(uint32_t trie4, struct address address)
{
	union {
		__u64 words[2];
		__u8 bytes[16];
	} raw;

	if (!address.six)
		return lookup_class4(0, trie4, (uint32_t)address.value.low);
	for (int i = 0; i < 8; i++) {
		raw.bytes[i] = (uint8_t)(address.value.high >> (56 - 8 * i));
		raw.bytes[8 + i] = (uint8_t)(address.value.low >> (56 - 8 * i));
	}
	return lookup_class6(0, trie4 + (ZG_REMOTE6 - ZG_REMOTE4), raw.bytes);
}

static uint32_t port_class_of(const struct image *image, const struct question *q)
{
	const struct zg_ports *ports = &image->ports[q->role == ZG_ACCEPT ? ZG_ACCEPT : ZG_OPEN];

	switch (q->proto) {
	case 6:
		return ports->tcp[q->port];
	case 17:
		return ports->udp[q->port];
	case 1:
		return ports->icmp[q->port];
	case 58:
		return ports->icmp6[q->port];
	default:
		return ports->proto[q->proto];
	}
}

static struct answer compiled(const struct image *image, const struct question *q)
{
	uint32_t remote = class_of(ZG_REMOTE4, q->remote), local = class_of(ZG_LOCAL4, q->local);
	struct answer answer = {0};

	assert_true(remote < image->class_count);
	assert_true(local < image->settings.local_classes);
	answer.slot = lookup_rule(&image->settings, q->role, remote,
				  q->group * image->settings.local_classes + local,
				  port_class_of(image, q), &answer.reason);
	return answer;
}

static void test_random_policies(void **state)
{
	unsigned permitted = 0, reasons = 0;

	(void)state;
	for (unsigned round = 0; round < 40; round++) {
		struct resolved policy;
		struct diags diags = {0};
		struct image image;
		uint32_t groups;

		policy_random(&policy);
		assert_int_equal(image_build(&policy, &diags, &image), 0);
		groups = image.settings.locals / image.settings.local_classes;
		image_lookup_use(&image);
		for (unsigned i = 0; i < 2000; i++) {
			struct question q = question_random(&policy, groups);
			struct answer want = naive(&policy, &q), have = compiled(&image, &q);

			assert_int_equal(have.slot, want.slot);
			assert_int_equal(have.reason, want.reason);
			permitted += want.slot != 0;
			reasons += want.reason != 0;
		}
		image_free(&image);
		diags_free(&diags);
		arena_free(&policy.arena);
	}
	/* The questions are worth asking: a good part of them meets a rule. */
	assert_true(permitted > 2000);
	assert_true(reasons > 2000);
}

static void assert_same_bytes(const struct image *a, const struct image *b)
{
	assert_memory_equal(&a->settings, &b->settings, sizeof(a->settings));
	assert_memory_equal(a->roots, b->roots, sizeof(*a->roots));
	assert_memory_equal(a->ports, b->ports, 2 * sizeof(*a->ports));
	assert_memory_equal(a->origin, b->origin, sizeof(*a->origin));
	assert_int_equal(a->node_count, b->node_count);
	assert_int_equal(a->leaf_count, b->leaf_count);
	assert_int_equal(a->pair_count, b->pair_count);
	assert_int_equal(a->comb_count, b->comb_count);
	assert_int_equal(a->class_count, b->class_count);
	assert_memory_equal(a->nodes, b->nodes, a->node_count * sizeof(*a->nodes) + 1);
	assert_memory_equal(a->leaves, b->leaves, a->leaf_count * sizeof(*a->leaves) + 1);
	assert_memory_equal(a->pairs, b->pairs, a->pair_count * sizeof(*a->pairs));
	assert_memory_equal(a->comb, b->comb, a->comb_count * sizeof(*a->comb));
	assert_memory_equal(a->classes, b->classes, a->class_count * sizeof(*a->classes));
}

static void test_deterministic(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 10; round++) {
		struct resolved policy;
		struct diags diags = {0};
		struct image a, b;
		uint8_t hash[32];

		policy_random(&policy);
		assert_int_equal(image_build(&policy, &diags, &a), 0);
		assert_int_equal(image_build(&policy, &diags, &b), 0);
		assert_same_bytes(&a, &b);
		memcpy(hash, a.settings.policy_hash, sizeof(hash));
		image_free(&b);
		/* Any setting and any identity is a part of the hash. */
		policy.settings.udp_window_s++;
		assert_int_equal(image_build(&policy, &diags, &b), 0);
		assert_memory_not_equal(hash, b.settings.policy_hash, sizeof(hash));
		image_free(&b);
		policy.settings.udp_window_s--;
		rule_make(&policy, ROLE_DISABLED, -1, -1);
		assert_int_equal(image_build(&policy, &diags, &b), 0);
		assert_memory_not_equal(hash, b.settings.policy_hash, sizeof(hash));
		image_free(&a);
		image_free(&b);
		diags_free(&diags);
		arena_free(&policy.arena);
	}
}

static void hash_of(struct resolved *policy, uint8_t ret_hash[32])
{
	struct diags diags = {0};
	struct image image;

	assert_int_equal(image_build(policy, &diags, &image), 0);
	memcpy(ret_hash, image.settings.policy_hash, 32);
	image_free(&image);
	diags_free(&diags);
}

static void range_set(struct resolved *policy, uint32_t first, uint32_t last,
		      struct address_set *ret_set)
{
	ret_set->v4 = arena_alloc(&policy->arena, 1, sizeof(*ret_set->v4));
	ret_set->v4[0] = (struct range4){first, last};
	ret_set->count4 = 1;
}

/* What the tables are made of changes the hash, and back; a zone that nobody uses does not. */
static void test_hash(void **state)
{
	struct resolved policy;
	struct zone *remote, *local, *spare;
	struct rule *rule;
	uint8_t hash[32], other[32];

	(void)state;
	policy_start(&policy);
	remote = zone_make(&policy, false);
	local = zone_make(&policy, true);
	spare = zone_make(&policy, false);
	range_set(&policy, 0x0a000000u, 0x0a0000ffu, &remote->addresses);
	range_set(&policy, 0xc0000201u, 0xc0000201u, &local->addresses);
	range_set(&policy, 0x0b000000u, 0x0b0000ffu, &spare->addresses);
	rule = rule_make(&policy, ROLE_ACCEPT, 0, 1);
	rule_port(&policy, rule, 22, 22);
	range_set(&policy, 0xc0000201u, 0xc0000201u, &policy.self);
	policy.self.count4 = 0;
	hash_of(&policy, hash);

	spare->addresses.count4 = 0;
	hash_of(&policy, other);
	assert_memory_equal(hash, other, 32);

	remote->addresses.v4[0].last ^= 1;
	hash_of(&policy, other);
	assert_memory_not_equal(hash, other, 32);
	remote->addresses.v4[0].last ^= 1;
	rule->ports[0].last++;
	hash_of(&policy, other);
	assert_memory_not_equal(hash, other, 32);
	rule->ports[0].last--;
	rule->role = ROLE_OPEN;
	rule->open_remote = 0;
	rule->open_local = 1;
	hash_of(&policy, other);
	assert_memory_not_equal(hash, other, 32);
	rule->role = ROLE_ACCEPT;
	policy.self.count4 = 1;
	hash_of(&policy, other);
	assert_memory_not_equal(hash, other, 32);
	policy.self.count4 = 0;
	snprintf(remote->interface, sizeof(remote->interface), "eth7");
	hash_of(&policy, other);
	assert_memory_not_equal(hash, other, 32);
	remote->interface[0] = '\0';
	hash_of(&policy, other);
	assert_memory_equal(hash, other, 32);
	arena_free(&policy.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_policies),
		cmocka_unit_test(test_deterministic),
		cmocka_unit_test(test_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
