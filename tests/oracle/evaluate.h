/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The naive evaluator: docs/semantics.md word for word, over a model and what was seen before. Time
 * stands still. Owns flows, fragments and echo counts of one run.
 */
#ifndef TESTS_ORACLE_EVALUATE_H
#define TESTS_ORACLE_EVALUATE_H

#include "model.h"

struct verdict {
	bool pass;
	bool audited; /* passed, but only because nothing is dropped in audit mode */
	int rule;     /* row, -1: see reason */
	int reason;
	int line;	/* the tcpoport line of a new connection, -1: none */
	bool violation; /* of that line */
};

struct world;

struct world *world_new(const struct model *model);
void world_free(struct world *world);
/* hook: enum zg_hook. interface: of the packet, "" or NULL when no zone is bound to it. */
struct verdict world_judge(struct world *world, int hook, const char *interface,
			   const uint8_t *frame, size_t size);
void verdict_print(const struct model *model, const struct verdict *verdict, char *ret_text,
		   size_t size);
/* The short name by the ABI's number, "?" for none. */
const char *verdict_reason_name(int reason);

#endif
