/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a link needs to work: IPv6 neighbour discovery, MLD, IGMP; and redirects, which no host
 * here follows. Owns their checks; must not know policy. docs/semantics.md, 6 (RFC 4861, RFC 4890).
 */
#ifndef BPF_NEIGHBOUR_H
#define BPF_NEIGHBOUR_H

#include "packet.h"
#include "transport.h"

enum neighbour_type {
	ICMP_REDIRECT_TYPE = 5,
	ICMPV6_MLD_QUERY = 130,
	ICMPV6_MLD_REPORT = 131,
	ICMPV6_MLD_DONE = 132,
	ICMPV6_ROUTER_SOLICIT = 133,
	ICMPV6_ROUTER_ADVERT = 134,
	ICMPV6_NEIGHBOUR_SOLICIT = 135,
	ICMPV6_NEIGHBOUR_ADVERT = 136,
	ICMPV6_REDIRECT_TYPE = 137,
	ICMPV6_MLD2_REPORT = 143,
};

static __always_inline union address source6(const struct frame *frame, const struct packet *packet)
{
	return frame->hook == ZG_INGRESS ? packet->remote6 : packet->local6;
}

static __always_inline bool address_is_link_local(union address address)
{
	return address.wire.byte[0] == 0xfe && (address.wire.byte[1] & 0xc0) == 0x80;
}

static __always_inline bool address_is_unspecified(union address address)
{
	return !(address.word[0] | address.word[1]);
}

static __always_inline __u32 neighbour_judge(const struct frame *frame, const struct packet *packet)
{
	__u32 least = packet->icmp_type == ICMPV6_ROUTER_SOLICIT  ? 8
		      : packet->icmp_type == ICMPV6_ROUTER_ADVERT ? 16
								  : 24;
	__u8 target;

	/* RFC 4861 6.1 and 7.1, RFC 6980. */
	if (packet->hop_limit != 255 || packet->icmp_code || packet->fragment != FRAGMENT_NONE ||
	    packet->l4_length < least)
		return ZG_R_ND_INVALID;
	if (packet->icmp_type == ICMPV6_ROUTER_ADVERT &&
	    !address_is_link_local(source6(frame, packet)))
		return ZG_R_ND_INVALID;
	if (least == 24) {
		/* The target stands behind the ICMP header. */
		if (!frame_read(frame, packet->l4_offset + sizeof(struct icmp_header), &target, 1))
			return ZG_R_TRUNCATED;
		if (target == 0xff)
			return ZG_R_ND_INVALID;
	}
	return ZG_R_ND;
}

static __always_inline __u32 listener_judge(const struct frame *frame, const struct packet *packet)
{
	__u32 least = packet->icmp_type == ICMPV6_MLD2_REPORT ? 8 : 24;
	union address source = source6(frame, packet);

	/* RFC 2710 3, RFC 3590, RFC 3810 5. */
	if (packet->hop_limit != 1 || packet->fragment != FRAGMENT_NONE ||
	    packet->l4_length < least)
		return ZG_R_ND_INVALID;
	if (!address_is_link_local(source) &&
	    (packet->icmp_type == ICMPV6_MLD_QUERY || !address_is_unspecified(source)))
		return ZG_R_ND_INVALID;
	return ZG_R_MLD;
}

/* IGMP that is not of this shape is a protocol like others. */
static __always_inline __u32 igmp_judge(const struct frame *frame, const struct packet *packet)
{
	__u32 destination = frame->hook == ZG_INGRESS ? packet->local4 : packet->remote4;

	if (packet->fragment == FRAGMENT_NONE && packet->hop_limit == 1 &&
	    destination >> 28 == 0xe && packet->l4_length >= 8)
		return ZG_R_MLD;
	return GO_ON;
}

/* For ICMP, ICMPv6 and IGMP. */
static __always_inline __u32 link_needs_judge(const struct frame *frame,
					      const struct packet *packet)
{
	if (packet->family == 4) {
		if (packet->proto == PROTO_IGMP)
			return igmp_judge(frame, packet);
		return packet->icmp_type == ICMP_REDIRECT_TYPE ? ZG_R_ICMP_REDIRECT : GO_ON;
	}
	switch (packet->icmp_type) {
	case ICMPV6_ROUTER_SOLICIT:
	case ICMPV6_ROUTER_ADVERT:
	case ICMPV6_NEIGHBOUR_SOLICIT:
	case ICMPV6_NEIGHBOUR_ADVERT:
		return neighbour_judge(frame, packet);
	case ICMPV6_MLD_QUERY:
	case ICMPV6_MLD_REPORT:
	case ICMPV6_MLD_DONE:
	case ICMPV6_MLD2_REPORT:
		return listener_judge(frame, packet);
	case ICMPV6_REDIRECT_TYPE:
		return ZG_R_ICMP_REDIRECT;
	default:
		return GO_ON;
	}
}

#endif
