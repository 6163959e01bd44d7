/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The stages of a packet that goes out. Owns their order; what they check is in their own headers.
 * docs/semantics.md, 8.
 */
#ifndef BPF_EGRESS_H
#define BPF_EGRESS_H

#include "event.h"
#include "origin.h"
#include "parse.h"
#include "quote.h"

/* What a connection's origin came to. */
struct origin_answer {
	__u32 line;	 /* origin line: 1 + index, 0: none */
	__u32 violation; /* the origin port is outside the line's range */
};

/* GO_ON, also where audit lets a violation pass; else ORIGIN_PORT. *ret_slot: 1 + counter slot. */
static __always_inline __u32 origin_judge(const struct policy *policy, const struct packet *packet,
					  __u32 remote_class, struct origin_answer *ret_origin,
					  __u32 *ret_slot)
{
	struct origin_query query = {};
	const struct zg_line *line;

	if (packet->proto != PROTO_TCP || !(policy->flags & ORIGIN_LINES_IN_FORCE))
		return GO_ON;
	query.remote = packet_remote(packet);
	query.remote_class = remote_class;
	query.rport = packet->rport;
	query.is_ipv4 = packet->family == 4;
	ret_origin->line = origin_line_find(&query, policy->half);
	line = origin_line(policy->half, ret_origin->line);
	if (!line)
		return GO_ON;
	*ret_slot = 1 + line->slot;
	if (origin_port_permitted(line, packet->lport))
		return GO_ON;
	ret_origin->violation = 1;
	line_count(line->slot, false, true);
	return policy->flags & (ZG_F_ORIGIN_ENFORCE | ZG_F_ORIGIN_ASSIGN) ? ZG_R_ORIGIN_PORT
									  : GO_ON;
}

/* The open rule, DEFAULT_PASS without one, or a reason. */
static __always_inline __u32 open_permission(const struct policy *policy,
					     const struct packet *packet,
					     const struct classes *classes,
					     struct origin_answer *ret_origin, __u32 *ret_line)
{
	__u32 service = packet_is_icmp(packet) ? packet->icmp_type : packet->rport;
	struct permission found;

	if (packet->proto == PROTO_TCP && origin_is_ftp_data(policy->settings, packet->lport)) {
		found = permission_find(policy, ZG_FTP_DATA, classes, packet, service);
		if (found.slot != ZG_SLOT_NONE)
			return ANSWER(ZG_R_RULE, found.slot);
	}
	found = permission_find(policy, ZG_OPEN, classes, packet, service);
	if (found.reason == ZG_R_INTERNAL)
		return ZG_R_INTERNAL;
	if (found.slot == ZG_SLOT_NONE && !(policy->flags & ZG_F_EGRESS_PASS))
		return ZG_R_NO_RULE;
	if (origin_judge(policy, packet, classes->remote, ret_origin, ret_line) != GO_ON)
		return ZG_R_ORIGIN_PORT;
	return answer_pass(found.slot);
}

/* A connection that this host opens, or a segment of one that is not known: judged and made. */
static __always_inline __u32 connection_open(const struct policy *policy,
					     const struct packet *packet,
					     const struct classes *classes,
					     struct origin_answer *ret_origin)
{
	__u32 line = 0, answer;

	answer = open_permission(policy, packet, classes, ret_origin, &line);
	if (ANSWER_REASON(answer) >= ZG_REASON_FIRST_DROP)
		return answer;
	if (packet_is_icmp(packet) && !echo_is_request(packet))
		return answer;
	if (!flow_make(packet, policy->half, ANSWER_SLOT(answer), line))
		return answer;
	if (line)
		line_count(line - 1, true, false);
	return answer | ANSWER_CONNECTION;
}

/* [policy] egress = pass, where no flow is to be made. */
static __always_inline __u32 egress_refuse(const struct policy *policy, __u32 reason)
{
	return policy->flags & ZG_F_EGRESS_PASS ? ZG_R_DEFAULT_PASS : reason;
}

/* What is not an answer to accepted traffic: flows, and what this host opens. */
SUBPROGRAM __u32 egress_unruled(const struct packet *packet, const struct classes *classes,
				__u32 half, __u32 accept_reason, struct origin_answer *ret_origin)
{
	struct policy policy;
	bool icmp, request;
	__u32 flow;

	if (!packet || !classes || !ret_origin)
		return ZG_R_INTERNAL;
	policy_take(half, &policy);
	icmp = packet_is_icmp(packet);
	request = icmp && echo_is_request(packet);
	if (!packet_is_syn(packet) && (!icmp || request)) {
		flow = flow_ask(packet, half, ZG_EGRESS);
		if (flow != FLOW_NONE)
			return answer_pass(flow & ZG_SLOT_MAX);
	}
	if (packet_is_syn_ack(packet))
		return egress_refuse(&policy, ZG_R_SYN_ACK);
	if (icmp && !request && icmp_is_echo(packet->family, packet->icmp_type)) {
		if (policy.settings->echo_interval_ns && accept_reason != ZG_R_NOT_LOCAL)
			return ZG_R_ECHO;
		return egress_refuse(&policy, ZG_R_NO_RULE);
	}
	return connection_open(&policy, packet, classes, ret_origin);
}

/* The accept lookup mirrored: the rule, INTERNAL, or GO_ON with what it said beside "no rule". */
static __always_inline __u32 egress_accept(const struct policy *policy, __u32 ifindex,
					   const struct packet *packet, struct classes *ret_classes,
					   __u32 *ret_reason)
{
	struct permission accept;

	if (classes_find(policy, ifindex, packet, ret_classes) != GO_ON)
		return ZG_R_INTERNAL;
	if (packet_is_syn(packet) || (packet_is_icmp(packet) && echo_is_request(packet)))
		return GO_ON;
	accept = permission_find(policy, ZG_ACCEPT, ret_classes, packet, service_answered(packet));
	*ret_reason = accept.reason;
	if (LIKELY(accept.slot != ZG_SLOT_NONE))
		return ANSWER(ZG_R_RULE, accept.slot);
	return accept.reason == ZG_R_INTERNAL ? ZG_R_INTERNAL : GO_ON;
}

/* Everything but whole TCP and UDP packets. */
SUBPROGRAM __u32 egress_special(struct __sk_buff *skb, const struct packet *packet, __u32 half,
				struct origin_answer *ret_origin)
{
	__u32 answer = GO_ON, accept_reason = GO_ON;
	struct classes classes = {};
	struct policy policy;
	struct frame frame = {
		.context = skb,
		.hook = ZG_EGRESS,
	};

	if (!packet || !ret_origin)
		return ZG_R_INTERNAL;
	if (packet->fragment == FRAGMENT_LATER)
		return fragment_follow(packet, ZG_EGRESS);
	if (packet_is_icmp(packet) || packet->proto == PROTO_IGMP)
		answer = link_needs_judge(&frame, packet);
	if (answer == GO_ON) {
		frame.ifindex = skb_ifindex(skb);
		policy_take(half, &policy);
		if (packet_is_icmp(packet) && icmp_is_error(packet))
			answer = quote_judge(&frame, packet, half);
		else
			answer = egress_accept(&policy, frame.ifindex, packet, &classes,
					       &accept_reason);
	}
	if (answer == GO_ON)
		answer = egress_unruled(packet, &classes, half, accept_reason, ret_origin);
	fragment_keep(ZG_EGRESS, packet, answer);
	return answer;
}

static __always_inline __u32 egress_judge(const struct policy *policy, const struct frame *frame,
					  struct packet *packet, struct origin_answer *ret_origin)
{
	__u32 answer = packet_parse(policy, frame, packet), accept_reason = GO_ON;
	struct classes classes;

	if (UNLIKELY(answer != GO_ON))
		return answer;
	if (UNLIKELY(!packet_is_plain(packet))) {
		return egress_special(frame->context, packet, policy->half, ret_origin);
	}
	answer = egress_accept(policy, frame->ifindex, packet, &classes, &accept_reason);
	if (LIKELY(answer != GO_ON))
		return answer;
	return egress_unruled(packet, &classes, policy->half, accept_reason, ret_origin);
}

/* Both: the verdict, and the event of a violation that passes (audit). */
static __always_inline void egress_verdict(const struct policy *policy, const struct frame *frame,
					   struct packet *packet, struct verdict *ret_verdict)
{
	struct origin_answer origin_answer = {};

	ret_verdict->answer = egress_judge(policy, frame, packet, &origin_answer);
	ret_verdict->line = origin_answer.line;
	if (origin_answer.violation && ANSWER_REASON(ret_verdict->answer) != ZG_R_ORIGIN_PORT)
		event_send(frame, packet, ZG_R_ORIGIN_PORT, origin_answer.line, 1);
}

#endif
