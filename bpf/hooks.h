/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The two hooks from frame to verdict, as the programs and the judge run them. Owns the order of
 * policy, stages and settling; must not know where frames come from.
 */
#ifndef BPF_HOOKS_H
#define BPF_HOOKS_H

#include "egress.h"
#include "ingress.h"
#include "settle.h"

/* Nothing is in force: the frame is counted and passes. */
static __always_inline bool hook_pass_all(const struct frame *frame, struct verdict *ret_verdict)
{
	ret_verdict->answer = ZG_R_PASS_ALL;
	ret_verdict->line = 0;
	reason_count(ZG_REASON_INDEX(frame->hook, 0, ZG_R_PASS_ALL), frame->segments,
		     frame->hook == ZG_INGRESS ? frame->end - frame->begin : frame->bytes);
	return true;
}

/* Does it pass? */
static __always_inline bool ingress_hook(const struct frame *frame, struct verdict *ret_verdict)
{
	struct packet packet = {};
	struct policy policy;
	__u32 half = policy_half();

	if (UNLIKELY(half >= ZG_PASS_ALL))
		return hook_pass_all(frame, ret_verdict);
	policy_take(half, &policy);
	ret_verdict->answer = ingress_judge(&policy, frame, &packet);
	ret_verdict->line = 0;
	return verdict_settle(&policy, frame, &packet, ret_verdict);
}

static __always_inline bool egress_hook(struct frame *frame, struct verdict *ret_verdict)
{
	struct packet packet = {};
	struct policy policy;
	__u32 half = policy_half();

	if (UNLIKELY(half >= ZG_PASS_ALL))
		return hook_pass_all(frame, ret_verdict);
	policy_take(half, &policy);
	egress_verdict(&policy, frame, &packet, ret_verdict);
	return verdict_settle(&policy, frame, &packet, ret_verdict);
}

#endif
