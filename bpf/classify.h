/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which rule, if any, permits a packet: addresses and ports to classes, classes to a slot. Owns the
 * questions to the tables; zonegate/lookup.h owns the walk. Must not know hooks and flows.
 */
#ifndef BPF_CLASSIFY_H
#define BPF_CLASSIFY_H

#include "packet.h"
#include "transport.h"

#include <zonegate/lookup.h>

struct classes {
	__u32 remote, local;
};

/* What a lookup says beside the slot: the pair's own reason, or GO_ON. */
struct permission {
	__u32 slot; /* ZG_SLOT_NONE: no rule */
	__u32 reason;
};

/* Verified once, by themselves: the walks are long and have many callers. */
SUBPROGRAM __u32 class4_find(__u32 address, __u32 half, __u32 trie)
{
	if (trie >= ZG_TRIES)
		return ZG_LOOKUP_BROKEN;
	return lookup_class4(half & 1, trie, address);
}

SUBPROGRAM __u32 class6_find(const union address *address, __u32 half, __u32 trie)
{
	if (!address || trie >= ZG_TRIES)
		return ZG_LOOKUP_BROKEN;
	return lookup_class6(half & 1, trie, address->wire.byte);
}

/* How far the NIC moves the local class: its group's share, 0 for NICs without a bound zone. */
SUBPROGRAM __u32 group_shift(__u32 half, __u32 ifindex)
{
	const struct zg_settings *current = tables_settings(half);
	__u32 group = 0;

	for (int i = 0; i < ZG_IFGROUPS_MAX; i++)
		if (current->ifindex[i] == ifindex)
			group = i + 1;
	return group * current->local_classes;
}

/* GO_ON, or ZG_R_INTERNAL. */
static __always_inline __u32 classes_find(const struct policy *policy, __u32 ifindex,
					  const struct packet *packet, struct classes *ret_classes)
{
	__u32 remote, local;

	if (packet->family == 4) {
		remote = class4_find(packet->remote4, policy->half, ZG_REMOTE4);
		local = class4_find(packet->local4, policy->half, ZG_LOCAL4);
	} else {
		union address address = packet->remote6;

		remote = class6_find(&address, policy->half, ZG_REMOTE6);
		address = packet->local6;
		local = class6_find(&address, policy->half, ZG_LOCAL6);
	}
	if (remote == ZG_LOOKUP_BROKEN || local == ZG_LOOKUP_BROKEN)
		return ZG_R_INTERNAL;
	if (UNLIKELY(policy->flags & ZG_F_IFGROUPS))
		local += group_shift(policy->half, ifindex);
	ret_classes->remote = remote;
	ret_classes->local = local;
	return GO_ON;
}

/* Of the service: by port, by ICMP type, or by the protocol alone. */
static __always_inline __u32 port_class(const struct policy *policy, __u32 role,
					const struct packet *packet, __u32 service)
{
	const struct zg_ports *sides = tables_ports(policy->half, role != ZG_ACCEPT);

	if (LIKELY(packet->proto == PROTO_TCP))
		return sides->tcp[service & 0xffff];
	if (packet->proto == PROTO_UDP)
		return sides->udp[service & 0xffff];
	if (!packet_is_icmp(packet))
		return sides->proto[packet->proto];
	return packet->family == 4 ? sides->icmp[service & 0xff] : sides->icmp6[service & 0xff];
}

/* The rule for the service in a role. INTERNAL as a reason when the tables are broken. */
static __always_inline struct permission permission_find(const struct policy *policy, __u32 role,
							 const struct classes *classes,
							 const struct packet *packet, __u32 service)
{
	struct permission found = {.reason = GO_ON};

	found.slot = lookup_rule(policy->settings, role, classes->remote, classes->local,
				 port_class(policy, role, packet, service), &found.reason);
	if (found.slot == ZG_LOOKUP_BROKEN) {
		found.slot = ZG_SLOT_NONE;
		found.reason = ZG_R_INTERNAL;
	}
	return found;
}

/* An echo reply belongs to the service of its request. */
static __always_inline __u32 icmp_service(const struct packet *packet)
{
	if (packet->family == 4)
		return packet->icmp_type == ICMP_ECHO_REPLY ? ICMP_ECHO_REQUEST : packet->icmp_type;
	return packet->icmp_type == ICMPV6_ECHO_REPLY ? ICMPV6_ECHO_REQUEST : packet->icmp_type;
}

/* The service by which accept rules know a packet that comes in, and one that answers it. */
static __always_inline __u32 service_asked(const struct packet *packet)
{
	return UNLIKELY(packet_is_icmp(packet)) ? packet->icmp_type : packet->lport;
}

static __always_inline __u32 service_answered(const struct packet *packet)
{
	return UNLIKELY(packet_is_icmp(packet)) ? icmp_service(packet) : packet->lport;
}

#endif
