/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The state of a judge: what maps are to the programs. Must not know how frames are judged, which
 * is judge/hooks.c.
 */
#include "judge/judge.h"

#include <errno.h>
#include <stdlib.h>

#define JUDGE_ENTRIES_MAX 65536

int judge_init(struct judge *judge, const struct image *image)
{
	*judge = (struct judge){.image = image, .settings = image->settings};
	for (unsigned int group = 0; group < ZG_IFGROUPS_MAX; group++)
		judge->settings.ifindex[group] = image->ifgroup_name[group][0] ? group + 1 : 0;
	judge->control.word = ZG_WORD(0, 0, 0);
	judge->control.abi = ZG_ABI;
	/* 0 is a time that no clock of the kernel's shows. */
	judge->now_ns = 1000000000;
	store_init(&judge->flows, sizeof(struct zg_flow_key), sizeof(struct zg_flow),
		   JUDGE_ENTRIES_MAX);
	store_init(&judge->fragments, sizeof(struct zg_fragment_key), sizeof(struct zg_fragment),
		   JUDGE_ENTRIES_MAX);
	store_init(&judge->limits, sizeof(struct zg_address), sizeof(struct zg_limit),
		   JUDGE_ENTRIES_MAX);
	judge->rules = calloc(image->rule_count + 1, sizeof(*judge->rules));
	judge->lines = calloc(image->line_count + 1, sizeof(*judge->lines));
	judge->reasons = calloc(ZG_REASON_COUNTERS, sizeof(*judge->reasons));
	if (judge->rules && judge->lines && judge->reasons)
		return 0;
	judge_free(judge);
	return -ENOMEM;
}

void judge_free(struct judge *judge)
{
	store_free(&judge->flows);
	store_free(&judge->fragments);
	store_free(&judge->limits);
	free(judge->rules);
	free(judge->lines);
	free(judge->reasons);
	*judge = (struct judge){};
}

void judge_forget(struct judge *judge)
{
	store_clear(&judge->flows);
	store_clear(&judge->fragments);
	store_clear(&judge->limits);
}
