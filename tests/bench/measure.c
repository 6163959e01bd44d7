/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Interleaved timing of BPF programs by the CPU clock of the thread: what other processes do to the
 * machine moves all programs of a round together, and a ratio little. Knows no policies.
 */
#include "measure.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define VERDICTS_CHECKED 2048
#define OVERHEAD_CALLS 5
#define PACE_TRIES 4
#define PACE_TOLERANCE 0.06

static double clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

double clock_cpu_ns(void)
{
	return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

double clock_wall_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

static int run_program(const struct run *run, uint32_t repeat, double *ret_cpu_ns, int *ret_verdict)
{
	struct xdp_md context = {.data_end = run->size, .ingress_ifindex = run->ifindex};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = run->frame, .data_size_in = run->size,
		    .repeat = (int)repeat);
	double start;
	int error;

	if (run->live) {
		if (setns(run->namespace_fd, CLONE_NEWNET))
			return -errno;
		options.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
		options.ctx_in = &context;
		options.ctx_size_in = sizeof(context);
	}
	start = clock_cpu_ns();
	error = bpf_prog_test_run_opts(run->fd, &options);
	*ret_cpu_ns = clock_cpu_ns() - start;
	if (error)
		return -errno;
	*ret_verdict = (int)options.retval;
	return 0;
}

int measure_once(const struct run *run, uint32_t repeat, double *ret_cpu_ns)
{
	int verdict;

	return run_program(run, repeat, ret_cpu_ns, &verdict);
}

/* A live run answers no verdict: what it does is seen by what it costs, and checked by its suite.
 */
static int check_verdicts(const struct run *run)
{
	int verdict, error;
	double cost;

	if (run->live || run->expect == MEASURE_ANY)
		return 0;
	for (int i = 0; i < VERDICTS_CHECKED; i++) {
		error = run_program(run, 1, &cost, &verdict);
		if (error)
			return error;
		if (verdict != run->expect) {
			fprintf(stderr, "bench: %s: packet %d: verdict %d, expected %d\n",
				run->figure->key, i, verdict, run->expect);
			return -EPROTO;
		}
	}
	return 0;
}

/* The call itself costs (copying, the dispatcher's update): the least of a few calls is taken off,
 * and the repeat count is set so that a sample takes the time asked for. */
static int calibrate(struct run *run, const struct measure_options *options)
{
	double cost, least = 0;
	int verdict, error;

	for (int i = 0; i < OVERHEAD_CALLS; i++) {
		error = run_program(run, 2, &cost, &verdict); /* 1 would not touch the dispatcher */
		if (error)
			return error;
		if (!i || cost < least)
			least = cost;
	}
	run->overhead_ns = least;
	error = run_program(run, options->repeat_min, &cost, &verdict);
	if (error)
		return error;
	cost = (cost - least) / options->repeat_min;
	run->repeat = cost > 0 ? (uint32_t)(options->sample_ms * 1e6 / cost) : options->repeat_min;
	if (run->repeat < options->repeat_min)
		run->repeat = options->repeat_min;
	return 0;
}

/* Nanoseconds a packet. */
static int sample_program(struct run *run, uint32_t repeat, double *ret_ns)
{
	int verdict, error = run->prepare ? run->prepare(run->argument) : 0;
	double cost;

	if (!error)
		error = run_program(run, repeat, &cost, &verdict);
	if (!error)
		*ret_ns = (cost - run->overhead_ns) / repeat;
	return error;
}

/*
 * A sample between two of its base. When the two differ, the machine changed its pace under the
 * sample (another guest, the sibling thread): taken again, a few times.
 */
static int measure_sample(struct run *run)
{
	struct run *base = run->base ? run->base : run;
	double before, after, ns;
	int error = 0;

	for (int try = 0; try < PACE_TRIES && !error; try++) {
		error = sample_program(base, base->repeat / 2, &before);
		if (!error)
			error = sample_program(run, run->repeat, &ns);
		if (!error)
			error = sample_program(base, base->repeat / 2, &after);
		if (fabs(before - after) <= PACE_TOLERANCE * (before + after) / 2)
			break;
	}
	if (error)
		fprintf(stderr, "bench: %s: %s\n", run->figure->key, strerror(-error));
	else
		figure_sample_pair(run->figure, ns, (before + after) / 2);
	return error;
}

int measure_runs(struct run *runs, unsigned int count, const struct measure_options *options)
{
	int error;

	for (unsigned int i = 0; i < count; i++) {
		error = runs[i].prepare ? runs[i].prepare(runs[i].argument) : 0;
		if (!error)
			error = check_verdicts(&runs[i]);
		if (!error)
			error = calibrate(&runs[i], options);
		if (error) {
			fprintf(stderr, "bench: %s: %s\n", runs[i].figure->key, strerror(-error));
			return error;
		}
	}
	for (unsigned int round = 0; round < options->rounds; round++) {
		for (unsigned int n = 0; n < count; n++) {
			error = measure_sample(&runs[(n + round * 7) % count]);
			if (error)
				return error;
		}
	}
	return 0;
}
