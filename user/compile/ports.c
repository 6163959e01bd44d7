// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Port classes: TCP ports, UDP ports, protocols and ICMP types laid end to end on one axis, which
 * is cut where the set of permitting rules changes. Knows rules, no addresses.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "compile/ports.h"
#include "util/cleanup.h"
#include "util/radix.h"

#define PORT_CLASSES_MAX 65536 /* class numbers are columns of 16 bits */
#define RULES_FOR_RUNS 16      /* of a zone: from here on, its columns are kept together */

bool rule_accepts(const struct rule *rule)
{
	return rule->role == ROLE_ACCEPT || rule->role == ROLE_BOTH;
}

bool rule_opens(const struct rule *rule)
{
	return rule->role == ROLE_OPEN || rule->role == ROLE_BOTH;
}

/* The rule's ranges inside one domain of so many points; without ranges: all of it. */
static size_t domain_spans(const struct rule *rule, uint32_t base, uint32_t points,
			   struct axis_span *spans)
{
	size_t count = 0;

	if (rule->port_ranges == 0) {
		spans[0] = (struct axis_span){base, base + points - 1};
		return 1;
	}
	for (size_t i = 0; i < rule->port_ranges; i++) {
		struct port_range range = rule->ports[i];

		if (range.first >= points)
			break;
		spans[count++] = (struct axis_span){
			base + range.first,
			base + (range.last < points ? range.last : points - 1),
		};
	}
	return count;
}

size_t rule_spans(const struct rule *rule, struct axis_span *ret_spans)
{
	size_t count;

	if (rule->kind == PROTOCOL_ANY && rule->port_ranges == 0) {
		ret_spans[0] = (struct axis_span){0, AXIS_END - 1};
		return 1;
	}
	if (rule->kind != PROTOCOL_IP) {
		if (rule->port_ranges == 0) {
			ret_spans[0] = (struct axis_span){AXIS_TCP, AXIS_PROTO - 1};
			return 1;
		}
		count = domain_spans(rule, AXIS_TCP, 65536, ret_spans);
		return count + domain_spans(rule, AXIS_UDP, 65536, ret_spans + count);
	}
	switch (rule->proto) {
	case IPPROTO_TCP:
		return domain_spans(rule, AXIS_TCP, 65536, ret_spans);
	case IPPROTO_UDP:
		return domain_spans(rule, AXIS_UDP, 65536, ret_spans);
	case IPPROTO_ICMP:
		return domain_spans(rule, AXIS_ICMP, 256, ret_spans);
	case IPPROTO_ICMPV6:
		return domain_spans(rule, AXIS_ICMP6, 256, ret_spans);
	default:
		ret_spans[0] =
			(struct axis_span){AXIS_PROTO + rule->proto, AXIS_PROTO + rule->proto};
		return 1;
	}
}

uint32_t axis_point(uint8_t proto, uint16_t port)
{
	switch (proto) {
	case IPPROTO_TCP:
		return AXIS_TCP + port;
	case IPPROTO_UDP:
		return AXIS_UDP + port;
	case IPPROTO_ICMP:
		return AXIS_ICMP + (port & 0xff);
	case IPPROTO_ICMPV6:
		return AXIS_ICMP6 + (port & 0xff);
	default:
		return AXIS_PROTO + proto;
	}
}

static int rule_add(struct cutter *cutter, const struct rule *rule, uint32_t member)
{
	AUTO_FREE struct axis_span *spans = malloc(RULE_SPANS_MAX(rule) * sizeof(*spans));
	size_t count;

	if (!spans)
		return -ENOMEM;
	count = rule_spans(rule, spans);
	for (size_t i = 0; i < count; i++) {
		if (cutter_add4(cutter, spans[i].first, spans[i].last, member) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* The remote zones of a class's two most specific rules; the same zone counts once. */
struct column_key {
	uint32_t second, first; /* 1 + zone; 0: none */
	uint32_t class, pad;
};

static uint32_t rule_remote(const struct rule *rule, bool accepts)
{
	return (uint32_t)(accepts ? rule->accept_remote : rule->open_remote) + 1;
}

static void column_key_find(const struct resolved *policy, const struct port_axis *axis,
			    bool accepts, struct column_key *key)
{
	const uint64_t *bits = class_sets_bits(&axis->sets, key->class);
	uint32_t first_ports = UINT32_MAX, second_ports = UINT32_MAX;

	for (size_t w = 0; w < axis->sets.words; w++) {
		for (uint64_t left = bits[w]; left; left &= left - 1) {
			size_t member = w * 64 + (size_t)__builtin_ctzll(left);
			const struct rule *rule = &policy->rules[axis->rules[member]];
			uint32_t zone = rule_remote(rule, accepts), ports = rule->port_count;

			if (ports < first_ports) {
				if (zone != key->first) {
					key->second = key->first;
					second_ports = first_ports;
				}
				key->first = zone;
				first_ports = ports;
			} else if (ports < second_ports && zone != key->first) {
				key->second = zone;
				second_ports = ports;
			}
		}
	}
}

/* Does a remote zone have RULES_FOR_RUNS rules on average? -ENOMEM. */
static int zones_have_many(const struct resolved *policy, const struct port_axis *axis,
			   bool accepts, bool *ret_many)
{
	AUTO_FREE bool *seen = calloc(policy->zone_count + 1, sizeof(*seen));
	size_t zones = 0;

	if (!seen)
		return -ENOMEM;
	for (size_t i = 0; i < axis->rule_count; i++) {
		uint32_t zone = rule_remote(&policy->rules[axis->rules[i]], accepts);

		zones += !seen[zone];
		seen[zone] = true;
	}
	*ret_many = zones > 0 && axis->rule_count / zones >= RULES_FOR_RUNS;
	return 0;
}

/*
 * Numbers the classes anew: those of one zone's rules stand together. Where zones have many rules
 * each, rows then have their cells in long runs, and lie closer over each other: a quarter to a
 * third less. Rows of a few cells lie closer when these are scattered, as they come.
 */
static int columns_order(const struct resolved *policy, bool accepts, struct port_axis *axis)
{
	static const struct radix_word words[] = {{offsetof(struct column_key, second), 4},
						  {offsetof(struct column_key, first), 4}};
	size_t count = axis->sets.count;
	AUTO_FREE struct column_key *keys = calloc(count, sizeof(*keys));
	AUTO_FREE uint32_t *column = malloc(count * sizeof(*column));

	if (!keys || !column)
		return -ENOMEM;
	for (uint32_t class = 1; class < count; class ++) { /* class 0, no rule, stays 0 */
		keys[class].class = class;
		column_key_find(policy, axis, accepts, &keys[class]);
	}
	if (radix_sort(keys, count, sizeof(*keys), words, 2) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		column[keys[i].class] = (uint32_t)i;
	for (size_t i = 0; i < axis->cuts.count; i++)
		axis->cuts.class[i] = column[axis->cuts.class[i]];
	return 0;
}

int port_axis_build(const struct resolved *policy, bool (*filter)(const struct rule *),
		    struct port_axis *ret_axis)
{
	CLEANUP(port_axis_free) struct port_axis axis = {0};
	CLEANUP(cutter_free) struct cutter cutter = {0};
	bool accepts = filter == rule_accepts, many = false;
	int err;

	axis.rules = malloc((policy->rule_count + 1) * sizeof(*axis.rules));
	if (!axis.rules)
		return -ENOMEM;
	for (size_t i = 0; i < policy->rule_count; i++) {
		if (!filter(&policy->rules[i]))
			continue;
		err = rule_add(&cutter, &policy->rules[i], (uint32_t)axis.rule_count);
		if (err < 0)
			return err;
		axis.rules[axis.rule_count++] = (uint32_t)i;
	}
	err = class_sets_init(&axis.sets, axis.rule_count);
	if (err == 0)
		err = cuts_build4(&cutter, &axis.sets, &axis.cuts);
	if (err == 0 && axis.sets.count > PORT_CLASSES_MAX)
		err = -E2BIG;
	if (err == 0)
		err = zones_have_many(policy, &axis, accepts, &many);
	if (err == 0 && many)
		err = columns_order(policy, accepts, &axis);
	if (err < 0)
		return err;
	*ret_axis = axis;
	axis = (struct port_axis){0};
	return 0;
}

void port_axis_write(const struct port_axis *axis, struct zg_ports *ret_ports)
{
	for (size_t i = 0; i < axis->cuts.count; i++) {
		uint32_t end = i + 1 < axis->cuts.count ? axis->cuts.start4[i + 1] : AXIS_END;
		uint16_t class = (uint16_t)axis->cuts.class[i];

		for (uint32_t at = axis->cuts.start4[i]; at < end && at < AXIS_END; at++) {
			if (at < AXIS_UDP)
				ret_ports->tcp[at] = class;
			else if (at < AXIS_PROTO)
				ret_ports->udp[at - AXIS_UDP] = class;
			else if (at < AXIS_ICMP)
				ret_ports->proto[at - AXIS_PROTO] = class;
			else if (at < AXIS_ICMP6)
				ret_ports->icmp[at - AXIS_ICMP] = class;
			else
				ret_ports->icmp6[at - AXIS_ICMP6] = class;
		}
	}
}

void port_axis_free(struct port_axis *axis)
{
	class_sets_free(&axis->sets);
	cuts_free(&axis->cuts);
	free(axis->rules);
	*axis = (struct port_axis){0};
}
