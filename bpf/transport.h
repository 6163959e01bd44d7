/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * TCP, UDP and ICMP headers: lengths, ports, flags that no stack sends. Owns the last step of
 * parsing; must not know policy. docs/semantics.md, 4.3 and 5.
 */
#ifndef BPF_TRANSPORT_H
#define BPF_TRANSPORT_H

#include "packet.h"
#include "wire.h"

#define ICMP_ECHO_REPLY 0
#define ICMP_ECHO_REQUEST 8
#define ICMPV6_ECHO_REQUEST 128
#define ICMPV6_ECHO_REPLY 129

/* A header is not all there: of a first fragment, or of a whole packet (RFC 1858). */
static __always_inline __u32 transport_short(const struct packet *packet)
{
	return packet->fragment == FRAGMENT_FIRST ? ZG_R_FRAGMENT_TINY : ZG_R_TRUNCATED;
}

/* SYN with FIN or RST, FIN with RST, none of SYN, ACK and RST: bit n of the mask, n = flags. */
static __always_inline bool tcp_flags_sane(__u32 flags)
{
	const __u32 sane = 1u << TCP_SYN | 1u << (TCP_SYN | TCP_ACK) | 1u << TCP_ACK |
			   1u << (TCP_ACK | TCP_FIN) | 1u << TCP_RST | 1u << (TCP_RST | TCP_ACK);

	return sane >> (flags & (TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK)) & 1;
}

static __always_inline void ports_take(__u32 hook, __be16 source, __be16 destination,
				       struct packet *packet)
{
	packet->rport = bpf_ntohs(hook == ZG_INGRESS ? source : destination);
	packet->lport = bpf_ntohs(hook == ZG_INGRESS ? destination : source);
}

static __always_inline __u32 tcp_parse(const struct frame *frame, struct packet *packet)
{
	const struct tcp_header *tcp = frame_at(frame, packet->l4_offset);
	__u32 header;

	if (packet->l4_length < sizeof(*tcp))
		return transport_short(packet);
	if ((const __u8 *)(tcp + 1) > frame->end)
		return ZG_R_TRUNCATED;
	header = (tcp->doff_reserved >> 4) * 4;
	if (header < sizeof(*tcp)) /* RFC 9293 3.1 */
		return ZG_R_BAD_TCP;
	if (header > packet->l4_length)
		return packet->fragment == FRAGMENT_FIRST ? ZG_R_FRAGMENT_TINY : ZG_R_BAD_TCP;
	if (!tcp->source || !tcp->destination)
		return ZG_R_PORT_ZERO;
	if (!tcp_flags_sane(tcp->flags))
		return ZG_R_TCP_FLAGS;
	packet->tcp_flags = tcp->flags;
	ports_take(frame->hook, tcp->source, tcp->destination, packet);
	return GO_ON;
}

static __always_inline __u32 udp_parse(const struct frame *frame, struct packet *packet)
{
	const struct udp_header *udp = frame_at(frame, packet->l4_offset);
	__u32 length;

	if (packet->l4_length < sizeof(*udp))
		return transport_short(packet);
	if ((const __u8 *)(udp + 1) > frame->end)
		return ZG_R_TRUNCATED;
	length = bpf_ntohs(udp->length);
	if (length < sizeof(*udp)) /* RFC 768 */
		return ZG_R_BAD_UDP;
	if (length > packet->l4_length && packet->fragment != FRAGMENT_FIRST)
		return ZG_R_BAD_UDP;
	if (!udp->source || !udp->destination)
		return ZG_R_PORT_ZERO;
	ports_take(frame->hook, udp->source, udp->destination, packet);
	return GO_ON;
}

static __always_inline bool icmp_is_echo(__u32 family, __u32 type)
{
	return family == 4 ? type == ICMP_ECHO_REQUEST || type == ICMP_ECHO_REPLY
			   : type == ICMPV6_ECHO_REQUEST || type == ICMPV6_ECHO_REPLY;
}

static __always_inline __u32 icmp_parse(const struct frame *frame, struct packet *packet)
{
	const struct icmp_header *icmp = frame_at(frame, packet->l4_offset);

	if (!packet_is_icmp(packet)) /* ICMP in IPv6, or ICMPv6 in IPv4 */
		return ZG_R_BAD_ICMP;
	if (packet->l4_length < sizeof(*icmp))
		return transport_short(packet);
	if ((const __u8 *)(icmp + 1) > frame->end)
		return ZG_R_TRUNCATED;
	packet->icmp_type = icmp->type;
	packet->icmp_code = icmp->code;
	if (icmp_is_echo(packet->family, icmp->type))
		packet->lport = packet->rport = bpf_ntohs(icmp->identifier);
	return GO_ON;
}

static __always_inline __u32 transport_parse(const struct frame *frame, struct packet *packet)
{
	switch (packet->proto) {
	case PROTO_TCP:
		return tcp_parse(frame, packet);
	case PROTO_UDP:
		return udp_parse(frame, packet);
	case PROTO_ICMP:
	case PROTO_ICMPV6:
		return icmp_parse(frame, packet);
	default:
		return GO_ON;
	}
}

#endif
