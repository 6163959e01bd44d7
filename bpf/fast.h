/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The short way of what most packets are: plain IPv4 or IPv6, TCP or UDP, whole, of a connection
 * that a rule accepts, or a SYN that none does. Decides and counts it, or knows nothing: then the
 * stages decide, from the beginning. It may only answer what they answer, under the same rule or
 * reason: every check of ip.h and transport.h is here in the words of the header.
 */
#ifndef BPF_FAST_H
#define BPF_FAST_H

#include "classify.h"
#include "count.h"

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

/* Of the control word: no deadline, and one of the two halves is active; the fallback is any. */
#define WORD_NOT_PLAIN (~(__u64)0xfd)

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the words above are little-endian");

struct fast {
	const void *data, *end;
	__u64 length; /* of the whole frame */
	__u64 half;
	bool out;
	__u32 connection; /* counts as one */
	__u32 class;	  /* of the service port */
	bool syn;	  /* TCP, a bare one */
	__u32 slot;	  /* the answer: the rule, or none and a reason to drop */
	__u32 reason;
};

#define FAST_AT(type, offset) (*(const type *)(fast->data + (offset)))

/*
 * The TCP or UDP header at offset. bytes: what the IP header says there is, its own counted in it
 * included: no difference is taken, which could be below 0.
 */
static __always_inline bool fast_tcp(struct fast *fast, const __u32 offset, const __u32 counted,
				     __u32 bytes)
{
	__u32 word, header, service;

	if (fast->data + offset + FAST_TCP > fast->end)
		return false;
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
	if (!FAST_AT(__u16, offset) || !FAST_AT(__u16, offset + 2))
		return false;
	service = bpf_ntohs(FAST_AT(__u16, offset + (fast->out ? 0 : 2)));
	fast->class = tables_ports(fast->half, 0)->tcp[service];
	return true;
}

static __always_inline bool fast_udp(struct fast *fast, const __u32 offset, const __u32 counted,
				     __u32 bytes)
{
	__u32 length, service;

	if (fast->data + offset + FAST_UDP > fast->end)
		return false;
	length = bpf_ntohs(FAST_AT(__u16, offset + 4));
	if (length < FAST_UDP || length + counted > bytes)
		return false;
	if (!FAST_AT(__u16, offset) || !FAST_AT(__u16, offset + 2))
		return false;
	service = bpf_ntohs(FAST_AT(__u16, offset + (fast->out ? 0 : 2)));
	fast->class = tables_ports(fast->half, 0)->udp[service];
	fast->connection = 1;
	return true;
}

/* The rule for the two classes and the port's; classes that are none, or broken, have none. */
static __always_inline bool fast_rule(struct fast *fast, __u32 remote, __u32 local)
{
	const struct zg_settings *current = &settings[fast->half];
	__u32 reason = 0;

	if (UNLIKELY(remote > ZG_CLASS_MAX || local > ZG_CLASS_MAX))
		return false;
	fast->slot = lookup_rule(current, ZG_ACCEPT, remote, local, fast->class, &reason);
	if (LIKELY(fast->slot - 1 < ZG_SLOT_MAX))
		return true;
	if (fast->out || fast->slot == ZG_LOOKUP_BROKEN)
		return false;
	/* A bare SYN can be no reply; what the pair itself refuses cannot either. */
	if (!fast->syn && (!reason || reason == ZG_R_NOT_LOCAL))
		return false;
	fast->reason = reason ? reason : ZG_R_NO_RULE;
	return true;
}

static __always_inline bool fast_ipv4(struct fast *fast)
{
	const __u32 at = FAST_ETHERNET, l4 = FAST_ETHERNET + FAST_IPV4;
	__be32 source, destination;
	__u32 word, total;

	total = bpf_ntohs(FAST_AT(__u16, at + 2));
	if (at + total > fast->length)
		return false;
	word = FAST_AT(__u32, at + 6) & WORD_WHOLE_MASK;
	if (LIKELY(word == WORD_WHOLE_TCP)) {
		if (!fast_tcp(fast, l4, FAST_IPV4, total))
			return false;
	} else if (word != WORD_WHOLE_UDP || !fast_udp(fast, l4, FAST_IPV4, total)) {
		return false;
	}
	source = FAST_AT(__be32, at + 12);
	destination = FAST_AT(__be32, at + 16);
	if (source == destination)
		return false;
	return fast_rule(
		fast,
		lookup_class4(fast->half, ZG_REMOTE4, bpf_ntohl(fast->out ? destination : source)),
		lookup_local4(&settings[fast->half], fast->half,
			      bpf_ntohl(fast->out ? source : destination)));
}

/* Most remote addresses are classed by the root alone: the walk is a call. */
static __always_inline __u32 fast_remote6(const struct fast *fast, const __u32 offset)
{
	__u32 entry = tables_root(fast->half, ZG_REMOTE6, bpf_ntohs(FAST_AT(__u16, offset)));
	union address address;

	if (!(entry & ZG_ENTRY_NODE))
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
	__u32 payload, next, remote, local;
	__u32 source = at + 8, destination = at + 24;

	if (fast->data + l4 > fast->end)
		return false;
	payload = bpf_ntohs(FAST_AT(__u16, at + 4));
	if (l4 + payload > fast->length)
		return false;
	next = FAST_AT(__u8, at + 6);
	if (LIKELY(next == PROTO_TCP)) {
		if (!fast_tcp(fast, l4, 0, payload))
			return false;
	} else if (next != PROTO_UDP || !fast_udp(fast, l4, 0, payload)) {
		return false;
	}
	if (FAST_AT(__u64, source) == FAST_AT(__u64, destination) &&
	    FAST_AT(__u64, source + 8) == FAST_AT(__u64, destination + 8))
		return false;
	remote = fast_remote6(fast, fast->out ? destination : source);
	local = fast_local6(fast, fast->out ? source : destination);
	return fast_rule(fast, remote, local);
}

/* Everything up to the counter. Takes the half in force, when no deadline stands. */
static __always_inline bool fast_begins(struct fast *fast, __u32 *ret_first)
{
	__u64 word = READ_ONCE(control.word);

	if (UNLIKELY(word & WORD_NOT_PLAIN))
		return false;
	fast->half = word & 1;
	if (UNLIKELY(settings[fast->half].flags & ZG_F_IFGROUPS))
		return false;
	if (fast->data + FAST_ETHERNET + FAST_IPV4 + FAST_UDP > fast->end)
		return false;
	*ret_first = FAST_AT(__u32, 12);
	return true;
}

enum { FAST_UNKNOWN, FAST_PASS, FAST_DROP };

/* A drop that nobody wants to hear of, and that is one. */
static __always_inline __u32 fast_drop(const struct fast *fast)
{
	if (settings[fast->half].flags & (ZG_F_AUDIT | ZG_F_INGRESS_PASS) ||
	    READ_ONCE(control.events_per_s))
		return FAST_UNKNOWN;
	reason_count(ZG_REASON_INDEX(ZG_INGRESS, 0, fast->reason & (ZG_REASONS - 1)), 1,
		     fast->length);
	return FAST_DROP;
}

static __always_inline __u32 fast_settle_in(const struct fast *fast)
{
	/* Its address is given away: the copy lets the struct itself live in registers. */
	__u32 slot = fast->slot;
	struct zg_rule_counter *counter;

	if (UNLIKELY(fast->reason))
		return fast_drop(fast);
	counter = bpf_map_lookup_elem(&rule_counters, &slot);
	if (!counter)
		return FAST_UNKNOWN;
	counter->packets_in++;
	counter->bytes_in += fast->length;
	if (fast->connection)
		counter->connections++;
	return FAST_PASS;
}

static __always_inline bool fast_count_out(const struct fast *fast, const struct __sk_buff *skb)
{
	/* Its address is given away: the copy lets the struct itself live in registers. */
	__u32 slot = fast->slot;
	struct zg_rule_counter *counter = bpf_map_lookup_elem(&rule_counters, &slot);

	if (!counter)
		return false;
	counter->packets_out += skb->gso_segs ? skb->gso_segs : 1;
	counter->bytes_out += skb->wire_len;
	return true;
}

static __always_inline void fast_take_in(const struct xdp_md *ctx, struct fast *ret_fast)
{
	*ret_fast = (struct fast){
		.data = (const void *)(long)ctx->data,
		.end = (const void *)(long)ctx->data_end,
	};
	ret_fast->length = ret_fast->end - ret_fast->data;
}

static __always_inline void fast_take_out(const struct __sk_buff *skb, struct fast *ret_fast)
{
	*ret_fast = (struct fast){
		.data = (const void *)(long)skb->data,
		.end = (const void *)(long)skb->data_end,
		.length = skb->len,
		.out = true,
	};
}

/* IPv6 in functions of their own: its addresses are on the stack, and IPv4 keeps its registers. */
SUBPROGRAM __u32 fast_ingress6(struct xdp_md *ctx, __u32 half)
{
	struct fast fast;

	fast_take_in(ctx, &fast);
	fast.half = half & 1;
	return fast_ipv6(&fast) ? fast_settle_in(&fast) : FAST_UNKNOWN;
}

SUBPROGRAM bool fast_egress6(struct __sk_buff *skb, __u32 half)
{
	struct fast fast;

	fast_take_out(skb, &fast);
	fast.half = half & 1;
	return fast_ipv6(&fast) && fast_count_out(&fast, skb);
}

static __always_inline __u32 fast_ingress(struct xdp_md *ctx)
{
	struct fast fast;
	__u32 first;

	fast_take_in(ctx, &fast);
	if (!fast_begins(&fast, &first))
		return FAST_UNKNOWN;
	if (LIKELY((first & WORD_IPV4_MASK) == WORD_IPV4))
		return fast_ipv4(&fast) ? fast_settle_in(&fast) : FAST_UNKNOWN;
	return (first & WORD_IPV6_MASK) == WORD_IPV6 ? fast_ingress6(ctx, fast.half) : FAST_UNKNOWN;
}

static __always_inline bool fast_egress(struct __sk_buff *skb)
{
	struct fast fast;
	__u32 first;

	fast_take_out(skb, &fast);
	if (!fast_begins(&fast, &first))
		return false;
	if (LIKELY((first & WORD_IPV4_MASK) == WORD_IPV4))
		return fast_ipv4(&fast) && fast_count_out(&fast, skb);
	return (first & WORD_IPV6_MASK) == WORD_IPV6 && fast_egress6(skb, fast.half);
}

#endif
