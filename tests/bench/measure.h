/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * CPU time of BPF programs on packets: BPF_PROG_TEST_RUN under the thread's CPU clock, programs
 * interleaved over rounds. Owns nothing but the clock; the caller owns programs and frames.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#include "figures.h"

#define MEASURE_ANY (-2)

struct run { /* one program on one frame */
	struct figure *figure;
	int fd;
	const void *frame;
	uint32_t size;
	bool tc;	  /* sched_cls, else XDP */
	bool live;	  /* XDP_PASS goes on into the stack of the thread's namespace */
	uint32_t ifindex; /* live: the NIC the frames come from, in this namespace */
	int namespace_fd;
	struct run *base;   /* the bare program of its kind, of the same call; NULL: itself */
	int expect;	    /* verdict of every packet, or MEASURE_ANY */
	uint32_t repeat;    /* set by the first call */
	double overhead_ns; /* of a call: set by the first call */
	int (*prepare)(void *argument); /* before each sample, may be NULL */
	void *argument;
};

struct measure_options {
	unsigned int rounds;
	double sample_ms; /* CPU time a sample should take */
	uint32_t repeat_min;
};

/*
 * Checks the verdict of each run's first packets, then measures: every round runs all of them, in
 * turn from another one, and each between two short runs of its base, so that a ratio is of
 * neighbours in time. Samples go to the figures, in nanoseconds a packet. Negative errno; -EPROTO
 * when a verdict is not the expected one (said on stderr: a wrong policy must not be timed).
 */
int measure_runs(struct run *runs, unsigned int count, const struct measure_options *options);
/* Packets of one call, for filling tables. */
int measure_once(const struct run *run, uint32_t repeat, double *ret_cpu_ns);

double clock_cpu_ns(void);
double clock_wall_ns(void);

#endif
