/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The code of bpf/ compiled for user space, and the frames it is given. Owns no state: that is
 * struct judge.
 */
#include "../../bpf/hooks.h"

void judge_frame(struct judge *judge, const struct judge_frame *judged,
		 struct judge_verdict *ret_verdict)
{
	struct frame frame = {
		.begin = judged->data,
		.end = (const __u8 *)judged->data + judged->size,
		.context = (void *)(uintptr_t)judged,
		.length = (__u32)judged->size,
		.bytes = (__u32)judged->size,
		.segments = 1,
		.ifindex = context_ifindex(judged),
		.hook = judged->hook,
		.tags = judged->hook == ZG_EGRESS ? judged->vlan_tag : 0,
	};
	struct verdict verdict = {};
	bool pass;

	judge_current = judge;
	image_lookup_use(judge->image);
	pass = judged->hook == ZG_INGRESS ? ingress_hook(&frame, &verdict)
					  : egress_hook(&frame, &verdict);
	*ret_verdict = (struct judge_verdict){
		.pass = pass,
		.reason = (uint8_t)ANSWER_REASON(verdict.answer),
		.slot = (uint16_t)ANSWER_SLOT(verdict.answer),
		.line = (uint16_t)verdict.line,
	};
	ret_verdict->audited = pass && ret_verdict->reason >= ZG_REASON_FIRST_DROP;
}
