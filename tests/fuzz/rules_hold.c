// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Rules against image, at the corners. Knows the resolved model and the lookup; no text, no packet.
 */
#include "rules_hold.h"

#include <zonegate/reasons.h>

#include "compile/image_lookup.h"
#include "must.h"

struct corner {
	const struct image *image;
	const struct rule *rule;
	uint32_t role;
	uint32_t remote, local; /* classes */
};

static uint32_t class6_of(uint32_t trie, struct addr6 address)
{
	union {
		__u64 words[2];
		__u8 bytes[16];
	} raw;

	addr6_to_bytes(address, raw.bytes);
	return lookup_class6(0, trie, raw.bytes);
}

static uint32_t port_class_of(const struct corner *corner, uint8_t proto, uint16_t port)
{
	const struct zg_ports *ports = &corner->image->ports[corner->role == ZG_ACCEPT ? 0 : 1];

	switch (proto) {
	case 6:
		return ports->tcp[port];
	case 17:
		return ports->udp[port];
	case 1:
		return ports->icmp[port & 0xff];
	case 58:
		return ports->icmp6[port & 0xff];
	default:
		return ports->proto[proto];
	}
}

static void port_holds(const struct resolved *policy, const struct corner *corner, uint16_t port)
{
	const struct rule *rule = corner->rule;
	uint8_t proto = rule->kind == PROTOCOL_IP ? rule->proto : 6;
	uint32_t reason = 0, slot;

	slot = lookup_rule(&corner->image->settings, corner->role, corner->remote, corner->local,
			   port_class_of(corner, proto, port), &reason);
	MUST(slot != ZG_LOOKUP_BROKEN, "rule %s: broken tables", rule->name);
	if (reason) {
		MUST(slot == ZG_SLOT_NONE && reason >= ZG_REASON_FIRST_DROP &&
			     corner->role == ZG_ACCEPT,
		     "rule %s: reason %u", rule->name, reason);
		return;
	}
	/* A zone of one NIC is not asked for by others. */
	if (slot == ZG_SLOT_NONE && corner->image->settings.flags & ZG_F_IFGROUPS)
		return;
	MUST(slot && slot <= policy->rule_count, "rule %s, port %u: no rule", rule->name, port);
	MUST(policy->rules[slot - 1].port_count <= rule->port_count,
	     "rule %s, port %u: the wider rule %s has it", rule->name, port,
	     policy->rules[slot - 1].name);
}

static void corner_holds(const struct resolved *policy, const struct corner *corner)
{
	const struct rule *rule = corner->rule;

	MUST(corner->remote != ZG_LOOKUP_BROKEN && corner->local != ZG_LOOKUP_BROKEN,
	     "rule %s: broken tries", rule->name);
	MUST(corner->remote < corner->image->class_count, "rule %s: class %u of %zu", rule->name,
	     corner->remote, corner->image->class_count);
	if (!rule->port_ranges)
		port_holds(policy, corner, 0x1f08);
	for (size_t i = 0; i < rule->port_ranges; i++) {
		port_holds(policy, corner, rule->ports[i].first);
		port_holds(policy, corner, rule->ports[i].last);
	}
}

static void pair_holds(const struct resolved *policy, struct corner *corner, int remote, int local)
{
	const struct address_set *from = &policy->zones[remote].addresses;
	const struct address_set *to = &policy->zones[local].addresses;

	if (from->count4 && to->count4) {
		corner->remote = lookup_class4(0, ZG_REMOTE4, from->v4[0].first);
		corner->local = lookup_class4(0, ZG_LOCAL4, to->v4[to->count4 - 1].last);
		corner_holds(policy, corner);
		corner->remote = lookup_class4(0, ZG_REMOTE4, from->v4[from->count4 - 1].last);
		corner->local = lookup_class4(0, ZG_LOCAL4, to->v4[0].first);
		corner_holds(policy, corner);
	}
	if (from->count6 && to->count6) {
		corner->remote = class6_of(ZG_REMOTE6, from->v6[0].first);
		corner->local = class6_of(ZG_LOCAL6, to->v6[to->count6 - 1].last);
		corner_holds(policy, corner);
		corner->remote = class6_of(ZG_REMOTE6, from->v6[from->count6 - 1].last);
		corner->local = class6_of(ZG_LOCAL6, to->v6[0].first);
		corner_holds(policy, corner);
	}
}

void rules_hold(const struct resolved *policy, const struct image *image)
{
	MUST(image->rule_count == policy->rule_count && image->line_count == policy->line_count,
	     "%zu rules of %zu, %zu lines of %zu", image->rule_count, policy->rule_count,
	     image->line_count, policy->line_count);
	image_lookup_use(image);
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct rule *rule = &policy->rules[i];
		struct corner corner = {.image = image, .rule = rule};

		if (rule->role == ROLE_ACCEPT || rule->role == ROLE_BOTH) {
			corner.role = ZG_ACCEPT;
			pair_holds(policy, &corner, rule->accept_remote, rule->accept_local);
		}
		if (rule->role == ROLE_OPEN || rule->role == ROLE_BOTH) {
			corner.role = ZG_OPEN;
			pair_holds(policy, &corner, rule->open_remote, rule->open_local);
		}
	}
}
