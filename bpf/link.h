/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The link layer: Ethernet, up to two VLAN tags, ARP, the ethertypes that are not IP. Owns what is
 * decided below IP; must not read past the link layer but for ARP. docs/semantics.md, 1.
 */
#ifndef BPF_LINK_H
#define BPF_LINK_H

#include "packet.h"
#include "wire.h"

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_ARP 0x0806
#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_QINQ 0x88a8
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_FIRST 0x0600 /* below: a length, IEEE 802.3 */
#define VLAN_TAGS_MAX 2

/* A request or a reply for IPv4 over Ethernet (RFC 826). */
static __always_inline __u32 arp_judge(const struct frame *frame, __u32 offset)
{
	const struct arp_message *arp = frame_at(frame, offset);

	if ((const __u8 *)(arp + 1) > frame->end)
		return ZG_R_TRUNCATED;
	if (arp->hardware != bpf_htons(1) || arp->protocol != bpf_htons(ETHERTYPE_IPV4) ||
	    arp->hardware_size != 6 || arp->protocol_size != 4)
		return ZG_R_BAD_ARP;
	if (arp->operation != bpf_htons(1) && arp->operation != bpf_htons(2))
		return ZG_R_BAD_ARP;
	return ZG_R_ARP;
}

static __always_inline __u32 ethertype_judge(const struct policy *policy, __u32 type)
{
	if (type < ETHERTYPE_FIRST)
		return ZG_R_LLC;
	for (int i = 0; i < ZG_ETHERTYPES_MAX; i++)
		if (policy->settings->ethertype[i] == type)
			return ZG_R_ETHERTYPE;
	return ZG_R_ETHERTYPE_UNKNOWN;
}

/* Answers where the IP header begins and whether it is ETHERTYPE_IPV4 or _IPV6; else a reason. */
static __always_inline __u32 link_parse(const struct policy *policy, const struct frame *frame,
					__u32 *ret_type, __u32 *ret_offset)
{
	const struct ethernet_header *ethernet = (const void *)frame->begin;
	__u32 offset = sizeof(*ethernet), tags = frame->tags;
	__be16 type;

	if ((const __u8 *)(ethernet + 1) > frame->end)
		return ZG_R_TRUNCATED;
	type = ethernet->type;
	for (int i = 0; i <= VLAN_TAGS_MAX; i++) {
		const struct vlan_tag *tag = frame_at(frame, offset);

		if (LIKELY(type != bpf_htons(ETHERTYPE_VLAN) && type != bpf_htons(ETHERTYPE_QINQ)))
			break;
		if (tags++ == VLAN_TAGS_MAX)
			return ZG_R_VLAN_DEPTH;
		if ((const __u8 *)(tag + 1) > frame->end)
			return ZG_R_TRUNCATED;
		type = tag->type;
		offset += sizeof(*tag);
	}
	*ret_offset = forget_offset(offset, frame->begin);
	if (LIKELY(type == bpf_htons(ETHERTYPE_IPV4))) {
		*ret_type = ETHERTYPE_IPV4;
		return GO_ON;
	}
	if (LIKELY(type == bpf_htons(ETHERTYPE_IPV6))) {
		*ret_type = ETHERTYPE_IPV6;
		return GO_ON;
	}
	if (type == bpf_htons(ETHERTYPE_ARP))
		return arp_judge(frame, offset);
	return ethertype_judge(policy, bpf_ntohs(type));
}

#endif
