/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Something of zonegate's that judges packets, as the oracle sees it: a folder with a policy goes
 * in, then packets, one after the other. Owns the interface.
 */
#ifndef TESTS_ORACLE_ENGINE_H
#define TESTS_ORACLE_ENGINE_H

#include "evaluate.h"
#include "packet.h"
#include "subject.h"

struct engine {
	const char *name;
	uint64_t not_run; /* packets that it cannot be given; the others judge them */
	/* The policy is in force and nothing is remembered. The subject outlives it. */
	void (*load)(struct engine *engine, const struct subject *subject);
	/*
	 * The verdict in the oracle's words; rule -2 when the engine's own bookkeeping does not add
	 * up. expected only says where to look first, and what cannot be seen (the line of a
	 * connection that keeps to it, where counters alone tell).
	 */
	struct verdict (*judge)(struct engine *engine, const struct packet *packet,
				const struct verdict *expected);
	/* After the last packet: counters add up to what was judged? 0, or a message is printed. */
	int (*finish)(struct engine *engine, size_t packets);
	void (*close)(struct engine *engine);
};

#define ENGINES_MAX 2

/* The data plane in user space. NULL and a message: it cannot be had. */
struct engine *engine_judge_open(void);
/* The programs in the kernel: XDP for ingress, tc for egress. */
struct engine *engine_kernel_open(void);

struct bench;
/* The program of a hook, for test runs without the rest; -1: no kernel engine with a policy. */
int engine_kernel_program(const struct bench *bench, int hook);

/* What its counters say: packets ever counted, and those as `internal`. */
uint64_t engine_kernel_counted(struct bench *bench, uint64_t *ret_internal);

/* Do they mean the same? */
bool verdict_equal(const struct verdict *a, const struct verdict *b);

#endif
