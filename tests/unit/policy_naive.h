/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A naive reading of the resolved model, rule by rule, and questions at the edges of its ranges.
 * Shares nothing with the compiler but the model and the numbers of its roles and reasons.
 */
#ifndef TESTS_UNIT_POLICY_NAIVE_H
#define TESTS_UNIT_POLICY_NAIVE_H

#include <zonegate/reasons.h>
#include <zonegate/tables.h>

#include "policy_make.h"

struct address { /* host order; IPv4: low holds it */
	bool six;
	struct addr6 value;
};

static inline bool set_has(const struct address_set *set, struct address address)
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

static inline bool ports_have(const struct rule *rule, uint16_t port)
{
	for (size_t i = 0; i < rule->port_ranges; i++) {
		if (rule->ports[i].first <= port && port <= rule->ports[i].last)
			return true;
	}
	return rule->port_ranges == 0;
}

static inline bool rule_permits(const struct rule *rule, uint8_t proto, uint16_t port)
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

static inline bool is_martian(struct address address)
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
static inline uint32_t nic_group(const struct resolved *policy, const char *name)
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

static inline bool zone_has(const struct resolved *policy, int zone, struct address address)
{
	return zone >= 0 && set_has(&policy->zones[zone].addresses, address);
}

static inline uint32_t naive_reason(const struct resolved *policy, const struct question *q)
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

static inline struct answer naive(const struct resolved *policy, const struct question *q)
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

static inline struct addr6 addr6_move(struct addr6 a, int by)
{
	unsigned __int128 v = (unsigned __int128)a.high << 64 | a.low;

	v += (unsigned __int128)by;
	return addr6_make((uint64_t)(v >> 64), (uint64_t)v);
}

/* Mostly the edge of some range, or next to it. */
static inline struct address address_random(const struct resolved *policy)
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

static inline struct question question_random(const struct resolved *policy, uint32_t groups)
{
	static const uint8_t protos[] = {6, 6, 6, 17, 17, 1, 58, 50, 112, 0, 255};
	struct question q = {
		.remote = address_random(policy),
		.local = address_random(policy),
		.role = random_below(ZG_ROLES),
		.group = random_below(groups),
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

#endif
