// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The data plane in user space over the compiled image (user/judge/). It says rule, reason and line
 * itself; that it counts the same is held against what it says.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "judge/judge.h"
#include "subject.h"

struct judged {
	struct engine engine;
	const struct subject *subject;
	struct judge judge;
	bool ready;
	unsigned int ifgroup; /* of "lo" */
};

static void judged_forget(struct judged *judged)
{
	if (judged->ready)
		judge_free(&judged->judge);
	judged->ready = false;
}

static void judged_load(struct engine *engine, const struct subject *subject)
{
	struct judged *judged = (struct judged *)engine;

	judged_forget(judged);
	judged->subject = subject;
	if (judge_init(&judged->judge, &subject->image))
		err(3, "memory");
	judged->ready = true;
	judged->ifgroup = 0;
	for (unsigned int i = 0; i < ZG_IFGROUPS_MAX; i++)
		if (strcmp(judged->subject->image.ifgroup_name[i], "lo") == 0)
			judged->ifgroup = i + 1;
}

static struct verdict judged_judge(struct engine *engine, const struct packet *packet,
				   const struct verdict *expected)
{
	struct judged *judged = (struct judged *)engine;
	const struct judge_frame frame = {.hook = (enum zg_hook)packet->hook,
					  .data = packet->byte,
					  .size = packet->size,
					  .ifgroup = judged->ifgroup};
	struct judge_verdict said;
	struct verdict verdict;
	uint64_t violations = 0;

	(void)expected;
	for (size_t i = 0; i < judged->subject->image.line_count; i++)
		violations -= judged->judge.lines[i].violations;
	judge_frame(&judged->judge, &frame, &said);
	for (size_t i = 0; i < judged->subject->image.line_count; i++)
		violations += judged->judge.lines[i].violations;
	verdict = (struct verdict){.pass = said.pass,
				   .audited = said.audited,
				   .rule = said.reason == ZG_R_RULE ? said.slot - 1 : -1,
				   .reason = said.reason,
				   .line = said.line - 1,
				   .violation = violations == 1};
	if (violations > 1)
		verdict.rule = -2;
	return verdict;
}

static int judged_finish(struct engine *engine, size_t packets)
{
	struct judged *judged = (struct judged *)engine;
	uint64_t counted = 0;

	for (size_t i = 0; i <= judged->subject->image.rule_count; i++)
		counted += judged->judge.rules[i].packets_in + judged->judge.rules[i].packets_out;
	for (size_t i = 0; i < ZG_REASON_COUNTERS; i++)
		counted += judged->judge.reasons[i].packets;
	if (counted == packets)
		return 0;
	printf("judge: %zu packets, %llu counted\n", packets, (unsigned long long)counted);
	return -1;
}

static void judged_close(struct engine *engine)
{
	struct judged *judged = (struct judged *)engine;

	judged_forget(judged);
	free(judged);
}

struct engine *engine_judge_open(void)
{
	struct judged *judged = calloc(1, sizeof(*judged));

	if (!judged)
		err(3, "memory");
	judged->engine = (struct engine){.name = "judge",
					 .load = judged_load,
					 .judge = judged_judge,
					 .finish = judged_finish,
					 .close = judged_close};
	return &judged->engine;
}
