// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Steps, one after the other, over one judge; a second judge without memory answers what must not
 * depend on what was before. Owns what holds of every verdict.
 */
#include "steps.h"

#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "judge/judge.h"
#include "must.h"

#define STEPS_MAX 64
#define EVENTS_PER_S 1000000

struct run {
	const struct image *image;
	struct judge judge, fresh;
	struct frame_bytes last; /* the frame before */
	uint8_t last_hook, last_group;
};

static uint64_t counted(const struct judge *judge)
{
	uint64_t sum = 0;

	for (size_t i = 0; i <= judge->image->rule_count; i++)
		sum += judge->rules[i].packets_in + judge->rules[i].packets_out;
	for (size_t i = 0; i < ZG_REASON_COUNTERS; i++)
		sum += judge->reasons[i].packets;
	return sum;
}

static void verdict_holds(const struct run *run, const struct judge_frame *frame,
			  const struct judge_verdict *verdict)
{
	uint32_t flags = run->image->settings.flags;
	uint32_t passing = frame->hook == ZG_INGRESS ? ZG_F_INGRESS_PASS : ZG_F_EGRESS_PASS;

	MUST(verdict->reason != ZG_R_INTERNAL, "broken tables");
	MUST(verdict->reason <= ZG_R_DEFAULT_PASS ||
		     (verdict->reason >= ZG_REASON_FIRST_DROP && verdict->reason < ZG_R_INTERNAL),
	     "reason %u", verdict->reason);
	MUST(verdict->pass == (verdict->reason < ZG_REASON_FIRST_DROP || verdict->audited),
	     "pass %d for reason %u", verdict->pass, verdict->reason);
	MUST(!verdict->audited || flags & ZG_F_AUDIT, "audited without audit");
	MUST((verdict->reason == ZG_R_RULE) == (verdict->slot != 0), "reason %u with rule %u",
	     verdict->reason, verdict->slot);
	MUST(verdict->slot <= run->image->rule_count && verdict->line <= run->image->line_count,
	     "rule %u, line %u", verdict->slot, verdict->line);
	MUST(verdict->reason != ZG_R_PASS_ALL, "a policy is in force");
	MUST(verdict->reason != ZG_R_DEFAULT_PASS || flags & passing, "default-pass by default");
	MUST(verdict->reason != ZG_R_ORIGIN_PORT || (frame->hook == ZG_EGRESS && verdict->line),
	     "origin-port without a line");
	if (frame_is_bare_syn(frame->data, frame->size) && verdict->pass && !verdict->audited)
		MUST(verdict->reason == ZG_R_RULE || verdict->reason == ZG_R_DEFAULT_PASS,
		     "a SYN passes for reason %u", verdict->reason);
}

/* What monitor would be told: each drop, as it was judged. */
static void events_hold(const struct judge *judge, uint64_t events_before,
			const struct judge_frame *frame, const struct judge_verdict *verdict)
{
	uint64_t events = judge->events - events_before;

	if (verdict->reason < ZG_REASON_FIRST_DROP) {
		MUST(!events || (events == 1 && judge->event.reason == ZG_R_ORIGIN_PORT &&
				 judge->event.audited && frame->hook == ZG_EGRESS),
		     "%llu events of what passes", (unsigned long long)events);
		return;
	}
	/* A violation that audit lets pass, and a drop after it, are two. */
	MUST(events == 1 || (events == 2 && frame->hook == ZG_EGRESS), "%llu events of a drop",
	     (unsigned long long)events);
	MUST(judge->event.reason == verdict->reason && judge->event.hook == frame->hook &&
		     judge->event.audited == verdict->audited,
	     "an event of reason %u for %u", judge->event.reason, verdict->reason);
	MUST(judge->event.length == (frame->size > 0xffff ? 0xffff : frame->size),
	     "an event of %u bytes for %zu", judge->event.length, frame->size);
}

/* The answer to an accepted SYN goes out under the SYN's rule. */
static void answer_holds(struct run *run, const struct judge_frame *frame,
			 const struct judge_verdict *verdict)
{
	struct frame_bytes syn = {.size = frame->size}, answer;
	struct judge_frame answer_frame = {.hook = ZG_EGRESS, .ifgroup = frame->ifgroup};
	struct judge_verdict answered;

	memcpy(syn.byte, frame->data, frame->size);
	if (!frame_mirror(&syn, 0x12, &answer))
		return;
	answer_frame.data = answer.byte;
	answer_frame.size = answer.size;
	judge_frame(&run->fresh, &answer_frame, &answered);
	MUST(answered.reason == ZG_R_RULE && answered.slot == verdict->slot,
	     "the answer to rule %u: reason %u rule %u", verdict->slot, answered.reason,
	     answered.slot);
}

/* A bare SYN is judged by the policy alone, whatever was before. */
static void syn_holds(struct run *run, const struct judge_frame *frame,
		      const struct judge_verdict *verdict)
{
	struct judge_verdict again;

	judge_forget(&run->fresh);
	run->fresh.now_ns = run->judge.now_ns;
	judge_frame(&run->fresh, frame, &again);
	MUST(again.reason == verdict->reason && again.slot == verdict->slot &&
		     again.line == verdict->line,
	     "a SYN: reason %u rule %u, without what was before %u, %u", verdict->reason,
	     verdict->slot, again.reason, again.slot);
	if (frame->hook == ZG_INGRESS && verdict->reason == ZG_R_RULE)
		answer_holds(run, frame, verdict);
}

/* In memory of its very size: a read behind its end is seen. */
static void frame_step(struct run *run, struct judge_frame *frame, const struct frame_bytes *bytes)
{
	uint64_t packets = counted(&run->judge), events = run->judge.events;
	struct judge_verdict verdict;
	uint8_t *exact = malloc(bytes->size ? bytes->size : 1);

	MUST(exact, "memory");
	memcpy(exact, bytes->byte, bytes->size);
	frame->data = exact;
	frame->size = bytes->size;
	judge_frame(&run->judge, frame, &verdict);
	MUST(!memcmp(exact, bytes->byte, bytes->size), "the frame was changed");
	MUST(counted(&run->judge) == packets + 1, "counted %llu times",
	     (unsigned long long)(counted(&run->judge) - packets));
	verdict_holds(run, frame, &verdict);
	events_hold(&run->judge, events, frame, &verdict);
	if (!frame->vlan_tag && frame_is_bare_syn(exact, bytes->size))
		syn_holds(run, frame, &verdict);
	run->last = *bytes;
	run->last_hook = (uint8_t)frame->hook;
	run->last_group = (uint8_t)frame->ifgroup;
	free(exact);
}

static void clock_step(struct run *run, struct bytes *bytes)
{
	static const uint64_t units_ns[4] = {1000000, 1000000000, 60000000000, 86400000000000};
	uint8_t unit = bytes_u8(bytes);

	run->judge.now_ns += units_ns[unit & 3] * (1 + (unit >> 2));
}

/* low bits: what; then the hook, the NIC, a tag that the NIC puts in. */
static void step(struct run *run, struct bytes *bytes)
{
	uint8_t how = bytes_u8(bytes);
	struct judge_frame frame = {
		.hook = how & 8 ? ZG_EGRESS : ZG_INGRESS,
		.ifgroup = how & 16 ? 1 : 0,
		.vlan_tag = (how & 0xe0) == 0xe0,
	};
	struct frame_bytes made = {0};

	switch (how & 7) {
	case 0:
		clock_step(run, bytes);
		return;
	case 1: /* bytes as they are */
		made.size = bytes_u16(bytes) % FRAME_MAX;
		memcpy(made.byte, bytes_take(bytes, &made.size), made.size);
		break;
	case 2: /* the answer to what was before, at the other hook */
		if (!frame_mirror(&run->last, bytes_u8(bytes), &made))
			return;
		frame.hook = run->last_hook == ZG_INGRESS ? ZG_EGRESS : ZG_INGRESS;
		frame.ifgroup = run->last_group;
		break;
	case 3: /* an error about what was before */
		if (!frame_quote(&run->last, bytes, &made))
			return;
		frame.hook = run->last_hook == ZG_INGRESS ? ZG_EGRESS : ZG_INGRESS;
		break;
	case 4: /* the same again */
		made = run->last;
		break;
	default:
		frame_build(bytes, &made);
		break;
	}
	if (frame.ifgroup && !run->image->ifgroup_name[frame.ifgroup - 1][0])
		frame.ifgroup = 0;
	frame_step(run, &frame, &made);
}

void steps_run(const struct image *image, struct bytes *bytes)
{
	struct run run = {.image = image};

	MUST(!judge_init(&run.judge, image) && !judge_init(&run.fresh, image), "memory");
	run.judge.control.events_per_s = EVENTS_PER_S;
	for (int i = 0; i < STEPS_MAX && bytes->left; i++)
		step(&run, bytes);
	judge_free(&run.judge);
	judge_free(&run.fresh);
}
