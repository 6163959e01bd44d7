/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Draws conversations from a policy's own zones and ports. Every rule is as likely as every other,
 * and within it every range, so that a table is touched all over. Knows no tables and no BPF.
 */
#include "traffic.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#define TRIES 1000

uint64_t random_next(struct random *random)
{
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return random->state * 0x2545f4914f6cdd1dull;
}

uint32_t random_below(struct random *random, uint32_t bound)
{
	return bound ? (uint32_t)((random_next(random) >> 32) * bound >> 32) : 0;
}

/* Addresses that a martian check may refuse as a source are not drawn. */
static bool is_global4(uint32_t address)
{
	uint32_t a = address >> 24, b = address >> 16 & 255;

	if (!a || a == 10 || a == 127 || a >= 224)
		return false;
	if (a == 100 || a == 192 || a == 198 || a == 203)
		return false;
	return !(a == 169 && b == 254) && !(a == 172 && b >= 16 && b < 32);
}

static bool is_global6(struct addr6 address)
{
	uint32_t top = (uint32_t)(address.high >> 32);

	return top >> 29 == 1 && top != 0x20010db8 && top >> 16 != 0x2002 && top >> 16 != 0x2001 &&
	       top >> 16 != 0x3fff;
}

static void put32(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (24 - 8 * i));
}

static bool draw4(const struct address_set *set, bool global, struct random *random,
		  uint8_t *ret_address)
{
	for (int i = 0; i < TRIES && set->count4; i++) {
		const struct range4 *range = &set->v4[random_below(random, (uint32_t)set->count4)];
		uint32_t span = range->last - range->first;
		uint32_t address =
			range->first + (span == UINT32_MAX ? (uint32_t)random_next(random)
							   : random_below(random, span + 1));

		if (global && !is_global4(address))
			continue;
		put32(ret_address, address);
		return true;
	}
	return false;
}

static uint64_t draw64(struct random *random, uint64_t first, uint64_t last)
{
	uint64_t span = last - first;

	return first +
	       (span == UINT64_MAX ? random_next(random) : random_next(random) % (span + 1));
}

static bool draw6(const struct address_set *set, bool global, struct random *random,
		  uint8_t *ret_address)
{
	for (int i = 0; i < TRIES && set->count6; i++) {
		const struct range6 *range = &set->v6[random_below(random, (uint32_t)set->count6)];
		struct addr6 at;

		at.high = draw64(random, range->first.high, range->last.high);
		at.low = draw64(random, at.high == range->first.high ? range->first.low : 0,
				at.high == range->last.high ? range->last.low : UINT64_MAX);
		if (global && !is_global6(at))
			continue;
		put32(ret_address, (uint32_t)(at.high >> 32));
		put32(ret_address + 4, (uint32_t)at.high);
		put32(ret_address + 8, (uint32_t)(at.low >> 32));
		put32(ret_address + 12, (uint32_t)at.low);
		return true;
	}
	return false;
}

/* remote and local zone of the rule in the role of the kind; false: it has no part in it. */
static bool rule_zones(const struct resolved *policy, const struct rule *rule, enum talk_kind kind,
		       const struct zone **ret_remote, const struct zone **ret_local)
{
	int remote = kind == TALK_OPEN ? rule->open_remote : rule->accept_remote;
	int local = kind == TALK_OPEN ? rule->open_local : rule->accept_local;
	enum role role = kind == TALK_OPEN ? ROLE_OPEN : ROLE_ACCEPT;

	if ((rule->role != role && rule->role != ROLE_BOTH) || remote < 0 || local < 0)
		return false;
	if (rule->kind == PROTOCOL_IP && rule->proto != IPPROTO_TCP)
		return false;
	*ret_remote = &policy->zones[remote];
	*ret_local = &policy->zones[local];
	return true;
}

static uint16_t draw_port(const struct rule *rule, struct random *random)
{
	const struct port_range *range;

	if (!rule->port_ranges)
		return (uint16_t)(1 + random_below(random, 65535));
	range = &rule->ports[random_below(random, (uint32_t)rule->port_ranges)];
	return (uint16_t)(range->first + random_below(random, range->last - range->first + 1u));
}

static bool is_permitted(const struct resolved *policy, uint16_t port)
{
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct rule *rule = &policy->rules[i];

		if (rule->role != ROLE_ACCEPT && rule->role != ROLE_BOTH)
			continue;
		for (size_t n = 0; n < rule->port_ranges; n++)
			if (port >= rule->ports[n].first && port <= rule->ports[n].last)
				return true;
	}
	return false;
}

int traffic_talk(const struct resolved *policy, enum talk_kind kind, bool v6, int rule,
		 struct random *random, struct talk *ret_talk)
{
	struct talk talk = {.v6 = v6};

	for (int i = 0; i < TRIES; i++) {
		const struct rule *use =
			&policy->rules[rule >= 0 ? (uint32_t)rule
						 : random_below(random,
								(uint32_t)policy->rule_count)];
		const struct zone *remote, *local;
		uint16_t port,
			other = (uint16_t)(TRAFFIC_ORIGIN_FIRST + random_below(random, 30000));

		if (!rule_zones(policy, use, kind, &remote, &local))
			continue;
		port = draw_port(use, random);
		if (kind == TALK_DENIED) {
			port = (uint16_t)(1 + random_below(random, 1023));
			if (is_permitted(policy, port))
				continue;
		}
		if (v6 ? !draw6(&remote->addresses, true, random, talk.remote) ||
				    !draw6(&local->addresses, false, random, talk.local)
		       : !draw4(&remote->addresses, true, random, talk.remote) ||
				    !draw4(&local->addresses, false, random, talk.local))
			continue;
		talk.lport = kind == TALK_OPEN ? other : port;
		talk.rport = kind == TALK_OPEN ? port : other;
		*ret_talk = talk;
		return 0;
	}
	return -ENOENT;
}
