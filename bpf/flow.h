/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Connections that this host opened: made by egress, asked by both hooks, exact in every field.
 * Owns the flow table and its clock. Must not know why a flow may be made. A lost race between two
 * CPUs costs a tick of age or a state that the next packet sets again; it never makes a flow.
 */
#ifndef BPF_FLOW_H
#define BPF_FLOW_H

#include "count.h"
#include "transport.h"

/* A SYN is repeated for 127 s (tcp_syn_retries = 6); after FIN or RST what is under way may come.
 */
#define FLOW_SYN_SENT_S 130
#define FLOW_CLOSING_S 120
#define NS_PER_S 1000000000ull

#define FLOW_NONE 0u /* answers of flow_ask(): else ANSWER() */
#define FLOW_FOUND (1u << 31)

static __always_inline struct zg_flow_key flow_key(const struct packet *packet)
{
	union address local = packet_local(packet), remote = packet_remote(packet);
	struct zg_flow_key key = {};

	__builtin_memcpy(key.laddr, &local, sizeof(key.laddr));
	__builtin_memcpy(key.raddr, &remote, sizeof(key.raddr));
	key.lport = bpf_htons(packet->lport);
	key.rport = bpf_htons(packet->rport);
	key.proto = packet->proto;
	return key;
}

static __always_inline __u64 flow_lifetime_ns(const struct zg_settings *settings, __u32 state)
{
	switch (state) {
	case ZG_FLOW_SYN_SENT:
		return FLOW_SYN_SENT_S * NS_PER_S;
	case ZG_FLOW_CLOSING:
		return FLOW_CLOSING_S * NS_PER_S;
	case ZG_FLOW_DATAGRAM:
		return settings->udp_window_s * NS_PER_S;
	default: /* SYN_ACKED too: a connection may be idle from its first moment */
		return settings->tcp_idle_s * NS_PER_S;
	}
}

/* Another CPU may have seen the flow a tick later than our clock: that is young, not old. */
static __always_inline bool flow_expired(const struct zg_settings *settings,
					 const struct zg_flow *flow, __u64 now_ns)
{
	__s64 age_ns = now_ns - flow->seen_ns;

	return age_ns > 0 && (__u64)age_ns > flow_lifetime_ns(settings, flow->state);
}

static __always_inline bool flow_awaits_syn_ack(const struct zg_flow *flow)
{
	return flow->state == ZG_FLOW_SYN_SENT || flow->state == ZG_FLOW_SYN_ACKED;
}

/*
 * What a segment does to its flow. ESTABLISHED only once the peer has sent something else than a
 * SYN-ACK: until then it may not have our ACK, and repeats the SYN-ACK.
 */
static __always_inline __u32 flow_next_state(const struct zg_flow *flow, __u32 proto,
					     __u32 tcp_flags, __u32 hook)
{
	if (proto != PROTO_TCP || flow->state == ZG_FLOW_CLOSING)
		return flow->state;
	if (tcp_flags & (TCP_FIN | TCP_RST))
		return ZG_FLOW_CLOSING;
	if (hook == ZG_EGRESS)
		return flow->state;
	if (tcp_flags & TCP_SYN) /* a SYN-ACK: a bare SYN does not come here */
		return ZG_FLOW_SYN_ACKED;
	return flow->state == ZG_FLOW_SYN_ACKED ? ZG_FLOW_ESTABLISHED : flow->state;
}

/*
 * Does a packet of the connection belong to a flow that is alive? FLOW_FOUND with its rule's slot
 * (0: made without one). tcp_flags: of TCP alone. Not to be asked for a bare SYN, which the policy
 * judges each time.
 */
static __always_inline __u32 flow_seek(const struct zg_flow_key *key, __u32 half, __u32 hook,
				       __u32 tcp_flags)
{
	struct zg_flow *flow = flow_lookup(key);
	struct zg_flow_counter *counter;
	__u64 now_ns;
	__u32 state;

	if (!flow)
		return FLOW_NONE;
	now_ns = clock_coarse_ns();
	if (flow_expired(tables_settings(half), flow, now_ns)) {
		counter = flow_counter();
		if (!flow_delete(key) && counter)
			counter->deleted++;
		return FLOW_NONE;
	}
	if (key->proto == PROTO_TCP && tcp_flags & TCP_SYN && !flow_awaits_syn_ack(flow))
		return FLOW_NONE;
	state = flow_next_state(flow, key->proto, tcp_flags, hook);
	if (flow->state != state)
		flow->state = state;
	/* Replies to datagrams do not lengthen the window of their request. Stores only when there
	 * is news: the line is shared by CPUs. */
	if (flow->seen_ns != now_ns && (state != ZG_FLOW_DATAGRAM || hook == ZG_EGRESS))
		flow->seen_ns = now_ns;
	return FLOW_FOUND | flow->slot;
}

SUBPROGRAM __u32 flow_ask(const struct packet *packet, __u32 half, __u32 hook)
{
	struct zg_flow_key key;

	if (!packet)
		return FLOW_NONE;
	key = flow_key(packet);
	return flow_seek(&key, half, hook, packet->tcp_flags);
}

/* Quoted by an ICMP error: alive, whatever its state; nothing changes. */
SUBPROGRAM __u32 flow_exists(const struct packet *packet, __u32 half)
{
	struct zg_flow_key key;
	struct zg_flow *flow;

	if (!packet)
		return 0;
	key = flow_key(packet);
	flow = flow_lookup(&key);
	return flow && !flow_expired(tables_settings(half), flow, clock_coarse_ns());
}

static __always_inline __u32 flow_first_state(const struct packet *packet)
{
	if (packet->proto != PROTO_TCP)
		return ZG_FLOW_DATAGRAM;
	if (packet_is_syn(packet))
		return ZG_FLOW_SYN_SENT;
	return packet->tcp_flags & (TCP_FIN | TCP_RST) ? ZG_FLOW_CLOSING : ZG_FLOW_ESTABLISHED;
}

/*
 * Makes the flow of a packet that the policy let out, or begins it anew. 1: a new connection; 0: a
 * SYN repeated. line: 1 + counter slot of its origin line, 0: none.
 */
SUBPROGRAM __u32 flow_make(const struct packet *packet, __u32 half, __u32 slot, __u32 line)
{
	struct zg_flow_counter *counter = flow_counter();
	struct zg_flow fresh = {};
	struct zg_flow_key key;
	struct zg_flow *old;
	bool again;

	if (!packet)
		return 0;
	key = flow_key(packet);
	fresh.seen_ns = clock_coarse_ns();
	fresh.slot = slot;
	fresh.line = line;
	fresh.state = flow_first_state(packet);
	old = flow_lookup(&key);
	again = old && old->state <= ZG_FLOW_SYN_ACKED && packet_is_syn(packet) &&
		!flow_expired(tables_settings(half), old, fresh.seen_ns);
	if (flow_update(&key, &fresh)) {
		/* The packet passes all the same; its replies will not. */
		if (counter)
			counter->full++;
		return !again;
	}
	if (!old && counter) {
		counter->created++;
		counter->picked_up += packet->proto == PROTO_TCP && !packet_is_syn(packet);
	}
	return !again;
}

#endif
