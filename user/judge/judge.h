/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The data plane in user space: the code of bpf/ over an image, with tables of flows and a clock of
 * its own. What it says of a frame is what the programs say. Owns flows, counters and the clock;
 * the image stays the caller's.
 */
#ifndef USER_JUDGE_JUDGE_H
#define USER_JUDGE_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/reasons.h>
#include <zonegate/state.h>

#include "compile/image.h"
#include "judge/store.h"

struct judge {
	const struct image *image;
	struct zg_settings settings; /* the image's; NIC group g has the interface index g */
	struct zg_control control;
	uint64_t now_ns; /* CLOCK_MONOTONIC, as the caller sets it */
	struct store flows, fragments, limits;
	struct zg_rule_counter *rules;	   /* [image->rule_count + 1], by slot */
	struct zg_line_counter *lines;	   /* [image->line_count], by index */
	struct zg_reason_counter *reasons; /* [ZG_REASON_COUNTERS] */
	struct zg_flow_counter flow_counter;
	struct zg_event_rate event_rate;
	struct zg_event event; /* the last one, while control.events_per_s is not 0 */
	uint64_t events;
};

/* How a frame got to its hook. {} is a plain frame from or to a NIC without a bound zone. */
struct judge_frame {
	enum zg_hook hook; /* ZG_INGRESS or ZG_EGRESS */
	const void *data;  /* from the Ethernet header on */
	size_t size;
	unsigned int ifgroup;  /* of the NIC: 1 + index into image->ifgroup_name, 0: none */
	unsigned int vlan_tag; /* egress: 1 when the NIC will put a tag in by itself */
};

struct judge_verdict {
	bool pass;
	bool audited;	/* it would have been dropped */
	uint8_t reason; /* enum zg_reason; ZG_R_RULE with slot */
	uint16_t slot;	/* 1 + index of the rule, 0: none */
	uint16_t line;	/* 1 + index of the origin line that was asked, 0: none */
};

/* 0 or -ENOMEM. The image has to outlive the judge. */
int judge_init(struct judge *judge, const struct image *image);
void judge_free(struct judge *judge);
/* Forgets flows, fragments and limiters; counters and clock stay. */
void judge_forget(struct judge *judge);

/* Judges one frame as the hook would, and counts it. */
void judge_frame(struct judge *judge, const struct judge_frame *judged,
		 struct judge_verdict *ret_verdict);

#endif
