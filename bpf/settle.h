/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The one place that passes, drops and counts. Owns the last step of both hooks; must not know what
 * led to the reason.
 */
#ifndef BPF_SETTLE_H
#define BPF_SETTLE_H

#include "count.h"
#include "event.h"

/* Does the packet pass? Counts it, once. */
static __always_inline bool verdict_settle(const struct policy *policy, const struct frame *frame,
					   const struct packet *packet,
					   const struct verdict *verdict)
{
	__u32 audited = 0, reason = ANSWER_REASON(verdict->answer);

	if (LIKELY(reason == ZG_R_RULE)) {
		if (LIKELY(rule_count(frame, packet, verdict->answer)))
			return true;
		reason = ZG_R_INTERNAL;
	}
	if (reason >= ZG_REASON_FIRST_DROP) {
		audited = !!(policy->flags & ZG_F_AUDIT);
		event_send(frame, packet, reason, verdict->line, audited);
	}
	reason_count(ZG_REASON_INDEX(frame->hook, audited, reason & (ZG_REASONS - 1)),
		     frame->segments, frame_bytes(frame, packet));
	return reason < ZG_REASON_FIRST_DROP || audited;
}

#endif
