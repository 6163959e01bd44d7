/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The first stages, the same for both hooks: from the frame to the transport header; and what
 * fragments have in common. Owns their order.
 */
#ifndef BPF_PARSE_H
#define BPF_PARSE_H

#include "fragment.h"
#include "ip.h"
#include "link.h"
#include "neighbour.h"
#include "transport.h"

static __always_inline __u32 packet_parse(const struct policy *policy, const struct frame *frame,
					  struct packet *packet)
{
	__u32 type = 0, offset = 0, reason = link_parse(policy, frame, &type, &offset);

	if (UNLIKELY(reason != GO_ON))
		return reason;
	reason = type == ETHERTYPE_IPV4 ? ipv4_parse(frame, offset, packet)
					: ipv6_parse(frame, offset, packet);
	if (UNLIKELY(reason != GO_ON || packet->fragment == FRAGMENT_LATER))
		return reason;
	packet->l4_offset = forget_offset(packet->l4_offset, frame->begin);
	return transport_parse(frame, packet);
}

/* A first fragment that passes is remembered. */
static __always_inline void fragment_keep(__u32 hook, const struct packet *copy, __u32 answer)
{
	if (copy->fragment == FRAGMENT_FIRST && ANSWER_REASON(answer) < ZG_REASON_FIRST_DROP)
		fragment_remember(copy, hook, answer);
}

#endif
