/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Headers that lie behind the linear part of an skb are brought there. Owns when: it copies, and
 * the stack's own packets, whose payload alone lies behind, must not pay for it.
 */
#ifndef BPF_LINEAR_H
#define BPF_LINEAR_H

#include "ip.h"
#include "link.h"
#include "transport.h"

#define PULL_MAX 0x3fffu /* extension headers can be long */

/* A look at the plain cases; false where it would take more than a look. */
static __always_inline bool headers_are_linear(const struct __sk_buff *skb)
{
	const __u8 *begin = (const __u8 *)(long)skb->data, *end = (const __u8 *)(long)skb->data_end;
	const struct ethernet_header *ethernet = (const void *)begin;
	const __u8 *ip = begin + sizeof(*ethernet);
	__u32 have = end - begin, need = sizeof(*ethernet);
	__u8 proto;

	if (LIKELY(have >= skb->len))
		return true;
	if (ip + sizeof(struct ipv4_header) > end)
		return false;
	if (ethernet->type == bpf_htons(ETHERTYPE_IPV4)) {
		proto = ((const struct ipv4_header *)(const void *)ip)->proto;
		need += (ip[0] & 15) * 4;
	} else if (ethernet->type == bpf_htons(ETHERTYPE_IPV6)) {
		proto = ip[6];
		need += sizeof(struct ipv6_header);
	} else {
		return false;
	}
	if (proto == PROTO_TCP)
		return have >= need + sizeof(struct tcp_header);
	return proto == PROTO_UDP && have >= need + sizeof(struct udp_header);
}

/* When memory is out the packet stays as it is, and is truncated to the parsers. */
static __always_inline void headers_make_linear(struct __sk_buff *skb)
{
	if (UNLIKELY(!headers_are_linear(skb)))
		bpf_skb_pull_data(skb, skb->len > PULL_MAX ? PULL_MAX : skb->len);
}

#endif
