/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * IPv4 and IPv6 headers: lengths, options, extension headers, fragment fields. Owns the way from
 * the link layer to the transport header; must not know policy. docs/semantics.md, 2, 3 and 4.1.
 */
#ifndef BPF_IP_H
#define BPF_IP_H

#include "packet.h"
#include "wire.h"

#define IPV4_RESERVED 0x8000
#define IPV4_MORE 0x2000
#define IPV4_OFFSET 0x1fff
#define IPV4_OPTIONS_MAX 40
#define IPV6_MORE 0x0001
#define IPV6_OFFSET 0xfff8 /* in bytes as it stands: the three low bits are not its */
#define IPV6_HEADERS_MAX 6
/* Six headers of 2,048 bytes each and what stands before them stay below. */
#define IPV6_WALK_MAX 0x3fff
#define DATAGRAM_MAX 65535

enum ipv6_next {
	IPV6_HOP_BY_HOP = 0,
	IPV6_ROUTING = 43,
	IPV6_FRAGMENT = 44,
	IPV6_NONE = 59,
	IPV6_OPTIONS = 60,
	IPV6_MOBILITY = 135,
	IPV6_HIP = 139,
	IPV6_SHIM6 = 140,
	IPV6_TEST1 = 253,
	IPV6_TEST2 = 254,
};

enum ipv4_option {
	IPV4_END = 0,
	IPV4_NOP = 1,
	IPV4_RECORD_ROUTE = 7,
	IPV4_LOOSE_ROUTE = 131,
	IPV4_STRICT_ROUTE = 137,
};

/* Does the packet's end, by its header, lie in the frame? What lies behind it is padding. */
static __always_inline bool frame_holds(const struct frame *frame, __u32 end)
{
	return LIKELY(end <= (__u32)(frame->end - frame->begin)) || end <= frame_length(frame);
}

/* BIG TCP has more than 16 bits; no check needs to know how much more. */
static __always_inline __u32 length_cap(__u32 length)
{
	return length > DATAGRAM_MAX ? DATAGRAM_MAX : length;
}

struct ipv4_options {
	__u8 byte[IPV4_OPTIONS_MAX];
};

/*
 * One option at a time, each with its length (RFC 791 3.1). Byte by byte, passing over what belongs
 * to an option already seen: the verifier then knows each index, and sees each byte once.
 */
SUBPROGRAM __u32 ipv4_options_walk(const struct ipv4_options *options, __u32 size)
{
	__u32 skip = 0, length;
	__u8 kind;

	if (!options || size > IPV4_OPTIONS_MAX)
		return ZG_R_INTERNAL;
	NO_UNROLL
	for (__u32 at = 0; at < IPV4_OPTIONS_MAX; at++) {
		if (at >= size)
			break;
		if (skip) {
			skip--;
			continue;
		}
		kind = options->byte[at];
		if (kind == IPV4_END)
			break;
		if (kind == IPV4_NOP)
			continue;
		if (at + 2 > size)
			return ZG_R_BAD_IPV4;
		length = options->byte[at + 1 < IPV4_OPTIONS_MAX ? at + 1 : at];
		if (length < 2 || at + length > size)
			return ZG_R_BAD_IPV4;
		if (kind == IPV4_RECORD_ROUTE || kind == IPV4_LOOSE_ROUTE ||
		    kind == IPV4_STRICT_ROUTE)
			return ZG_R_IP_OPTIONS;
		skip = length - 1;
	}
	return GO_ON;
}

static __always_inline __u32 ipv4_options_read(const struct frame *frame, __u32 offset, __u32 size)
{
	struct ipv4_options options = {};

	/* Two comparisons that stay two: one with a shifted range is beyond Linux 6.12. */
	if (size > sizeof(options))
		return ZG_R_BAD_IPV4;
	barrier_var(size);
	if (size < 4)
		return ZG_R_BAD_IPV4;
	if (!frame_read(frame, offset, &options, size))
		return ZG_R_TRUNCATED;
	return ipv4_options_walk(&options, size);
}

/* By hook: a subprogram's context has a type. */
SUBPROGRAM __u32 xdp_ipv4_options(struct xdp_md *ctx, __u32 offset, __u32 size)
{
	const struct frame frame = {.context = ctx, .hook = ZG_INGRESS};

	return ipv4_options_read(&frame, offset, size);
}

SUBPROGRAM __u32 skb_ipv4_options(struct __sk_buff *skb, __u32 offset, __u32 size)
{
	const struct frame frame = {.context = skb, .hook = ZG_EGRESS};

	return ipv4_options_read(&frame, offset, size);
}

static __always_inline __u32 ipv4_options_judge(const struct frame *frame, __u32 offset, __u32 size)
{
	if (frame->hook == ZG_INGRESS)
		return xdp_ipv4_options(frame->context, offset, size);
	return skb_ipv4_options(frame->context, offset, size);
}

/* Offset in bytes, payload behind the IP headers (RFC 791 3.2, RFC 8200 4.5). */
static __always_inline __u32 fragment_fields_judge(__u32 offset, bool more, __u32 payload)
{
	if (!payload || (more && payload & 7) || offset + payload > DATAGRAM_MAX)
		return ZG_R_BAD_FRAGMENT;
	return GO_ON;
}

static __always_inline __u32 ipv4_fragment_parse(__u32 field, struct packet *packet)
{
	__u32 offset = (field & IPV4_OFFSET) * 8;
	bool more = field & IPV4_MORE;

	packet->fragment = offset ? FRAGMENT_LATER : FRAGMENT_FIRST;
	packet->fragment_proto = packet->proto;
	if (fragment_fields_judge(offset, more, packet->l4_length) != GO_ON)
		return ZG_R_BAD_FRAGMENT;
	/* A second piece that would be read as TCP ports and flags (RFC 1858, RFC 3128). */
	if (offset && offset < 20 && packet->proto == PROTO_TCP)
		return ZG_R_FRAGMENT_OVERLAP;
	return GO_ON;
}

static __always_inline __u32 ipv4_parse(const struct frame *frame, __u32 offset,
					struct packet *packet)
{
	const struct ipv4_header *ip = frame_at(frame, offset);
	__u32 header, total, reason;

	if ((const __u8 *)(ip + 1) > frame->end)
		return ZG_R_TRUNCATED;
	if (ip->version_ihl >> 4 != 4 || (ip->version_ihl & 15) < 5)
		return ZG_R_BAD_IPV4;
	header = (ip->version_ihl & 15) * 4;
	if (offset + header > (__u32)(frame->end - frame->begin))
		return ZG_R_TRUNCATED;
	total = bpf_ntohs(ip->length);
	if (UNLIKELY(frame->gso && !total))
		total = frame->length - offset; /* BIG TCP: more than the field can say */
	if (total < header || !frame_holds(frame, offset + total))
		return ZG_R_BAD_IPV4;
	if (ip->fragment & bpf_htons(IPV4_RESERVED))
		return ZG_R_BAD_IPV4;
	if (UNLIKELY(header > sizeof(*ip))) {
		reason = ipv4_options_judge(frame, offset + sizeof(*ip), header - sizeof(*ip));
		if (reason != GO_ON)
			return reason;
	}
	if (ip->saddr == ip->daddr)
		return ZG_R_LAND;
	packet->family = 4;
	packet->proto = ip->proto;
	packet->hop_limit = ip->ttl;
	packet->remote4 = bpf_ntohl(frame->hook == ZG_INGRESS ? ip->saddr : ip->daddr);
	packet->local4 = bpf_ntohl(frame->hook == ZG_INGRESS ? ip->daddr : ip->saddr);
	packet->l4_offset = offset + header;
	packet->l4_length = length_cap(total - header);
	if (LIKELY(!(ip->fragment & bpf_htons(IPV4_MORE | IPV4_OFFSET))))
		return GO_ON;
	packet->fragment_id = ip->id;
	return ipv4_fragment_parse(bpf_ntohs(ip->fragment), packet);
}

/* Where a walk has led. No padding: a subprogram writes it. */
struct ipv6_path {
	__be32 fragment_id;
	__u32 offset; /* of the transport header */
	__u8 proto;
	__u8 fragment; /* enum fragment_kind */
	__u8 fragment_proto;
	__u8 pad;
};

static __always_inline __u32 ipv6_fragment_parse(const struct ipv6_extension *header, __u32 payload,
						 struct ipv6_path *path)
{
	__u32 field = bpf_ntohs(header->fragment), offset = field & IPV6_OFFSET;

	path->fragment_id = header->fragment_id;
	path->fragment_proto = header->next;
	if (!(field & (IPV6_MORE | IPV6_OFFSET))) {
		path->fragment = FRAGMENT_ATOMIC;
		return GO_ON;
	}
	path->fragment = offset ? FRAGMENT_LATER : FRAGMENT_FIRST;
	if (fragment_fields_judge(offset, field & IPV6_MORE, payload) != GO_ON)
		return ZG_R_BAD_FRAGMENT;
	if (offset && offset < 20 && header->next == PROTO_TCP)
		return ZG_R_FRAGMENT_OVERLAP;
	return GO_ON;
}

/* What a header is: followed (GO_ON), refused (a reason), or the protocol (ZG_R_RULE: none). */
static __always_inline __u32 ipv6_next_judge(__u32 next, bool first)
{
	switch (next) {
	case IPV6_HOP_BY_HOP:
		return first ? GO_ON : ZG_R_EXTENSION_HEADERS;
	case IPV6_OPTIONS:
	case IPV6_FRAGMENT:
		return GO_ON;
	case IPV6_ROUTING: /* RFC 5095, and no host here needs another type */
		return ZG_R_ROUTING_HEADER;
	case IPV6_MOBILITY:
	case IPV6_HIP:
	case IPV6_SHIM6:
	case IPV6_TEST1:
	case IPV6_TEST2:
		return ZG_R_EXTENSION_HEADERS;
	default:
		return ZG_R_RULE;
	}
}

/*
 * Follows extension headers from next at offset to the packet's end (RFC 8200 4, RFC 9098). By
 * copies, not by pointers: the verifier then sees one state a round.
 */
static __always_inline __u32 ipv6_walk(const struct frame *frame, __u32 offset, __u32 end,
				       __u32 next, struct ipv6_path *path)
{
	NO_UNROLL
	for (int followed = 0; followed <= IPV6_HEADERS_MAX; followed++) {
		struct ipv6_extension header;
		__u32 reason = ipv6_next_judge(next, followed == 0), size;

		path->offset = offset;
		path->proto = next;
		if (reason != GO_ON)
			return reason == ZG_R_RULE ? GO_ON : reason;
		if (followed == IPV6_HEADERS_MAX || offset > IPV6_WALK_MAX)
			break;
		if (next == IPV6_FRAGMENT && path->fragment != FRAGMENT_NONE)
			return ZG_R_BAD_FRAGMENT;
		/* RFC 7112: the first fragment holds all headers. */
		reason = path->fragment == FRAGMENT_FIRST ? ZG_R_FRAGMENT_TINY : ZG_R_TRUNCATED;
		if (offset + sizeof(header) > end)
			return reason;
		if (!frame_read(frame, offset, &header, sizeof(header)))
			return ZG_R_TRUNCATED;
		size = next == IPV6_FRAGMENT ? 8 : 8 * (header.size + 1);
		if (offset + size > end)
			return reason;
		offset += size;
		if (next == IPV6_FRAGMENT) {
			reason = ipv6_fragment_parse(&header, end - offset, path);
			if (reason != GO_ON)
				return reason;
		}
		next = header.next;
		if (path->fragment == FRAGMENT_LATER) {
			path->offset = offset;
			path->proto = next;
			return GO_ON;
		}
	}
	return ZG_R_EXTENSION_HEADERS;
}

SUBPROGRAM __u32 xdp_ipv6_walk(struct xdp_md *ctx, __u32 offset, __u32 end, __u32 next,
			       struct ipv6_path *path)
{
	const struct frame frame = {.context = ctx, .hook = ZG_INGRESS};

	return path ? ipv6_walk(&frame, offset, end, next, path) : ZG_R_INTERNAL;
}

SUBPROGRAM __u32 skb_ipv6_walk(struct __sk_buff *skb, __u32 offset, __u32 end, __u32 next,
			       struct ipv6_path *path)
{
	const struct frame frame = {.context = skb, .hook = ZG_EGRESS};

	return path ? ipv6_walk(&frame, offset, end, next, path) : ZG_R_INTERNAL;
}

/* IPv6 with something between its header and the transport header. */
static __always_inline __u32 ipv6_extensions_parse(const struct frame *frame, __u32 offset,
						   __u32 end, __u32 next, struct packet *packet)
{
	struct ipv6_path path = {};
	__u32 reason = frame->hook == ZG_INGRESS
			       ? xdp_ipv6_walk(frame->context, offset, end, next, &path)
			       : skb_ipv6_walk(frame->context, offset, end, next, &path);

	if (reason != GO_ON)
		return reason;
	packet->proto = path.proto;
	packet->fragment = path.fragment;
	packet->fragment_proto = path.fragment_proto;
	packet->fragment_id = path.fragment_id;
	packet->l4_offset = path.offset;
	packet->l4_length = length_cap(end - path.offset);
	return GO_ON;
}

static __always_inline void ipv6_addresses_parse(const struct ipv6_header *ip, __u32 hook,
						 struct packet *packet)
{
	bool in = hook == ZG_INGRESS;

	packet->remote6.word[0] = in ? ip->saddr[0] : ip->daddr[0];
	packet->remote6.word[1] = in ? ip->saddr[1] : ip->daddr[1];
	packet->local6.word[0] = in ? ip->daddr[0] : ip->saddr[0];
	packet->local6.word[1] = in ? ip->daddr[1] : ip->saddr[1];
}

static __always_inline __u32 ipv6_parse(const struct frame *frame, __u32 offset,
					struct packet *packet)
{
	const struct ipv6_header *ip = frame_at(frame, offset);
	__u32 payload, end;

	if ((const __u8 *)(ip + 1) > frame->end)
		return ZG_R_TRUNCATED;
	if (ip->version_class >> 4 != 6)
		return ZG_R_BAD_IPV6;
	payload = bpf_ntohs(ip->payload);
	if (UNLIKELY(frame->gso && !payload))
		payload = frame->length - offset - sizeof(*ip);
	if (!payload && ip->next != IPV6_NONE)
		return ZG_R_BAD_IPV6; /* a jumbogram (RFC 2675), or nothing at all */
	end = offset + sizeof(*ip) + payload;
	if (!frame_holds(frame, end))
		return ZG_R_BAD_IPV6;
	ipv6_addresses_parse(ip, frame->hook, packet);
	if (packet->remote6.word[0] == packet->local6.word[0] &&
	    packet->remote6.word[1] == packet->local6.word[1])
		return ZG_R_LAND;
	packet->family = 6;
	packet->hop_limit = ip->hop_limit;
	offset += sizeof(*ip);
	if (LIKELY(ip->next == PROTO_TCP || ip->next == PROTO_UDP)) {
		packet->proto = ip->next;
		packet->l4_offset = offset;
		packet->l4_length = length_cap(payload);
		return GO_ON;
	}
	return ipv6_extensions_parse(frame, offset, end, ip->next, packet);
}

#endif
