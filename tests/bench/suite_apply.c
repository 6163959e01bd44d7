/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What putting a policy in force takes, by its size: reading, compiling, loading, the flip, memory.
 * Every measurement is a process of its own, so that its peak memory is its own too.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define MIB (1024.0 * 1024.0)

struct apply_case {
	bool full;
	struct policy_shape shape;
	bool refused; /* it does not fit: what is measured is how soon that is said */
};

static const struct apply_case cases[] = {
	{false, {"shipped", "shipped tables", SHAPE_SHIPPED, 0, 0, 0, 0, 3, 0}, false},
	{true,
	 {"rules-1000", "1,000 rules, 16 prefixes", SHAPE_SIZED, 1000, 16, 16, 16, 0, 0},
	 false},
	{false,
	 {"rules-10000", "10,000 rules, 16 prefixes", SHAPE_SIZED, 10000, 16, 16, 16, 0, 0},
	 false},
	{true,
	 {"prefixes-1000", "40 rules, 1,000 prefixes", SHAPE_SIZED, 40, 4, 1000, 1000, 0, 0},
	 false},
	{false,
	 {"prefixes-100000", "40 rules, 100,000 prefixes of each family", SHAPE_SIZED, 40, 4,
	  100000, 100000, 0, 0},
	 false},
	{true, {"acl-1000", "ACL, 1,000 rules", SHAPE_ACL, 1000, 0, 0, 0, 0, 0}, false},
	{true, {"fw-1000", "firewall, 1,000 rules", SHAPE_FW, 1000, 0, 0, 0, 0, 0}, false},
	{true, {"ipc-1000", "IP chain, 1,000 rules", SHAPE_IPC, 1000, 0, 0, 0, 0, 0}, false},
	{true, {"acl-5000", "ACL, 5,000 rules", SHAPE_ACL, 5000, 0, 0, 0, 0, 0}, false},
	{true, {"acl-10000", "ACL, 10,000 rules", SHAPE_ACL, 10000, 0, 0, 0, 0, 0}, true},
	{true, {"fw-10000", "firewall, 10,000 rules", SHAPE_FW, 10000, 0, 0, 0, 0, 0}, true},
	{true, {"ipc-10000", "IP chain, 10,000 rules", SHAPE_IPC, 10000, 0, 0, 0, 0, 0}, true},
	{false,
	 {"medium", "10,000 rules, 100,000 prefixes", SHAPE_SIZED, 10000, 16, 100000, 0, 0, 0},
	 false},
	{false,
	 {"large", "10,000 rules, 1,000,000 prefixes", SHAPE_SIZED, 10000, 16, 1000000, 0, 0, 0},
	 false},
};
#define CASES (sizeof(cases) / sizeof(*cases))

struct applied { /* what the child tells */
	int error;
	struct subject_times times;
	double maps_mib, peak_mib, cpu_s, wall_s;
};

enum {
	READ_MS,
	COMPILE_MS,
	LOAD_MS,
	WRITE_MS,
	FLIP_US,
	TOTAL_S,
	CPU_S,
	COMPILE_S,
	MAPS,
	PEAK,
	REFUSED_S, /* of cases that are refused, with CPU_S and PEAK; of no others */
	VALUES
};
static const struct {
	const char *name, *unit, *label;
} values[VALUES] = {
	[READ_MS] = {"read", "ms", "read and resolve"},
	[COMPILE_MS] = {"build", "ms", "build the tables"},
	[LOAD_MS] = {"load", "ms", "make maps, verify programs"},
	[WRITE_MS] = {"write", "ms", "write the idle half"},
	[FLIP_US] = {"flip", "us", "flip: one store, all hooks"},
	[TOTAL_S] = {"total", "s", "text to in force"},
	[CPU_S] = {"cpu", "s", "the same in CPU time"},
	[COMPILE_S] = {"compile", "s", "text to tables"},
	[MAPS] = {"maps", "MiB", "maps"},
	[PEAK] = {"peak", "MiB", "peak memory of the process"},
	[REFUSED_S] = {"refused", "s", "refused, as too large: text to the message"},
};

static double peak_mib(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	unsigned long kib = 0;
	char line[128];

	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "VmHWM: %lu", &kib) == 1)
			break;
	if (status)
		fclose(status);
	return (double)kib / 1024;
}

/* The map's memory is in the peak too, as far as it is mapped and was touched: said, not hidden. */
static void apply_in_child(const struct policy_shape *shape, int out)
{
	struct subject *subject = calloc(1, sizeof(*subject));
	double start = clock_wall_ns();
	struct applied applied = {.error = subject ? subject_load(shape, subject) : -ENOMEM};

	applied.wall_s = (clock_wall_ns() - start) / 1e9;
	applied.cpu_s = clock_cpu_ns() / 1e9;
	applied.peak_mib = peak_mib();
	if (!applied.error) {
		applied.times = subject->times;
		applied.maps_mib = (double)subject->map_bytes / MIB;
	}
	if (write(out, &applied, sizeof(applied)) != (ssize_t)sizeof(applied))
		_exit(1);
	_exit(0);
}

static int apply_once(const struct policy_shape *shape, struct applied *ret_applied)
{
	struct applied applied = {.error = -EIO};
	int ends[2], status;
	pid_t child;

	if (pipe(ends))
		return -errno;
	child = fork();
	if (child < 0) {
		close(ends[0]);
		close(ends[1]);
		return -errno;
	}
	if (!child)
		apply_in_child(shape, ends[1]);
	close(ends[1]);
	if (read(ends[0], &applied, sizeof(applied)) != (ssize_t)sizeof(applied))
		applied.error = -EIO;
	close(ends[0]);
	waitpid(child, &status, 0);
	*ret_applied = applied;
	return applied.error;
}

static void add_samples(struct figure **figures, const struct applied *applied)
{
	const struct subject_times *times = &applied->times;
	double compile = times->read + times->compile;

	figure_sample(figures[CPU_S], applied->cpu_s);
	figure_sample(figures[PEAK], applied->peak_mib);
	if (figures[REFUSED_S]) {
		figure_sample(figures[REFUSED_S], applied->wall_s);
		return;
	}
	figure_sample(figures[READ_MS], times->read);
	figure_sample(figures[COMPILE_MS], times->compile);
	figure_sample(figures[LOAD_MS], times->load);
	figure_sample(figures[WRITE_MS], times->write);
	figure_sample(figures[FLIP_US], times->flip * 1e3);
	figure_sample(figures[TOTAL_S], (compile + times->load + times->write + times->flip) / 1e3);
	figure_sample(figures[COMPILE_S], compile / 1e3);
	figure_sample(figures[MAPS], applied->maps_mib);
}

static void add_figures(struct bench *bench, const struct apply_case *which,
			struct figure **figures)
{
	const struct policy_shape *shape = &which->shape;

	for (int n = 0; n < VALUES; n++) {
		bool of_refusal = n == REFUSED_S || n == CPU_S || n == PEAK;
		char key[64], group[32];

		if (which->refused ? !of_refusal : n == REFUSED_S)
			continue;
		snprintf(key, sizeof(key), "apply.%s.%s", shape->name, values[n].name);
		snprintf(group, sizeof(group), "apply: %.23s", shape->name);
		figures[n] = figure_add(&bench->figures, group, key, values[n].unit, "%s: %s",
					shape->label, values[n].label);
	}
}

static int apply_round(struct bench *bench, unsigned int round,
		       struct figure *figures[CASES][VALUES])
{
	int error = 0;

	for (size_t i = 0; i < CASES; i++) {
		const struct policy_shape *shape = &cases[i].shape;
		struct applied applied = {0};

		if (cases[i].full && bench->quick)
			continue;
		if (!round) {
			add_figures(bench, &cases[i], figures[i]);
			if (subject_generate(shape))
				return -EIO;
		}
		if (figures[i][CPU_S]->samples < round) /* it failed before */
			continue;
		apply_once(shape, &applied);
		if (applied.error != (cases[i].refused ? -E2BIG : 0)) {
			fprintf(stderr, "bench: apply %s: %s\n", shape->name,
				applied.error ? strerror(-applied.error) : "was to be refused");
			error = applied.error ? applied.error : -EINVAL;
			continue;
		}
		add_samples(figures[i], &applied);
	}
	return error;
}

int suite_apply(struct bench *bench)
{
	unsigned int rounds = bench->quick ? 3 : 5;
	struct figure *figures[CASES][VALUES] = {0};
	int error = 0;

	fprintf(stderr, "bench: apply: %u rounds\n", rounds);
	for (unsigned int round = 0; round < rounds; round++) {
		int failed = apply_round(bench, round, figures);

		if (failed)
			error = failed;
	}
	return error;
}
