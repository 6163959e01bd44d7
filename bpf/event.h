/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Tells user space about drops, while somebody listens and up to a rate: a flood must not pay for
 * its own log. Owns the ring. Nothing is decided by it.
 */
#ifndef BPF_EVENT_H
#define BPF_EVENT_H

#include "packet.h"

/* Is there room in this second's share of this CPU? */
static __always_inline bool event_rate_take(__u32 per_s, __u64 now_ns)
{
	struct zg_event_rate *rate = event_rate_lookup();
	__u64 second = now_ns / 1000000000;

	if (!rate)
		return false;
	if (rate->second != second) {
		rate->second = second;
		rate->sent = 0;
	}
	if (rate->sent >= per_s) {
		rate->suppressed++;
		return false;
	}
	rate->sent++;
	return true;
}

/* What of an event is not in the packet. No padding: handed to a subprogram. */
struct event_facts {
	__u32 length, ifindex;
	__u16 line;
	__u8 hook, reason, audited, pad[3];
};

/* The process, where connect() has noted it. */
static __always_inline void event_owner(struct zg_event *event, __u64 socket)
{
	const struct zg_owner *owner = socket ? owner_lookup(socket) : NULL;

	if (!owner)
		return;
	event->pid = owner->pid;
	__builtin_memcpy(event->comm, owner->comm, sizeof(event->comm));
}

/* socket: its cookie, 0: unknown. */
SUBPROGRAM __u32 event_write(const struct packet *packet, const struct event_facts *facts,
			     __u64 socket)
{
	union address remote, local;
	struct zg_event *event;
	__u64 now_ns;
	bool in;

	if (!packet || !facts)
		return 0;
	now_ns = clock_ns();
	if (!event_rate_take(control_events_per_s(), now_ns))
		return 0;
	event = event_reserve();
	if (!event)
		return 0;
	__builtin_memset(event, 0, sizeof(*event));
	in = facts->hook == ZG_INGRESS;
	event->time_ns = now_ns;
	if (packet->family) {
		remote = packet_remote(packet);
		local = packet_local(packet);
		__builtin_memcpy(in ? event->saddr : event->daddr, &remote, sizeof(remote));
		__builtin_memcpy(in ? event->daddr : event->saddr, &local, sizeof(local));
	}
	event->sport = bpf_htons(in ? packet->rport : packet->lport);
	event->dport = bpf_htons(in ? packet->lport : packet->rport);
	event->line = facts->line;
	event->length = facts->length > 0xffff ? 0xffff : facts->length;
	event->ifindex = facts->ifindex;
	event->hook = facts->hook;
	event->reason = facts->reason;
	event->proto = packet->proto;
	event->audited = facts->audited;
	event->tcp_flags = packet->tcp_flags;
	event_owner(event, socket);
	event_submit(event);
	return 1;
}

/* packet: in memory of the caller's, as subprograms take it. */
static __always_inline void event_send(const struct frame *frame, const struct packet *packet,
				       __u32 reason, __u32 line, __u32 audited)
{
	struct event_facts facts = {};

	if (LIKELY(!control_events_per_s()))
		return;
	facts.length = frame->hook == ZG_INGRESS ? frame->end - frame->begin : frame->length;
	facts.ifindex = frame->ifindex;
	facts.line = line;
	facts.hook = frame->hook;
	facts.reason = reason;
	facts.audited = audited;
	event_write(packet, &facts, frame->socket);
}

#endif
