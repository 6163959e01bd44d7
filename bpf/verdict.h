/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the stages hand on: the policy that a packet is judged by, and the verdict. Owns the
 * vocabulary of the stages; must not know what any of them checks.
 */
#ifndef BPF_VERDICT_H
#define BPF_VERDICT_H

#include "platform.h"

/* A stage answers a reason of reasons.h, which ends the list, or this. */
#define GO_ON 0xffu

struct policy {
	__u32 half;
	__u32 flags; /* of its settings */
	const struct zg_settings *settings;
};

/*
 * What stages hand on, in one number, as a subprogram can answer it: a reason; with ZG_R_RULE the
 * slot, and whether the packet opens a connection, which is counted at the rule.
 */
#define ANSWER(reason, slot) ((__u32)(reason) | (__u32)(slot) << 8)
#define ANSWER_CONNECTION (1u << 24)
#define ANSWER_REASON(answer) ((answer)&0xff)
#define ANSWER_SLOT(answer) ((answer) >> 8 & 0xffff)

struct verdict {
	__u32 answer;
	__u32 line; /* origin line: 1 + index, 0: none */
};

/* A rule passes the packet, or a flow that was made without one (egress = pass). */
static __always_inline __u32 answer_pass(__u32 slot)
{
	return slot ? ANSWER(ZG_R_RULE, slot) : ANSWER(ZG_R_DEFAULT_PASS, 0);
}

/*
 * The half in force, or ZG_PASS_ALL. The clock is read while a deadline stands only (apply
 * --confirm).
 */
static __always_inline __u32 policy_half(void)
{
	__u64 word = control_word();

	if (LIKELY(!ZG_WORD_DEADLINE_MS(word)))
		return ZG_WORD_ACTIVE(word);
	if (clock_ns() / 1000000 < ZG_WORD_DEADLINE_MS(word))
		return ZG_WORD_ACTIVE(word);
	return ZG_WORD_FALLBACK(word);
}

static __always_inline void policy_take(__u32 half, struct policy *ret_policy)
{
	ret_policy->half = half & 1;
	ret_policy->settings = tables_settings(half);
	ret_policy->flags = ret_policy->settings->flags;
}

#endif
