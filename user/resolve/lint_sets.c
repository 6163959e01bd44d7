/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Ports, sets and patterns against each other. Owns nothing.
 */
#include "resolve/lint_sets.h"

#include <netinet/in.h>

/* ---- ports ---- */

bool ranges_meet(struct port_range a, struct port_range b)
{
	return a.first <= b.last && b.first <= a.last;
}

bool range_holds(struct port_range outer, struct port_range inner)
{
	return outer.first <= inner.first && inner.last <= outer.last;
}

bool rule_has_proto(const struct rule *rule, uint8_t proto)
{
	switch (rule->kind) {
	case PROTOCOL_ANY:
		return true;
	case PROTOCOL_TCP_UDP:
		return proto == IPPROTO_TCP || proto == IPPROTO_UDP;
	case PROTOCOL_IP:
		break;
	}
	return rule->proto == proto;
}

bool rule_meets_range(const struct rule *rule, uint8_t proto, struct port_range range)
{
	if (!rule_has_proto(rule, proto))
		return false;
	for (size_t i = 0; i < rule->port_ranges; i++) {
		if (ranges_meet(rule->ports[i], range))
			return true;
	}
	return !rule->port_ranges;
}

bool rule_has_port(const struct rule *rule, uint8_t proto, uint16_t port)
{
	return rule_meets_range(rule, proto, (struct port_range){port, port});
}

bool rules_share_service(const struct rule *a, const struct rule *b)
{
	static const uint8_t with_ports[] = {IPPROTO_TCP, IPPROTO_UDP};

	for (size_t i = 0; i < sizeof(with_ports); i++) {
		if (!rule_has_proto(a, with_ports[i]) || !rule_has_proto(b, with_ports[i]))
			continue;
		for (size_t k = 0; k < b->port_ranges; k++) {
			if (rule_meets_range(a, with_ports[i], b->ports[k]))
				return true;
		}
		if (!b->port_ranges)
			return true;
	}
	return false;
}

/* ---- sets ---- */

/* Both sorted, disjoint, maximal: each inner range lies in one outer range. */
static bool holds4(const struct address_set *outer, const struct address_set *inner)
{
	size_t k = 0;

	for (size_t i = 0; i < inner->count4; i++) {
		while (k < outer->count4 && outer->v4[k].last < inner->v4[i].first)
			k++;
		if (k == outer->count4 || outer->v4[k].first > inner->v4[i].first ||
		    outer->v4[k].last < inner->v4[i].last)
			return false;
	}
	return true;
}

static bool holds6(const struct address_set *outer, const struct address_set *inner)
{
	size_t k = 0;

	for (size_t i = 0; i < inner->count6; i++) {
		while (k < outer->count6 &&
		       addr6_compare(outer->v6[k].last, inner->v6[i].first) < 0)
			k++;
		if (k == outer->count6 ||
		    addr6_compare(outer->v6[k].first, inner->v6[i].first) > 0 ||
		    addr6_compare(outer->v6[k].last, inner->v6[i].last) < 0)
			return false;
	}
	return true;
}

bool set_holds(const struct address_set *outer, const struct address_set *inner)
{
	return outer == inner || (holds4(outer, inner) && holds6(outer, inner));
}

/* ---- patterns ---- */

bool pattern_holds(const int16_t outer[4], const int16_t inner[4])
{
	for (int i = 0; i < 4; i++) {
		if (outer[i] >= 0 && outer[i] != inner[i])
			return false;
	}
	return true;
}

bool patterns_meet(const int16_t a[4], const int16_t b[4])
{
	for (int i = 0; i < 4; i++) {
		if (a[i] >= 0 && b[i] >= 0 && a[i] != b[i])
			return false;
	}
	return true;
}

/* Octet i of a range's end. */
static int octet_of(uint32_t address, int i)
{
	return (int)(address >> (24 - 8 * i) & 0xff);
}

/* low, high: whether the octets so far are those of the range's first and last address. */
static bool meets_from(const int16_t pattern[4], struct range4 range, int i, bool low, bool high)
{
	int first = low ? octet_of(range.first, i < 4 ? i : 3) : 0;
	int last = high ? octet_of(range.last, i < 4 ? i : 3) : 255;

	if (i == 4)
		return true;
	if (pattern[i] >= 0) {
		int octet = pattern[i];

		return octet >= first && octet <= last &&
		       meets_from(pattern, range, i + 1, low && octet == first,
				  high && octet == last);
	}
	/* A value strictly between the ends leaves the rest free. */
	if (first + 1 < last || (first < last && (!low || !high)))
		return true;
	return meets_from(pattern, range, i + 1, low, high && first == last) ||
	       (first != last && meets_from(pattern, range, i + 1, false, high));
}

bool pattern_meets_range(const int16_t pattern[4], struct range4 range)
{
	return meets_from(pattern, range, 0, true, true);
}

bool pattern_holds_range(const int16_t pattern[4], struct range4 range)
{
	struct range4 whole = {0, UINT32_MAX};
	bool star = false;

	for (int i = 0; i < 4; i++) {
		uint32_t rest = i == 3 ? 0 : UINT32_MAX >> (8 * (i + 1));

		if (pattern[i] >= 0 && star)
			return false;
		star |= pattern[i] < 0;
		if (star)
			continue;
		whole.first |= (uint32_t)pattern[i] << (24 - 8 * i);
		whole.last = whole.first | rest;
	}
	return whole.first <= range.first && range.last <= whole.last;
}
