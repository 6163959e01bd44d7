/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Counters: each packet once, under its rule or under its reason. Per CPU, so no write races. Must
 * not know how a verdict came about.
 */
#ifndef BPF_COUNT_H
#define BPF_COUNT_H

#include "packet.h"

/* On ingress the header's end stands for what lies in buffers behind the linear part. */
static __always_inline __u32 frame_bytes(const struct frame *frame, const struct packet *packet)
{
	__u32 linear = frame->end - frame->begin, end = packet->l4_offset + packet->l4_length;

	if (frame->hook != ZG_INGRESS)
		return frame->bytes;
	return end > linear ? end : linear;
}

/* Not when the rule has no counter: the caller then reports broken tables. */
static __always_inline bool rule_count(const struct frame *frame, const struct packet *packet,
				       __u32 answer)
{
	struct zg_rule_counter *counter = rule_counter(ANSWER_SLOT(answer));

	if (!counter)
		return false;
	if (frame->hook == ZG_INGRESS) {
		counter->packets_in += frame->segments;
		counter->bytes_in += frame_bytes(frame, packet);
	} else {
		counter->packets_out += frame->segments;
		counter->bytes_out += frame_bytes(frame, packet);
	}
	if (answer & ANSWER_CONNECTION)
		counter->connections += frame->segments;
	return true;
}

static __always_inline void reason_count(__u32 index, __u32 packets, __u32 bytes)
{
	struct zg_reason_counter *counter = reason_counter(index);

	if (!counter)
		return;
	counter->packets += packets;
	counter->bytes += bytes;
}

static __always_inline void line_count(__u32 slot, bool connection, bool violation)
{
	struct zg_line_counter *counter = line_counter(slot);

	if (!counter)
		return;
	counter->connections += connection;
	counter->violations += violation;
}

#endif
