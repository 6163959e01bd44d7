/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The facts of one packet: filled once by the parsers (link.h, ip.h, transport.h), const
 * afterwards. Owns the struct and its small questions; must not know policy or maps. Remote and
 * local, not source and destination: one code serves both hooks.
 */
#ifndef BPF_PACKET_H
#define BPF_PACKET_H

#include "verdict.h"

/* A frame as the hook got it. */
struct frame {
	const __u8 *begin, *end; /* what can be read: the linear part */
	void *context;
	__u64 socket;	/* egress: the cookie of the socket that it is from; 0: unknown, or nobody
			   listens */
	__u32 length;	/* egress: of the whole frame. Ingress asks when it must: frame_length() */
	__u32 bytes;	/* egress: on the wire, after segmentation */
	__u32 segments; /* packets it becomes on the wire */
	__u32 ifindex;
	__u32 hook; /* enum zg_hook */
	__u32 tags; /* VLAN tags beside the data, which the NIC will put in */
	__u32 gso;  /* segments are cut later: lengths may say 0 (BIG TCP) */
};

union address {
	struct zg_address wire; /* network order, IPv4 as ::ffff:a.b.c.d */
	__u64 word[2];
};

enum fragment_kind {
	FRAGMENT_NONE,
	FRAGMENT_ATOMIC, /* IPv6: a fragment header, yet whole (RFC 6946) */
	FRAGMENT_FIRST,
	FRAGMENT_LATER,
};

/* Of the whole frame, buffers behind the linear part included. */
static __always_inline __u32 frame_length(const struct frame *frame)
{
	return frame->hook == ZG_INGRESS ? xdp_length(frame->context) : frame->length;
}

/* A copy of bytes that may lie behind the linear part. False: the frame ends before. */
static __always_inline bool frame_read(const struct frame *frame, __u32 offset, void *to,
				       __u32 size)
{
	return !frame_load(frame->context, frame->hook, offset, to, size);
}

/* The mask repeats to the verifier what the parsers have checked. */
static __always_inline const void *frame_at(const struct frame *frame, __u32 offset)
{
	return frame->begin + (offset & OFFSET_MASK);
}

/* No padding: copies are handed to subprograms, and the verifier wants every byte written. */
struct packet {
	union address remote6, local6; /* IPv6 alone */
	__u32 remote4, local4;	       /* IPv4 alone, host order */
	__u32 fragment_id;	       /* network order; IPv4: 16 bits */
	__u16 rport, lport;	       /* host order; echo: the identifier in both; else 0 */
	__u16 l4_offset;	       /* from the beginning of the frame */
	__u16 l4_length;	       /* to the packet's end by its IP header */
	__u8 family;		       /* 4, 6; 0: not IP */
	__u8 proto;
	__u8 tcp_flags;
	__u8 icmp_type;
	__u8 icmp_code;
	__u8 hop_limit;
	__u8 fragment;	     /* enum fragment_kind */
	__u8 fragment_proto; /* what the fragments of one packet have in common */
};
ZG_ASSERT_SIZE(struct packet, 60 + 4);

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

/* Numbers of IANA's registries that the kernel's headers keep as macros, which BTF does not have.
 */
#define PROTO_ICMP 1
#define PROTO_IGMP 2
#define PROTO_TCP 6
#define PROTO_UDP 17
#define PROTO_ICMPV6 58

/* The fast path: nothing but ports to be asked. */
static __always_inline bool packet_is_plain(const struct packet *packet)
{
	return packet->fragment == FRAGMENT_NONE &&
	       (packet->proto == PROTO_TCP || packet->proto == PROTO_UDP);
}

static __always_inline bool packet_is_syn(const struct packet *packet)
{
	return packet->proto == PROTO_TCP && (packet->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

static __always_inline bool packet_is_syn_ack(const struct packet *packet)
{
	return packet->proto == PROTO_TCP &&
	       (packet->tcp_flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
}

/* ICMP of the packet's own family: the parser refuses the other. */
static __always_inline bool packet_is_icmp(const struct packet *packet)
{
	return packet->proto == (packet->family == 4 ? PROTO_ICMP : PROTO_ICMPV6);
}

static __always_inline union address address_map4(__u32 address)
{
	union address mapped;

	mapped.word[0] = 0;
	mapped.word[1] = bpf_cpu_to_be64(0xffff00000000ull | address);
	return mapped;
}

static __always_inline union address packet_remote(const struct packet *packet)
{
	return packet->family == 4 ? address_map4(packet->remote4) : packet->remote6;
}

static __always_inline union address packet_local(const struct packet *packet)
{
	return packet->family == 4 ? address_map4(packet->local4) : packet->local6;
}

/* The same straight to where it is wanted: two addresses less on a stack that is nearly full. */
static __always_inline void address_put(const struct packet *packet, __u32 address4,
					const union address *address6, __u8 *to)
{
	if (packet->family == 4) {
		__builtin_memset(to, 0, 10);
		__builtin_memset(to + 10, 0xff, 2);
		address4 = bpf_htonl(address4);
		__builtin_memcpy(to + 12, &address4, 4);
	} else {
		__builtin_memcpy(to, address6, 16);
	}
}

static __always_inline void packet_remote_put(const struct packet *packet, __u8 *to)
{
	address_put(packet, packet->remote4, &packet->remote6, to);
}

static __always_inline void packet_local_put(const struct packet *packet, __u8 *to)
{
	address_put(packet, packet->local4, &packet->local6, to);
}

#endif
