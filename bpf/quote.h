/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ICMP errors: they pass when the packet that they quote is one that the policy let through. Owns
 * the reading of quotes; must not know which hook's stage asks. docs/semantics.md, 9.
 */
#ifndef BPF_QUOTE_H
#define BPF_QUOTE_H

#include "classify.h"
#include "flow.h"
#include "ip.h"

#define QUOTE_L4 8 /* bytes behind the IP header that every quote has (RFC 792, RFC 4443) */

static __always_inline bool icmp_is_error(const struct packet *packet)
{
	if (packet->family == 4) /* unreachable, time exceeded, parameter problem */
		return packet->icmp_type == 3 || packet->icmp_type == 11 || packet->icmp_type == 12;
	return packet->icmp_type >= 1 && packet->icmp_type <= 4;
}

/* What quoting turned round: an error that comes in quotes what went out. */
static __always_inline bool quote_went_out(const struct frame *frame)
{
	return frame->hook == ZG_INGRESS;
}

/* Answers where the quoted transport header begins; else a reason. */
static __always_inline __u32 quote_parse4(const struct frame *frame, __u32 offset, __u32 end,
					  struct packet *quoted, __u32 *ret_l4)
{
	bool out = quote_went_out(frame);
	struct ipv4_header ip;

	if (offset + sizeof(ip) > end)
		return ZG_R_BAD_ICMP;
	if (!frame_read(frame, offset, &ip, sizeof(ip)))
		return ZG_R_TRUNCATED;
	if (ip.version_ihl >> 4 != 4 || (ip.version_ihl & 15) < 5 ||
	    offset + (ip.version_ihl & 15) * 4 + QUOTE_L4 > end)
		return ZG_R_BAD_ICMP;
	quoted->family = 4;
	quoted->proto = ip.proto;
	quoted->local4 = bpf_ntohl(out ? ip.saddr : ip.daddr);
	quoted->remote4 = bpf_ntohl(out ? ip.daddr : ip.saddr);
	if (ip.fragment & bpf_htons(IPV4_OFFSET))
		quoted->fragment = FRAGMENT_LATER;
	*ret_l4 = offset + (ip.version_ihl & 15) * 4;
	return GO_ON;
}

static __always_inline __u32 quote_parse6(const struct frame *frame, __u32 offset, __u32 end,
					  struct packet *quoted, __u32 *ret_l4)
{
	struct ipv6_extension header;
	struct ipv6_header ip;
	__u32 l4 = offset + sizeof(ip);

	if (l4 + QUOTE_L4 > end)
		return ZG_R_BAD_ICMP;
	if (!frame_read(frame, offset, &ip, sizeof(ip)))
		return ZG_R_TRUNCATED;
	if (ip.version_class >> 4 != 6)
		return ZG_R_BAD_ICMP;
	quoted->family = 6;
	quoted->proto = ip.next;
	ipv6_addresses_parse(&ip, quote_went_out(frame) ? ZG_EGRESS : ZG_INGRESS, quoted);
	if (ip.next == IPV6_FRAGMENT) {
		if (l4 + sizeof(header) + QUOTE_L4 > end)
			return ZG_R_BAD_ICMP;
		if (!frame_read(frame, l4, &header, sizeof(header)))
			return ZG_R_TRUNCATED;
		quoted->proto = header.next;
		if (header.fragment & bpf_htons(IPV6_OFFSET))
			quoted->fragment = FRAGMENT_LATER;
		l4 += sizeof(header);
	}
	*ret_l4 = l4;
	return GO_ON;
}

/* The two ends of the quoted packet and those of the error agree (RFC 5927 4.1, in spirit). */
static __always_inline bool quote_is_addressed(const struct frame *frame,
					       const struct packet *packet,
					       const struct packet *quoted)
{
	/* The sender of what failed receives the error. */
	if (frame->hook == ZG_INGRESS)
		return packet->family == 4
			       ? quoted->local4 == packet->local4
			       : quoted->local6.word[0] == packet->local6.word[0] &&
					 quoted->local6.word[1] == packet->local6.word[1];
	return packet->family == 4 ? quoted->remote4 == packet->remote4
				   : quoted->remote6.word[0] == packet->remote6.word[0] &&
					     quoted->remote6.word[1] == packet->remote6.word[1];
}

/* The first 8 bytes of the quoted transport header: ports, or the echo's type and identifier. */
union quoted_header {
	struct udp_header ports; /* TCP has its ports where UDP has them */
	struct icmp_header icmp;
};

static __always_inline __u32 quote_parse_l4(const struct frame *frame, __u32 l4,
					    struct packet *quoted)
{
	union quoted_header header;

	if (!frame_read(frame, l4, &header, sizeof(header)))
		return ZG_R_TRUNCATED;
	if (quoted->proto == PROTO_TCP || quoted->proto == PROTO_UDP) {
		ports_take(quote_went_out(frame) ? ZG_EGRESS : ZG_INGRESS, header.ports.source,
			   header.ports.destination, quoted);
	} else if (quoted->proto == PROTO_ICMP || quoted->proto == PROTO_ICMPV6) {
		if (!packet_is_icmp(quoted) || !icmp_is_echo(quoted->family, header.icmp.type))
			return ZG_R_ICMP_UNRELATED;
		quoted->icmp_type = header.icmp.type;
		quoted->lport = quoted->rport = bpf_ntohs(header.icmp.identifier);
	}
	return GO_ON;
}

static __always_inline bool echo_is_request(const struct packet *packet)
{
	return packet->icmp_type == (packet->family == 4 ? ICMP_ECHO_REQUEST : ICMPV6_ECHO_REQUEST);
}

/* Does a rule accept what the quoted packet answered? */
SUBPROGRAM __u32 quote_accepted(const struct packet *quoted, __u32 half, __u32 ifindex)
{
	struct permission found;
	struct classes classes;
	struct policy policy;

	if (!quoted)
		return false;
	policy_take(half, &policy);
	if (classes_find(&policy, ifindex, quoted, &classes) != GO_ON)
		return false;
	found = permission_find(&policy, ZG_ACCEPT, &classes, quoted, service_answered(quoted));
	return found.slot != ZG_SLOT_NONE;
}

/*
 * Was the quoted packet part of what a rule accepts, or of a flow? What answers an echo belongs to
 * an accepted service; what asks, to a flow.
 */
static __always_inline __u32 quote_permitted(const struct packet *quoted, __u32 half, __u32 ifindex,
					     bool went_out)
{
	bool icmp = packet_is_icmp(quoted);
	bool accepted = !icmp || echo_is_request(quoted) != went_out;

	if (accepted && quote_accepted(quoted, half, ifindex))
		return ZG_R_ICMP_ERROR;
	if ((!icmp || !accepted) && flow_exists(quoted, half))
		return ZG_R_ICMP_ERROR;
	return ZG_R_ICMP_UNRELATED;
}

/* Fills quoted; GO_ON, or the reason why it cannot be permitted. */
static __always_inline __u32 quote_parse(const struct frame *frame, const struct packet *packet,
					 struct packet *quoted)
{
	__u32 offset = packet->l4_offset + sizeof(struct icmp_header), l4 = 0, reason;
	__u32 end = packet->l4_offset + packet->l4_length;

	reason = packet->family == 4 ? quote_parse4(frame, offset, end, quoted, &l4)
				     : quote_parse6(frame, offset, end, quoted, &l4);
	if (reason != GO_ON)
		return reason;
	if (!quote_is_addressed(frame, packet, quoted) || quoted->fragment == FRAGMENT_LATER)
		return ZG_R_ICMP_UNRELATED;
	if (quoted->family == 6 && ipv6_next_judge(quoted->proto, true) != ZG_R_RULE)
		return ZG_R_ICMP_UNRELATED; /* extension headers are not followed in quotes */
	return quote_parse_l4(frame, l4, quoted);
}

/* By hook: a subprogram's context has a type. */
SUBPROGRAM __u32 xdp_quote_parse(struct xdp_md *ctx, const struct packet *packet,
				 struct packet *quoted)
{
	const struct frame frame = {.context = ctx, .hook = ZG_INGRESS};

	return packet && quoted ? quote_parse(&frame, packet, quoted) : ZG_R_INTERNAL;
}

SUBPROGRAM __u32 skb_quote_parse(struct __sk_buff *skb, const struct packet *packet,
				 struct packet *quoted)
{
	const struct frame frame = {.context = skb, .hook = ZG_EGRESS};

	return packet && quoted ? quote_parse(&frame, packet, quoted) : ZG_R_INTERNAL;
}

/* The verdict on an ICMP error. packet: in memory of the caller's. */
static __always_inline __u32 quote_judge(const struct frame *frame, const struct packet *packet,
					 __u32 half)
{
	struct packet quoted = {};
	__u32 reason = frame->hook == ZG_INGRESS ? xdp_quote_parse(frame->context, packet, &quoted)
						 : skb_quote_parse(frame->context, packet, &quoted);

	if (reason != GO_ON)
		return reason;
	return quote_permitted(&quoted, half, frame->ifindex, quote_went_out(frame));
}

#endif
