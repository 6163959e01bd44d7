// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One trial. Must not know where policies and packets come from.
 */
#include "trial.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/reasons.h>

#include "policy_text.h"

struct trial {
	struct bench *bench;
	const struct model *model;
	struct world *world;
	size_t packets;
};

bool verdict_equal(const struct verdict *a, const struct verdict *b)
{
	return a->pass == b->pass && a->audited == b->audited && a->rule == b->rule &&
	       a->reason == b->reason && a->line == b->line && a->violation == b->violation;
}

struct trial *trial_begin(struct bench *bench, const struct model *model, const char *config)
{
	struct trial *trial = calloc(1, sizeof(*trial));
	char path[300];

	if (!trial || !(trial->world = world_new(model)))
		err(3, "memory");
	trial->bench = bench;
	trial->model = model;
	snprintf(path, sizeof(path), "%s/zonegate.conf", bench->folder);
	if (!config)
		policy_write(model, bench->folder);
	if (bench->engines && subject_load(&bench->subject, config ? config : path, model))
		errx(3, "policy refused: %s", config ? config : path);
	for (int i = 0; i < bench->engines; i++)
		bench->engine[i]->load(bench->engine[i], &bench->subject);
	return trial;
}

void bench_close(struct bench *bench)
{
	for (int i = 0; i < bench->engines; i++)
		bench->engine[i]->close(bench->engine[i]);
	subject_free(&bench->subject);
}

void trial_end(struct trial *trial)
{
	world_free(trial->world);
	free(trial);
}

static void count(struct bench *bench, int hook, const struct verdict *verdict)
{
	bench->reasons[hook][verdict->reason]++;
	if (verdict->pass)
		bench->passed[hook]++;
	else
		bench->dropped[hook]++;
}

struct difference trial_next(struct trial *trial, const struct packet *packet)
{
	struct difference difference = {.packet = trial->packets++,
					.oracle = world_judge(trial->world, packet->hook, "lo",
							      packet->byte, packet->size)};
	char text[96];

	count(trial->bench, packet->hook, &difference.oracle);
	verdict_print(trial->model, &difference.oracle, text, sizeof(text));
	if (packet->expect[0] && strcmp(packet->expect, text) != 0) {
		difference.found = true;
		difference.other = difference.oracle;
		return difference;
	}
	for (int i = 0; i < trial->bench->engines; i++) {
		struct engine *engine = trial->bench->engine[i];
		struct verdict other = engine->judge(engine, packet, &difference.oracle);

		if (difference.found || verdict_equal(&difference.oracle, &other))
			continue;
		difference.found = true;
		difference.engine = engine->name;
		difference.other = other;
	}
	return difference;
}

struct difference trial_counters(struct trial *trial, size_t packets)
{
	struct difference difference = {.packet = packets ? packets - 1 : 0};

	for (int i = 0; i < trial->bench->engines && !difference.found; i++) {
		struct engine *engine = trial->bench->engine[i];

		if (!engine->finish(engine, packets))
			continue;
		difference.found = true;
		difference.engine = engine->name;
		difference.oracle.rule = difference.other.rule = -2;
	}
	return difference;
}

struct difference trial_run(struct bench *bench, const struct model *model, const char *config,
			    const struct packet *packets, size_t count_)
{
	struct trial *trial = trial_begin(bench, model, config);
	struct difference difference = {0};

	for (size_t i = 0; i < count_ && !difference.found; i++)
		difference = trial_next(trial, &packets[i]);
	if (!difference.found)
		difference = trial_counters(trial, count_);
	trial_end(trial);
	return difference;
}

void difference_print(const struct model *model, const struct packet *packet,
		      const struct difference *difference)
{
	char oracle[160], other[160];

	verdict_print(model, &difference->oracle, oracle, sizeof(oracle));
	verdict_print(model, &difference->other, other, sizeof(other));
	printf("  %s, %zu bytes, packet %zu\n", packet->hook == ZG_INGRESS ? "in" : "out",
	       packet->size, difference->packet);
	printf("  oracle: %s\n", oracle);
	if (difference->engine)
		printf("  %s: %s%s\n", difference->engine, other,
		       difference->other.rule == -2 ? " (counted wrongly)" : "");
	else
		printf("  pinned: %s\n", packet->expect);
}

void bench_print(const struct bench *bench)
{
	static const char *const hooks[] = {"in", "out"};

	for (int hook = 0; hook < 2; hook++) {
		printf("  %s: %llu pass, %llu drop:", hooks[hook],
		       (unsigned long long)bench->passed[hook],
		       (unsigned long long)bench->dropped[hook]);
		for (int reason = 0; reason < 64; reason++)
			if (bench->reasons[hook][reason])
				printf(" %s %llu", verdict_reason_name(reason),
				       (unsigned long long)bench->reasons[hook][reason]);
		putchar('\n');
	}
	for (int i = 0; i < bench->engines; i++)
		if (bench->engine[i]->not_run)
			printf("  %s: %llu frames could not be given to it (too short)\n",
			       bench->engine[i]->name,
			       (unsigned long long)bench->engine[i]->not_run);
}
