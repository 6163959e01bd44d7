/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The benchmark as its suites see it: options, figures, the bare programs, and a batch of runs that
 * are measured interleaved. Owns what a batch was given.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>

#include "figures.h"
#include "measure.h"
#include "programs.h"
#include "subject.h"
#include "traffic.h"

struct bench {
	bool quick;
	struct measure_options measure;
	struct program bare;
	struct figures figures;
	const char *out; /* folder */
};

/* A suite measures one kind of thing; 0 or a negative errno, said on stderr. */
int suite_packets(struct bench *bench);
int suite_sizes(struct bench *bench);
int suite_stack(struct bench *bench);
int suite_apply(struct bench *bench);
int suite_sockets(struct bench *bench);

/* Sizes of programs and functions, on stdout. */
int profile_run(void);

#define BATCH_RUNS 96

struct batch {
	struct bench *bench;
	const char *name; /* prefix of the keys of its references */
	struct run run[BATCH_RUNS];
	struct program program[BATCH_RUNS]; /* rewriters, of the run with the same index */
	struct frame *frame[BATCH_RUNS];
	unsigned int count;
	int error; /* the first one: the rest is not added, and not measured */
};

enum { /* the first runs of a batch */
       BATCH_BARE_XDP,
       BATCH_BARE_TC,
       BATCH_FIRST,
};

/* Begins with the bare programs, which the others are taken over. */
void batch_begin(struct batch *batch, struct bench *bench, const char *name);
/* Measures all, and lets everything go. */
int batch_measure(struct batch *batch);

struct live { /* the stack behind the program: where its packets go */
	int namespace_fd;
	uint32_t ifindex;
	uint8_t mac[12]; /* destination, source */
};

struct batch_case {
	const char *group, *key;
	const char *label;
	int target; /* program under test; -1 with a rewriter: the rewriter's own cost */
	bool tc;
	int expect;
	const struct frame *frame;
	/* Random headers; NULL: the frame as it is. */
	const char *rewriter; /* program of rewrite.bpf.c */
	const struct bench_header4 *headers4;
	const struct bench_header6 *headers6;
	const struct live *live; /* NULL: the verdict is the end */
	const char *cost; /* key of the run that measures the rewriter alone; NULL: this is one */
};
/* Answers the run, for prepare and argument; NULL when the batch has failed. */
struct run *batch_add(struct batch *batch, const struct batch_case *what);

#endif
