/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A policy and packets, put to the oracle and to every engine. Owns the comparison.
 */
#ifndef TESTS_ORACLE_TRIAL_H
#define TESTS_ORACLE_TRIAL_H

#include "engine.h"

struct bench {
	struct engine *engine[ENGINES_MAX];
	int engines;
	struct subject subject;	 /* what the engines have loaded */
	char folder[256];	 /* where policies are written */
	uint64_t reasons[2][64]; /* by hook */
	uint64_t passed[2], dropped[2];
};

struct difference {
	bool found;
	size_t packet;
	const char *engine; /* NULL: the packet's pinned verdict */
	struct verdict oracle, other;
};

struct trial;

/* config: NULL: the model is written into the bench's folder; else what is there is loaded. */
struct trial *trial_begin(struct bench *bench, const struct model *model, const char *config);
struct difference trial_next(struct trial *trial, const struct packet *packet);
/* After the last packet: do all counters add up? */
struct difference trial_counters(struct trial *trial, size_t packets);
void trial_end(struct trial *trial);
void bench_close(struct bench *bench);

/* All of it. */
struct difference trial_run(struct bench *bench, const struct model *model, const char *config,
			    const struct packet *packets, size_t count);

/* Makes model and packets smaller while a difference remains. ret: what remains of packets. */
struct difference shrink(struct bench *bench, struct model *model, struct packet *packets,
			 size_t *count);

void difference_print(const struct model *model, const struct packet *packet,
		      const struct difference *difference);
/* How often which verdict. */
void bench_print(const struct bench *bench);

#endif
