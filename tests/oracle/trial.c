// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One trial. Must not know where policies and packets come from.
 */
#include "trial.h"

#include <err.h>
#include <stdio.h>
#include <string.h>

#include <zonegate/reasons.h>

#include "policy_text.h"

bool verdict_equal(const struct verdict *a, const struct verdict *b)
{
	return a->pass == b->pass && a->audited == b->audited && a->rule == b->rule &&
	       a->reason == b->reason && a->line == b->line && a->violation == b->violation;
}

static void count(struct bench *bench, int hook, const struct verdict *verdict)
{
	bench->verdicts[hook][verdict->pass]++;
	bench->reasons[hook][verdict->reason]++;
	bench->rules_hit += verdict->rule >= 0;
}

static struct difference judge_one(struct bench *bench, struct world *world,
				   const struct model *model, const struct packet *packet)
{
	struct difference difference = {
		.oracle = world_judge(world, packet->hook, "lo", packet->byte, packet->size)};
	char text[96];

	count(bench, packet->hook, &difference.oracle);
	verdict_print(model, &difference.oracle, text, sizeof(text));
	if (packet->expect[0] && strcmp(packet->expect, text) != 0) {
		difference.found = true;
		difference.other = difference.oracle;
		return difference;
	}
	for (int i = 0; i < bench->engines; i++) {
		struct engine *engine = bench->engine[i];

		/* Others are asked too, so that what they remember stays the same. */
		struct verdict other = engine->judge(engine, packet);

		if (!difference.found && !verdict_equal(&difference.oracle, &other)) {
			difference.found = true;
			difference.engine = engine->name;
			difference.other = other;
		}
	}
	return difference;
}

struct difference trial_run(struct bench *bench, const struct model *model, const char *config,
			    const struct packet *packets, size_t count)
{
	struct difference difference = {0};
	struct world *world = world_new(model);
	char path[300];

	if (!world)
		err(3, "memory");
	snprintf(path, sizeof(path), "%s/zonegate.conf", bench->folder);
	if (!config)
		policy_write(model, bench->folder);
	for (int i = 0; i < bench->engines; i++)
		if (bench->engine[i]->load(bench->engine[i], config ? config : path, model))
			errx(3, "%s: policy refused (see %s)", bench->engine[i]->name,
			     config ? config : path);
	for (size_t i = 0; i < count && !difference.found; i++) {
		difference = judge_one(bench, world, model, &packets[i]);
		difference.packet = i;
	}
	for (int i = 0; i < bench->engines && !difference.found; i++)
		if (bench->engine[i]->finish(bench->engine[i], count))
			difference = (struct difference){.found = true,
							 .engine = bench->engine[i]->name,
							 .packet = count ? count - 1 : 0};
	world_free(world);
	return difference;
}
