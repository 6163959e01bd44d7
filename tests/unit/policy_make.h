/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Policies for the compiler's tests, built by hand or at random, without text. Knows the resolved
 * model only. Everything is in the policy's arena.
 */
#ifndef TESTS_UNIT_POLICY_MAKE_H
#define TESTS_UNIT_POLICY_MAKE_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "resolve/resolved.h"

static uint64_t random_state = 0x5eed;

static inline uint32_t random_u32(void)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(random_state >> 32);
}

static inline uint32_t random_below(uint32_t bound)
{
	return (uint32_t)((uint64_t)random_u32() * bound >> 32);
}

static inline uint64_t random_u64(void)
{
	return (uint64_t)random_u32() << 32 | random_u32();
}

#define MAKE_ZONES 24
#define MAKE_RULES 64
#define MAKE_LINES 80

static inline void policy_start(struct resolved *policy)
{
	*policy = (struct resolved){0};
	policy->config_path = "zonegate.conf";
	policy->zones = arena_alloc(&policy->arena, MAKE_ZONES, sizeof(*policy->zones));
	policy->rules = arena_alloc(&policy->arena, MAKE_RULES, sizeof(*policy->rules));
	policy->lines = arena_alloc(&policy->arena, MAKE_LINES, sizeof(*policy->lines));
	policy->settings.memory_max_bytes = 256 << 20;
	policy->settings.management_zone = -1;
}

static inline struct addr6 addr6_make(uint64_t high, uint64_t low)
{
	return (struct addr6){high, low};
}

static inline struct zone *zone_make(struct resolved *policy, bool local)
{
	struct zone *zone = &policy->zones[policy->zone_count++];

	zone->name = arena_printf(&policy->arena, "zone%zu", policy->zone_count);
	zone->local = local;
	return zone;
}

/* A rule with role accept (or open, or both) between two zones; ports are added by rule_port(). */
static inline struct rule *rule_make(struct resolved *policy, enum role role, int remote, int local)
{
	struct rule *rule = &policy->rules[policy->rule_count++];

	rule->name = arena_printf(&policy->arena, "%zu", policy->rule_count);
	rule->table = "table";
	rule->role = role;
	rule->accept_remote = rule->accept_local = rule->open_remote = rule->open_local = -1;
	if (role == ROLE_ACCEPT || role == ROLE_BOTH) {
		rule->accept_remote = remote;
		rule->accept_local = local;
	}
	if (role == ROLE_OPEN || role == ROLE_BOTH) {
		rule->open_remote = remote;
		rule->open_local = local;
	}
	rule->kind = PROTOCOL_IP;
	rule->proto = 6;
	rule->port_count = 65536;
	return rule;
}

/* Ports must come ascending. */
static inline void rule_port(struct resolved *policy, struct rule *rule, uint16_t first,
			     uint16_t last)
{
	rule->ports = arena_grow(&policy->arena, rule->ports, rule->port_ranges,
				 rule->port_ranges + 1, sizeof(*rule->ports));
	if (rule->port_ranges == 0)
		rule->port_count = 0;
	rule->ports[rule->port_ranges++] = (struct port_range){first, last};
	rule->port_count += (uint32_t)last - first + 1;
}

/* A prefix of a random length around one of a few centres, so that zones overlap and nest. */
static inline void builder_random(struct address_set_builder *builder)
{
	static const uint32_t centre4[] = {0,	       0x0a000000, 0x0a0000ff, 0xc0000200,
					   0xcb007107, 0xdfffff00, 0xffffffff};
	static const uint64_t centre6[][2] = {
		{0, 0},
		{0x20010db800000000, 0},
		{0x20010db800000001, 0x00000000000000ff},
		{0x20010db8ffffffff, UINT64_MAX},
		{0xfe80000000000000, 1},
		{UINT64_MAX, UINT64_MAX},
	};
	uint32_t bits4 = random_below(33);
	uint32_t mask4 = bits4 ? UINT32_MAX << (32 - bits4) : 0;
	uint32_t at4 = centre4[random_below(7)] ^ (random_u32() & random_u32() & 0x0303ff0f);
	const uint64_t *centre = centre6[random_below(6)];
	unsigned __int128 at6 = (unsigned __int128)centre[0] << 64 | centre[1];
	uint32_t bits6 = random_below(129);
	unsigned __int128 mask6 = bits6 ? ~(unsigned __int128)0 << (128 - bits6) : 0;
	unsigned __int128 first, last;

	address_set_builder_add4(builder, at4 & mask4, (at4 & mask4) | ~mask4);
	at6 ^= random_below(4);
	at6 ^= (unsigned __int128)random_below(3) << random_below(126);
	first = at6 & mask6;
	last = first | ~mask6;
	if (random_below(4) == 0) /* a range that is no prefix */
		first += random_below(3) < last - first ? random_below(2) : 0;
	address_set_builder_add6(builder, addr6_make((uint64_t)(first >> 64), (uint64_t)first),
				 addr6_make((uint64_t)(last >> 64), (uint64_t)last));
}

static inline void set_random(struct resolved *policy, uint32_t ranges, struct address_set *ret_set)
{
	struct address_set_builder builder = {0};

	for (uint32_t i = 0; i < ranges; i++)
		builder_random(&builder);
	address_set_build(&builder, &policy->arena, ret_set);
	address_set_builder_free(&builder);
}

static inline void rule_random(struct resolved *policy)
{
	static const uint8_t protos[] = {6, 6, 6, 17, 1, 58, 50, 112};
	static const uint16_t ports[] = {0, 1, 21, 22, 443, 1024, 8080, 50000, 65534};
	struct rule *rule = rule_make(policy, 1 + random_below(4),
				      (int)random_below((uint32_t)policy->zone_count), 0);
	uint32_t locals = 0, pick, at;

	for (size_t i = 0; i < policy->zone_count; i++)
		locals += policy->zones[i].local;
	pick = random_below(locals);
	for (size_t i = 0; i < policy->zone_count; i++) {
		if (policy->zones[i].local && pick-- == 0) {
			rule->accept_local = rule->accept_local < 0 ? -1 : (int)i;
			rule->open_local = rule->open_local < 0 ? -1 : (int)i;
		}
	}
	rule->kind = random_below(6) == 0   ? PROTOCOL_TCP_UDP
		     : random_below(9) == 0 ? PROTOCOL_ANY
					    : PROTOCOL_IP;
	rule->proto = protos[random_below(8)];
	rule->ftp = rule->kind == PROTOCOL_IP && rule->proto == 6 && random_below(3) == 0;
	if (rule->kind == PROTOCOL_ANY || random_below(8) == 0)
		return;
	if (rule->kind == PROTOCOL_IP && (rule->proto == 1 || rule->proto == 58)) {
		at = random_below(200);
		rule_port(policy, rule, (uint16_t)at, (uint16_t)(at + random_below(56)));
		return;
	}
	if (rule->kind == PROTOCOL_IP && rule->proto != 6 && rule->proto != 17)
		return;
	at = 0;
	for (uint32_t i = random_below(3) + 1; i > 0; i--) {
		uint32_t first = ports[random_below(9)] + random_below(2), last = first;

		if (random_below(3) == 0)
			last += random_below(65536 - first);
		if (first < at)
			continue;
		rule_port(policy, rule, (uint16_t)first, (uint16_t)last);
		at = last + 1 + random_below(2);
		if (at > 65535)
			break;
	}
	if (rule->port_ranges == 0)
		rule_port(policy, rule, 443, 443);
}

static inline void line_random(struct resolved *policy)
{
	struct origin_line *line = &policy->lines[policy->line_count++];
	uint32_t kind = random_below(4);

	line->text = arena_printf(&policy->arena, "line %zu", policy->line_count);
	line->negated = random_below(4) == 0;
	line->kind = kind == 0 ? ORIGIN_NAME : kind == 1 ? ORIGIN_IPV6 : ORIGIN_PATTERN;
	for (int k = 0; k < 4; k++)
		line->octet[k] = random_below(3) ? -1 : (int16_t)(random_below(2) * 10);
	line->resolved = random_below(3) != 0;
	if (line->kind == ORIGIN_IPV6 || (line->kind == ORIGIN_NAME && line->resolved))
		set_random(policy, 1 + random_below(3), &line->addresses);
	if (line->kind == ORIGIN_IPV6)
		line->addresses.count4 = 0;
	line->any_port = random_below(4) == 0;
	line->ports.first = (uint16_t)random_below(500);
	line->ports.last = (uint16_t)(line->ports.first + random_below(100));
	if (line->any_port)
		line->ports = (struct port_range){0, 65535};
	if (random_below(5))
		line->origin = (struct port_range){40000, 40100};
}

static inline void policy_random(struct resolved *policy)
{
	static const char *const nics[] = {"", "", "", "eth0", "eth1"};
	uint32_t zones = 2 + random_below(8), rules = random_below(24), lines = random_below(70);

	policy_start(policy);
	for (uint32_t i = 0; i < zones; i++) {
		struct zone *zone = zone_make(policy, i < 1 + random_below(3));

		set_random(policy, random_below(6), &zone->addresses);
		strcpy(zone->interface, zone->local ? "" : nics[random_below(5)]);
	}
	if (random_below(2))
		set_random(policy, random_below(3), &policy->self);
	for (uint32_t i = 0; i < rules; i++)
		rule_random(policy);
	for (uint32_t i = 0; i < lines; i++)
		line_random(policy);
}

#endif
