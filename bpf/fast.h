/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The short way of what most packets are: plain IPv4 or IPv6, TCP or UDP, whole, of a connection
 * that a rule accepts or that this host opened, or one that comes in for neither. Decides and
 * counts it, or knows nothing: then the stages decide, from the beginning. It may only answer what
 * they answer, under the same rule or reason: every check of ip.h and transport.h is here in the
 * words of the header. The half in force is a constant in here, and all is there twice: so every
 * address is one.
 */
#ifndef BPF_FAST_H
#define BPF_FAST_H

#include "classify.h"
#include "count.h"
#include "flow.h"

#define FAST_ETHERNET 14u
#define FAST_IPV4 20u
#define FAST_IPV6 40u
#define FAST_TCP 20u
#define FAST_UDP 8u

/* Header words as a little-endian machine loads them: the checks of several fields in one. */
#define WORD_IPV4 0x00450008u /* at 12: ethertype, version and IHL; TOS is any */
#define WORD_IPV4_MASK 0x00ffffffu
#define WORD_IPV6                                                                                  \
	0x0060dd86u /* at 12: ethertype, version; traffic class and flow label are any             \
		     */
#define WORD_IPV6_MASK 0x00f0ffffu
#define WORD_WHOLE_TCP 0x06000000u /* at 20: no fragment, DF and TTL are any, protocol */
#define WORD_WHOLE_UDP 0x11000000u
#define WORD_WHOLE_MASK 0xff00ffbfu
#define WORD_FLAGS_MASK 0x1700u /* at 12 of TCP: ACK, RST, SYN, FIN */
#define WORD_ACK 0x1000u
#define WORD_SYN 0x0200u

/*
 * Of the control word: no deadline, one of the two halves is active and asks for nothing beyond the
 * short way; the fallback is any.
 */
#define WORD_NOT_PLAIN (~(__u64)0x0d)

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the words above are little-endian");

struct fast {
	const void *data, *end;
	__u64 length; /* of the whole frame */
	__u32 half;   /* a constant, once all is inlined */
	bool out;
	bool connection; /* counts as one */
	bool syn;	 /* TCP, a bare one */
	bool datagram;
	__u32 pair;  /* of the cross table */
	__u32 class; /* of the service port */
};

enum fast_answer { FAST_UNKNOWN, FAST_PASS, FAST_DROP };

#define FAST_AT(type, offset) (*(const type *)(fast->data + (offset)))

/* Class of the service port, which is the source out, in one of zg_ports' arrays. */
static __always_inline bool fast_port(struct fast *fast, const __u32 offset, const __u16 *classes)
{
	__u32 ports = FAST_AT(__u32, offset), source = ports & 0xffff, destination = ports >> 16;

	if (!source || !destination)
		return false;
	fast->class = classes[bpf_ntohs(fast->out ? source : destination)];
	return true;
}

/*
 * The TCP or UDP header at offset. bytes: what the IP header says there is, its own counted in it
 * included: no difference is taken, which could be below 0.
 */
static __always_inline bool fast_tcp(struct fast *fast, const __u32 offset, const __u32 counted,
				     __u32 bytes)
{
	__u32 word, header;

	word = FAST_AT(__u16, offset + 12);
	header = word >> 2 & 0x3c;
	if (header < FAST_TCP || header + counted > bytes)
		return false;
	word &= WORD_FLAGS_MASK;
	if (UNLIKELY(word != WORD_ACK)) {
		if (!tcp_flags_sane(word >> 8))
			return false;
		/* In: a SYN-ACK answers this host. Out: a bare SYN is a connection of its own. */
		if (word & WORD_SYN && !(word & WORD_ACK) == fast->out)
			return false;
		fast->syn = fast->connection = word == WORD_SYN;
	}
	return fast_port(fast, offset, tables_ports(fast->half, 0)->tcp);
}

static __always_inline bool fast_udp(struct fast *fast, const __u32 offset, const __u32 counted,
				     __u32 bytes)
{
	__u32 length = bpf_ntohs(FAST_AT(__u16, offset + 4));

	if (length < FAST_UDP || length + counted > bytes)
		return false;
	fast->datagram = fast->connection = true;
	return fast_port(fast, offset, tables_ports(fast->half, 0)->udp);
}

/* Of a host with few addresses: the trie is a call. */
static __always_inline __u32 fast_local4(const struct fast *fast, __u32 address)
{
	__u32 class;

	if (LIKELY(lookup_host4(&settings[fast->half], address, &class)))
		return class;
	return class4_find(address, fast->half, ZG_LOCAL4);
}

/* Addresses first, and what they come to: the fewer numbers are alive while tries are walked. */
static __always_inline bool fast_ipv4(struct fast *fast)
{
	const __u32 at = FAST_ETHERNET, l4 = FAST_ETHERNET + FAST_IPV4;
	const struct zg_settings *current = &settings[fast->half];
	__u32 source = FAST_AT(__u32, at + 12), destination = FAST_AT(__u32, at + 16);
	__u32 remote, local, total, word;

	if (source == destination)
		return false;
	remote = lookup_class4(fast->half, ZG_REMOTE4, bpf_ntohl(fast->out ? destination : source));
	local = fast_local4(fast, bpf_ntohl(fast->out ? source : destination));
	if (UNLIKELY(remote > ZG_CLASS_MAX || local > ZG_CLASS_MAX))
		return false;
	fast->pair = lookup_pair(current, ZG_ACCEPT, remote, local);
	total = bpf_ntohs(FAST_AT(__u16, at + 2));
	if (at + total > fast->length)
		return false;
	word = FAST_AT(__u32, at + 6) & WORD_WHOLE_MASK;
	if (LIKELY(word == WORD_WHOLE_TCP))
		return fast_tcp(fast, l4, FAST_IPV4, total);
	return word == WORD_WHOLE_UDP && fast_udp(fast, l4, FAST_IPV4, total);
}

/* Most remote addresses are classed by the root alone: the walk is a call. */
static __always_inline __u32 fast_remote6(const struct fast *fast, const __u32 offset)
{
	__u32 entry = tables_root(fast->half, ZG_REMOTE6, bpf_ntohs(FAST_AT(__u16, offset)));
	union address address;

	if (!(entry & ZG_ENTRY_KIND))
		return entry;
	address.word[0] = FAST_AT(__u64, offset);
	address.word[1] = FAST_AT(__u64, offset + 8);
	return class6_find(&address, fast->half, ZG_REMOTE6);
}

static __always_inline __u32 fast_local6(const struct fast *fast, const __u32 offset)
{
	__u64 first = FAST_AT(__u64, offset), second = FAST_AT(__u64, offset + 8);
	union address address;
	__u32 class;

	if (LIKELY(lookup_host6(&settings[fast->half], first, second, &class)))
		return class;
	address.word[0] = first;
	address.word[1] = second;
	return class6_find(&address, fast->half, ZG_LOCAL6);
}

static __always_inline bool fast_ipv6(struct fast *fast)
{
	const __u32 at = FAST_ETHERNET, l4 = FAST_ETHERNET + FAST_IPV6;
	const __u32 source = at + 8, destination = at + 24;
	__u32 payload, next, remote, local;

	if (FAST_AT(__u64, source + 8) == FAST_AT(__u64, destination + 8) &&
	    FAST_AT(__u64, source) == FAST_AT(__u64, destination))
		return false;
	remote = fast_remote6(fast, fast->out ? destination : source);
	local = fast_local6(fast, fast->out ? source : destination);
	if (UNLIKELY(remote > ZG_CLASS_MAX || local > ZG_CLASS_MAX))
		return false;
	fast->pair = lookup_pair(&settings[fast->half], ZG_ACCEPT, remote, local);
	payload = bpf_ntohs(FAST_AT(__u16, at + 4));
	if (l4 + payload > fast->length)
		return false;
	next = FAST_AT(__u8, at + 6);
	if (LIKELY(next == PROTO_TCP))
		return fast_tcp(fast, l4, 0, payload);
	return next == PROTO_UDP && fast_udp(fast, l4, 0, payload);
}

/* The headers, of plain IPv4 or IPv6, and the two lookups of addresses and port. */
static __always_inline bool fast_read(struct fast *fast)
{
	__u32 first;

	if (fast->data + FAST_ETHERNET + FAST_IPV4 + FAST_TCP > fast->end)
		return false;
	first = FAST_AT(__u32, 12);
	if (LIKELY((first & WORD_IPV4_MASK) == WORD_IPV4))
		return fast_ipv4(fast);
	if ((first & WORD_IPV6_MASK) != WORD_IPV6 ||
	    fast->data + FAST_ETHERNET + FAST_IPV6 + FAST_TCP > fast->end)
		return false;
	return fast_ipv6(fast);
}

/* The rule's slot, or ZG_SLOT_NONE, and in *ret_reason the pair's reason or 0. */
static __always_inline __u32 fast_slot(const struct fast *fast, __u32 *ret_reason)
{
	*ret_reason = 0;
	if (LIKELY(!(fast->pair & ZG_PAIR_REASON)))
		return lookup_cell(fast->pair, fast->class);
	*ret_reason = fast->pair & 0xff;
	return ZG_SLOT_NONE;
}

/* ---- what no rule accepts ---- */

/* Key of a packet that fast_read() has read. Answers the TCP flags; UDP: 0. */
static __always_inline __u32 fast_key(const struct fast *fast, bool six, struct zg_flow_key *key)
{
	const __u32 at = FAST_ETHERNET;
	const void *source = fast->data + at + (six ? 8 : 12);
	const void *destination = fast->data + at + (six ? 24 : 16);
	const void *l4 = fast->data + at + (six ? FAST_IPV6 : FAST_IPV4);
	const void *local = fast->out ? source : destination;
	const void *remote = fast->out ? destination : source;

	key->proto = FAST_AT(__u8, at + (six ? 6 : 9));
	key->lport = *(const __be16 *)(l4 + (fast->out ? 0 : 2));
	key->rport = *(const __be16 *)(l4 + (fast->out ? 2 : 0));
	if (six) {
		__builtin_memcpy(key->laddr, local, 16);
		__builtin_memcpy(key->raddr, remote, 16);
	} else {
		*(__u32 *)(void *)&key->laddr[8] = *(__u32 *)(void *)&key->raddr[8] = 0xffff0000;
		__builtin_memcpy(&key->laddr[12], local, 4);
		__builtin_memcpy(&key->raddr[12], remote, 4);
	}
	return key->proto == PROTO_TCP ? *(const __u8 *)(l4 + 13) : 0;
}

/* The slot of the packet's flow, 0: of one without a rule; else FLOW_FOUND is not set. */
static __always_inline __u32 fast_flow(const struct fast *fast)
{
	bool six = FAST_AT(__u8, FAST_ETHERNET) >> 4 == 6;
	struct zg_flow_key key = {};
	__u32 flags;

	if (six && fast->data + FAST_ETHERNET + FAST_IPV6 + FAST_TCP > fast->end)
		return FLOW_NONE;
	flags = six ? fast_key(fast, true, &key) : fast_key(fast, false, &key);
	return flow_seek(&key, fast->half, fast->out ? ZG_EGRESS : ZG_INGRESS, flags);
}

/* A drop that nobody wants to hear of, and that is one. */
static __always_inline __u32 fast_drop(const struct fast *fast, __u32 reason)
{
	if (settings[fast->half].flags & (ZG_F_AUDIT | ZG_F_INGRESS_PASS) ||
	    READ_ONCE(control.events_per_s))
		return FAST_UNKNOWN;
	reason_count(ZG_REASON_INDEX(ZG_INGRESS, 0, reason & (ZG_REASONS - 1)), 1, fast->length);
	return FAST_DROP;
}

/* ---- counting ---- */

static __always_inline __u32 fast_pass_in(__u32 slot, __u64 length, bool connection)
{
	struct zg_rule_counter *counter = rule_counter(slot);

	if (!counter)
		return FAST_UNKNOWN;
	counter->packets_in++;
	counter->bytes_in += length;
	if (connection)
		counter->connections++;
	return FAST_PASS;
}

static __always_inline __u32 fast_pass_out(__u32 slot, const struct __sk_buff *skb)
{
	struct zg_rule_counter *counter = rule_counter(slot);

	if (!counter)
		return FAST_UNKNOWN;
	counter->packets_out += skb->gso_segs ? skb->gso_segs : 1;
	counter->bytes_out += skb->wire_len;
	return FAST_PASS;
}

/* ---- the two hooks ---- */

static __always_inline void fast_take_in(const struct xdp_md *ctx, const __u32 half,
					 struct fast *ret_fast)
{
	*ret_fast = (struct fast){
		.data = (const void *)(long)ctx->data,
		.end = (const void *)(long)ctx->data_end,
		.half = half,
	};
	ret_fast->length = ret_fast->end - ret_fast->data;
}

static __always_inline void fast_take_out(const struct __sk_buff *skb, const __u32 half,
					  struct fast *ret_fast)
{
	*ret_fast = (struct fast){
		.data = (const void *)(long)skb->data,
		.end = (const void *)(long)skb->data_end,
		.length = skb->len,
		.half = half,
		.out = true,
	};
}

/* Read already, accepted by no rule and no SYN: it replies to this host, or is dropped. */
SUBPROGRAM __u32 fast_reply_in(struct xdp_md *ctx, __u32 half, __u32 reason)
{
	struct fast fast;
	__u32 flow;

	fast_take_in(ctx, half & 1, &fast);
	if (fast.data + FAST_ETHERNET + FAST_IPV4 + FAST_TCP > fast.end)
		return FAST_UNKNOWN;
	flow = fast_flow(&fast);
	if (flow == FLOW_NONE)
		return fast_drop(&fast, reason);
	return flow & ZG_SLOT_MAX ? fast_pass_in(flow & ZG_SLOT_MAX, fast.length, false)
				  : FAST_UNKNOWN;
}

SUBPROGRAM __u32 fast_flow_out(struct __sk_buff *skb, __u32 half)
{
	struct fast fast;
	__u32 flow;

	fast_take_out(skb, half & 1, &fast);
	if (fast.data + FAST_ETHERNET + FAST_IPV4 + FAST_TCP > fast.end)
		return FAST_UNKNOWN;
	flow = fast_flow(&fast);
	return flow & ZG_SLOT_MAX ? fast_pass_out(flow & ZG_SLOT_MAX, skb) : FAST_UNKNOWN;
}

static __always_inline __u32 fast_in(struct xdp_md *ctx, const __u32 half)
{
	struct fast fast;
	__u32 slot, reason;

	fast_take_in(ctx, half, &fast);
	if (!fast_read(&fast))
		return FAST_UNKNOWN;
	slot = fast_slot(&fast, &reason);
	if (LIKELY(slot - 1 < ZG_SLOT_MAX))
		return fast_pass_in(slot, fast.length, fast.connection);
	if (slot == ZG_LOOKUP_BROKEN)
		return FAST_UNKNOWN;
	/* A bare SYN can be no reply; what the pair itself refuses cannot either. */
	if (fast.syn || (reason && reason != ZG_R_NOT_LOCAL))
		return fast_drop(&fast, reason ? reason : ZG_R_NO_RULE);
	if (!reason)
		reason = fast.datagram ? ZG_R_NO_RULE : ZG_R_NO_FLOW;
	return fast_reply_in(ctx, half, reason);
}

static __always_inline __u32 fast_out(struct __sk_buff *skb, const __u32 half)
{
	struct fast fast;
	__u32 slot, reason;

	fast_take_out(skb, half, &fast);
	if (!fast_read(&fast))
		return FAST_UNKNOWN;
	slot = fast_slot(&fast, &reason);
	if (LIKELY(slot - 1 < ZG_SLOT_MAX))
		return fast_pass_out(slot, skb);
	/* A datagram may open: the stages ask for its flow, and make it. */
	if (slot == ZG_LOOKUP_BROKEN || fast.datagram || fast.connection)
		return FAST_UNKNOWN;
	return fast_flow_out(skb, half);
}

/* By the half in force, when no deadline stands. */
static __always_inline __u32 fast_ingress(struct xdp_md *ctx)
{
	__u64 word = READ_ONCE(control.word);

	if (UNLIKELY(word & WORD_NOT_PLAIN))
		return FAST_UNKNOWN;
	return word & 1 ? fast_in(ctx, 1) : fast_in(ctx, 0);
}

static __always_inline __u32 fast_egress(struct __sk_buff *skb)
{
	__u64 word = READ_ONCE(control.word);

	if (UNLIKELY(word & WORD_NOT_PLAIN))
		return FAST_UNKNOWN;
	return word & 1 ? fast_out(skb, 1) : fast_out(skb, 0);
}

#endif
