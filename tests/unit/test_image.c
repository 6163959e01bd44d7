// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Whole images against the policy itself: random policies, random and boundary addresses, and a
 * naive evaluation of every rule that shares nothing with the compiler but the model.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <zonegate/reasons.h>

#include "compile/image_lookup.h"
#include "policy_make.h"

struct address { /* host order; IPv4: low holds it */
	bool six;
	struct addr6 value;
};

static bool set_has(const struct address_set *set, struct address address)
{
	if (address.six) {
		for (size_t i = 0; i < set->count6; i++) {
			struct addr6 a = set->v6[i].first, b = set->v6[i].last, x = address.value;

			if ((a.high < x.high || (a.high == x.high && a.low <= x.low)) &&
			    (x.high < b.high || (x.high == b.high && x.low <= b.low)))
				return true;
		}
		return false;
	}
	for (size_t i = 0; i < set->count4; i++) {
		if (set->v4[i].first <= address.value.low && address.value.low <= set->v4[i].last)
			return true;
	}
	return false;
}

static bool ports_have(const struct rule *rule, uint16_t port)
{
	for (size_t i = 0; i < rule->port_ranges; i++) {
		if (rule->ports[i].first <= port && port <= rule->ports[i].last)
			return true;
	}
	return rule->port_ranges == 0;
}

static bool rule_permits(const struct rule *rule, uint8_t proto, uint16_t port)
{
	bool with_ports = proto == 6 || proto == 17;

	switch (rule->kind) {
	case PROTOCOL_ANY:
		return rule->port_ranges == 0 || (with_ports && ports_have(rule, port));
	case PROTOCOL_TCP_UDP:
		return with_ports && ports_have(rule, port);
	default:
		return rule->proto == proto && ports_have(rule, port);
	}
}

static bool is_martian(struct address address)
{
	struct addr6 v = address.value;
	uint32_t top = (uint32_t)v.low >> 24;

	if (!address.six)
		return top == 0 || top == 127 || top >= 224;
	return (v.high == 0 && v.low <= 1) || (v.high == 0 && v.low >> 32 == 0xffff) ||
	       v.high >> 56 == 0xff;
}

struct question {
	struct address remote, local;
	uint32_t role, group;
	uint8_t proto;
	uint16_t port;
};

struct answer {
	uint32_t slot, reason;
};

/* ret_nics of zones in order of first use, as the image names them. */
static uint32_t nic_group(const struct resolved *policy, const char *name)
{
	const char *seen[8];
	uint32_t count = 0;

	for (size_t i = 0; i < policy->zone_count; i++) {
		uint32_t g = 0;

		if (!policy->zones[i].interface[0])
			continue;
		while (g < count && strcmp(seen[g], policy->zones[i].interface) != 0)
			g++;
		if (g == count)
			seen[count++] = policy->zones[i].interface;
		if (strcmp(policy->zones[i].interface, name) == 0)
			return g + 1;
	}
	return 0;
}

static bool zone_has(const struct resolved *policy, int zone, struct address address)
{
	return zone >= 0 && set_has(&policy->zones[zone].addresses, address);
}

static uint32_t naive_reason(const struct resolved *policy, const struct question *q)
{
	bool local = false, bound = false, right = false;

	for (size_t i = 0; i < policy->zone_count; i++) {
		const struct zone *zone = &policy->zones[i];

		local |= zone->local && set_has(&zone->addresses, q->local);
		if (zone->interface[0] && set_has(&zone->addresses, q->remote)) {
			bound = true;
			right |= nic_group(policy, zone->interface) == q->group;
		}
	}
	if (q->role == ZG_ACCEPT) {
		if (is_martian(q->remote))
			return ZG_R_MARTIAN;
		if (set_has(&policy->self, q->remote))
			return ZG_R_SPOOFED_LOCAL;
		if (bound && !right)
			return ZG_R_SPOOFED_INTERFACE;
	}
	return local ? 0 : ZG_R_NOT_LOCAL;
}

static struct answer naive(const struct resolved *policy, const struct question *q)
{
	struct answer answer = {.reason = naive_reason(policy, q)};

	for (size_t i = 0; answer.reason == 0 && i < policy->rule_count; i++) {
		const struct rule *rule = &policy->rules[i];
		bool accept = q->role == ZG_ACCEPT;
		bool active =
			rule->role == ROLE_BOTH || rule->role == (accept ? ROLE_ACCEPT : ROLE_OPEN);

		if (!active || (q->role == ZG_FTP_DATA && !rule->ftp) ||
		    !zone_has(policy, accept ? rule->accept_remote : rule->open_remote,
			      q->remote) ||
		    !zone_has(policy, accept ? rule->accept_local : rule->open_local, q->local) ||
		    !rule_permits(rule, q->proto, q->port))
			continue;
		if (answer.slot == 0 ||
		    rule->port_count < policy->rules[answer.slot - 1].port_count)
			answer.slot = (uint32_t)i + 1;
	}
	return answer;
}

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

static struct addr6 addr6_move(struct addr6 a, int by)
{
	unsigned __int128 v = (unsigned __int128)a.high << 64 | a.low;

	v += (unsigned __int128)by;
	return addr6_make((uint64_t)(v >> 64), (uint64_t)v);
}

/* Mostly the edge of some range, or next to it. */
static struct address address_random(const struct resolved *policy)
{
	const struct address_set *set =
		&policy->zones[random_below((uint32_t)policy->zone_count)].addresses;
	struct address address = {.six = random_below(2)};
	int by = (int)random_below(3) - 1;

	if (random_below(8) == 0)
		set = &policy->self;
	if (address.six && set->count6 && random_below(8)) {
		const struct range6 *range = &set->v6[random_below((uint32_t)set->count6)];

		address.value = addr6_move(random_below(2) ? range->first : range->last, by);
	} else if (!address.six && set->count4 && random_below(8)) {
		const struct range4 *range = &set->v4[random_below((uint32_t)set->count4)];

		address.value.low =
			(uint32_t)((random_below(2) ? range->first : range->last) + (uint32_t)by);
	} else if (address.six) {
		address.value = addr6_make(random_u64(), random_u64());
	} else {
		address.value.low = random_u32();
	}
	return address;
}

static struct question question_random(const struct resolved *policy, const struct image *image)
{
	static const uint8_t protos[] = {6, 6, 6, 17, 17, 1, 58, 50, 112, 0, 255};
	struct question q = {
		.remote = address_random(policy),
		.local = address_random(policy),
		.role = random_below(ZG_ROLES),
		.group = random_below(image->settings.locals / image->settings.local_classes),
		.proto = protos[random_below(11)],
		.port = (uint16_t)random_u32(),
	};

	for (int i = 0; i < 40 && q.local.six != q.remote.six; i++)
		q.local = address_random(policy);
	if (policy->rule_count && random_below(4)) {
		const struct rule *rule =
			&policy->rules[random_below((uint32_t)policy->rule_count)];
		const struct port_range *range =
			rule->port_ranges ? &rule->ports[random_below((uint32_t)rule->port_ranges)]
					  : NULL;

		q.proto = rule->kind == PROTOCOL_IP ? rule->proto : q.proto;
		if (range)
			q.port = (uint16_t)((random_below(2) ? range->first : range->last) +
					    random_below(3) - 1);
	}
	if (q.proto == 1 || q.proto == 58)
		q.port &= 0xff;
	return q;
}

static void test_random_policies(void **state)
{
	unsigned permitted = 0, reasons = 0;

	(void)state;
	for (unsigned round = 0; round < 40; round++) {
		struct resolved policy;
		struct diags diags = {0};
		struct image image;

		policy_random(&policy);
		assert_int_equal(image_build(&policy, &diags, &image), 0);
		image_lookup_use(&image);
		for (unsigned i = 0; i < 2000; i++) {
			struct question q = question_random(&policy, &image);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_policies),
		cmocka_unit_test(test_deterministic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
