/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The stages of a packet that comes in. Owns their order; what they check is in their own headers.
 * docs/semantics.md, 7.
 */
#ifndef BPF_INGRESS_H
#define BPF_INGRESS_H

#include "parse.h"
#include "quote.h"
#include "echo.h"

/* "No rule" has the name that says most. */
static __always_inline __u32 ingress_refuse(__u32 accept_reason, __u32 reason)
{
	return accept_reason == ZG_R_NOT_LOCAL ? ZG_R_NOT_LOCAL : reason;
}

static __always_inline __u32 ingress_echo(const struct packet *packet, __u32 half,
					  __u32 accept_reason)
{
	union address source;

	if (accept_reason == ZG_R_NOT_LOCAL)
		return ZG_R_NOT_LOCAL;
	if (!tables_settings(half)->echo_interval_ns)
		return ZG_R_NO_RULE;
	source = packet_remote(packet);
	return echo_limit(&source, half);
}

/*
 * What no rule accepts: replies to this host, and what a host answers by itself. An ANSWER();
 * accept_reason is what the accept lookup said beside "no rule".
 */
SUBPROGRAM __u32 ingress_unruled(const struct packet *packet, __u32 half, __u32 accept_reason)
{
	__u32 none = ZG_R_NO_RULE, flow;

	if (!packet)
		return ZG_R_INTERNAL;
	if (packet_is_syn(packet))
		return ingress_refuse(accept_reason, ZG_R_NO_RULE);
	if (packet_is_icmp(packet)) {
		if (!icmp_is_echo(packet->family, packet->icmp_type))
			return ZG_R_ICMP_TYPE;
		if (echo_is_request(packet))
			return ingress_echo(packet, half, accept_reason);
		none = ZG_R_NO_FLOW;
	}
	if (packet->proto == PROTO_TCP)
		none = packet_is_syn_ack(packet) ? ZG_R_SYN_ACK : ZG_R_NO_FLOW;
	flow = flow_ask(packet, half, ZG_INGRESS);
	if (flow == FLOW_NONE)
		return ingress_refuse(accept_reason, none);
	return answer_pass(flow & ZG_SLOT_MAX);
}

/*
 * The accept lookup: the rule, or a pair's reason that ends here; else GO_ON and, in *ret_reason,
 * what it said beside "no rule".
 */
static __always_inline __u32 ingress_accept(const struct policy *policy, __u32 ifindex,
					    const struct packet *packet, __u32 *ret_reason)
{
	struct permission accept;
	struct classes classes;

	if (classes_find(policy, ifindex, packet, &classes) != GO_ON)
		return ZG_R_INTERNAL;
	accept = permission_find(policy, ZG_ACCEPT, &classes, packet, service_asked(packet));
	*ret_reason = accept.reason;
	if (LIKELY(accept.slot != ZG_SLOT_NONE)) {
		if (packet->proto == PROTO_TCP && !packet_is_syn(packet))
			return packet_is_syn_ack(packet) ? GO_ON : ANSWER(ZG_R_RULE, accept.slot);
		return ANSWER(ZG_R_RULE, accept.slot) | ANSWER_CONNECTION;
	}
	return accept.reason == ZG_R_NOT_LOCAL ? GO_ON : accept.reason;
}

/* [policy] ingress = pass. */
static __always_inline __u32 ingress_default(const struct policy *policy, __u32 answer)
{
	__u32 reason = ANSWER_REASON(answer);

	if (LIKELY(!(policy->flags & ZG_F_INGRESS_PASS)))
		return answer;
	if (reason == ZG_R_NO_RULE || reason == ZG_R_NOT_LOCAL || reason == ZG_R_NO_FLOW ||
	    reason == ZG_R_SYN_ACK)
		return ZG_R_DEFAULT_PASS;
	return answer;
}

/* Everything but whole TCP and UDP packets. */
SUBPROGRAM __u32 ingress_special(struct xdp_md *ctx, const struct packet *packet, __u32 half)
{
	__u32 answer = GO_ON, accept_reason = GO_ON;
	struct policy policy;
	struct frame frame = {
		.context = ctx,
		.hook = ZG_INGRESS,
	};

	if (!packet)
		return ZG_R_INTERNAL;
	if (packet->fragment == FRAGMENT_LATER)
		return fragment_follow(packet, ZG_INGRESS);
	if (packet_is_icmp(packet) || packet->proto == PROTO_IGMP)
		answer = link_needs_judge(&frame, packet);
	policy_take(half, &policy);
	if (answer == GO_ON) {
		frame.ifindex = xdp_ifindex(ctx);
		answer = ingress_accept(&policy, frame.ifindex, packet, &accept_reason);
		if (packet_is_icmp(packet) && icmp_is_error(packet) &&
		    (answer == GO_ON || ANSWER_REASON(answer) < ZG_REASON_FIRST_DROP))
			answer = quote_judge(&frame, packet, half);
		else if (answer == GO_ON)
			answer = ingress_unruled(packet, half, accept_reason);
		answer = ingress_default(&policy, answer);
	}
	fragment_keep(ZG_INGRESS, packet, answer);
	return answer;
}

static __always_inline __u32 ingress_judge(const struct policy *policy, const struct frame *frame,
					   struct packet *packet)
{
	__u32 answer = packet_parse(policy, frame, packet), accept_reason = GO_ON;

	if (UNLIKELY(answer != GO_ON))
		return answer;
	if (LIKELY(packet_is_plain(packet))) {
		answer = ingress_accept(policy, frame->ifindex, packet, &accept_reason);
		if (LIKELY(answer != GO_ON))
			return answer;
		answer = ingress_unruled(packet, policy->half, accept_reason);
		return ingress_default(policy, answer);
	}
	return ingress_special(frame->context, packet, policy->half);
}

#endif
