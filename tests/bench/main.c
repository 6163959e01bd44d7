/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * bench [--quick] [--rounds N] [--suite NAME]... [--profile] [--out DIR] [--bpf DIR] [--configs
 * DIR]: runs the suites and writes the report. Owns options and order. Measures nothing itself.
 */
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "report.h"

#define ROUNDS_FULL 15
#define ROUNDS_QUICK 5
#define SAMPLE_FULL_MS 10
#define SAMPLE_QUICK_MS 5
#define REPEAT_MIN 8192

static const struct {
	const char *name;
	int (*run)(struct bench *bench);
} suites[] = {
	{"packets", suite_packets}, {"sizes", suite_sizes},	{"stack", suite_stack},
	{"apply", suite_apply},	    {"sockets", suite_sockets},
};
#define SUITES (sizeof(suites) / sizeof(*suites))

struct options {
	bool quick;
	bool wanted[SUITES];
	bool some; /* not all suites */
	bool profile;
	unsigned int rounds;
	const char *out, *bpf, *configs;
};

static int usage(void)
{
	fprintf(stderr,
		"usage: bench [--quick] [--rounds N] [--suite NAME]... [--profile] [--out DIR] "
		"[--bpf DIR] [--configs DIR]\n");
	return 2;
}

static int want_suite(struct options *options, const char *name)
{
	for (size_t i = 0; i < SUITES; i++) {
		if (strcmp(suites[i].name, name))
			continue;
		options->wanted[i] = options->some = true;
		return 0;
	}
	fprintf(stderr, "bench: no suite is called %s\n", name);
	return 2;
}

static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{"quick", no_argument, NULL, 'q'},	 {"rounds", required_argument, NULL, 'r'},
		{"suite", required_argument, NULL, 's'}, {"out", required_argument, NULL, 'o'},
		{"bpf", required_argument, NULL, 'b'},	 {"configs", required_argument, NULL, 'c'},
		{"profile", no_argument, NULL, 'p'},	 {0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'q':
			options->quick = true;
			break;
		case 'r':
			options->rounds = (unsigned int)atoi(optarg);
			break;
		case 's':
			if (want_suite(options, optarg))
				return 2;
			break;
		case 'o':
			options->out = optarg;
			break;
		case 'b':
			options->bpf = optarg;
			break;
		case 'p':
			options->profile = true;
			break;
		case 'c':
			options->configs = optarg;
			break;
		default:
			return usage();
		}
	}
	return optind < argc || options->rounds > FIGURE_SAMPLES ? usage() : 0;
}

/* Machine, kernel and form of the run, for the head of the table. */
static void describe(const struct bench *bench, char *text, size_t size)
{
	char model[128] = "unknown processor", line[256];
	struct utsname system;
	time_t now = time(NULL);
	FILE *cpuinfo = fopen("/proc/cpuinfo", "r");

	while (cpuinfo && fgets(line, sizeof(line), cpuinfo))
		if (sscanf(line, "model name : %127[^\n]", model) == 1)
			break;
	if (cpuinfo)
		fclose(cpuinfo);
	uname(&system);
	strftime(line, sizeof(line), "%F %R UTC", gmtime(&now));
	snprintf(text, size, "%s, %ld CPUs, Linux %s; %s; %s form, %u rounds\n", model,
		 sysconf(_SC_NPROCESSORS_ONLN), system.release, line,
		 bench->quick ? "quick" : "full", bench->measure.rounds);
}

/* One CPU for the whole run: its clock, its caches. */
static void pin_cpu(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET((int)sysconf(_SC_NPROCESSORS_ONLN) - 1, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
}

static int run_suites(struct bench *bench, const struct options *options)
{
	int failed = 0;

	for (size_t i = 0; i < SUITES; i++) {
		int error;

		if (options->some && !options->wanted[i])
			continue;
		error = suites[i].run(bench);
		if (error) {
			fprintf(stderr, "bench: suite %s: %s\n", suites[i].name, strerror(-error));
			failed = 1;
		}
	}
	return failed;
}

int main(int argc, char **argv)
{
	struct options options = {.out = "build/bench", .bpf = "build/bench", .configs = "configs"};
	struct bench bench = {0};
	char about[512], work[512];
	int failed;

	if (parse_options(argc, argv, &options))
		return 2;
	setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY});
	bench.quick = options.quick;
	bench.out = options.out;
	bench.measure.rounds = options.rounds  ? options.rounds
			       : options.quick ? ROUNDS_QUICK
					       : ROUNDS_FULL;
	bench.measure.sample_ms = options.quick ? SAMPLE_QUICK_MS : SAMPLE_FULL_MS;
	bench.measure.repeat_min = REPEAT_MIN;
	mkdir(options.out, 0755);
	snprintf(work, sizeof(work), "%s/policies", options.out);
	programs_folder(options.bpf);
	bench_paths(options.configs, work);
	pin_cpu();
	if (options.profile)
		return profile_run() ? 3 : 0;
	if (bare_open(&bench.bare))
		return 3;
	describe(&bench, about, sizeof(about));
	failed = run_suites(&bench, &options);
	if (report_write(&bench.figures, options.out, about)) {
		fprintf(stderr, "bench: the report could not be written to %s\n", options.out);
		failed = 1;
	}
	program_close(&bench.bare);
	figures_free(&bench.figures);
	return failed ? 3 : 0;
}
