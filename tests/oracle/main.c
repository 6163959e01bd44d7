// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * oracle: random policies and packets; oracle --case FOLDER...: what once differed. Owns the
 * command line, the seed and what is left behind after a failure.
 */
#include <dirent.h>
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <zonegate/reasons.h>

#include "generate_packet.h"
#include "generate_policy.h"
#include "policy_text.h"
#include "trial.h"

struct options {
	uint64_t seed, pairs;
	size_t packets; /* for each policy */
	const char *failure;
	bool no_kernel, no_judge, verbose, cases;
};

static const char *reason_name(int reason)
{
	switch (reason) {
#define X(NAME, number, name, text)                                                                \
	case number:                                                                               \
		return name;
		ZG_PASS_REASONS(X)
		ZG_DROP_REASONS(X)
#undef X
	}
	return NULL;
}

static void remove_folder(const char *path)
{
	struct dirent *entry;
	DIR *folder = opendir(path);
	char below[600];

	while (folder && (entry = readdir(folder))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		if (unlink(below))
			remove_folder(below);
	}
	if (folder)
		closedir(folder);
	rmdir(path);
}

static void difference_print(const struct model *model, const struct packet *packet,
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

static void failure_write(const struct options *options, const struct model *model,
			  struct packet *packets, size_t count)
{
	struct world *world = world_new(model);
	char path[600];

	remove_folder(options->failure);
	if (mkdir(options->failure, 0755))
		err(3, "%s", options->failure);
	policy_write(model, options->failure);
	for (size_t i = 0; world && i < count; i++) {
		struct verdict verdict =
			world_judge(world, packets[i].hook, "lo", packets[i].byte, packets[i].size);

		verdict_print(model, &verdict, packets[i].expect, sizeof(packets[i].expect));
	}
	snprintf(path, sizeof(path), "%s/packets.hex", options->failure);
	packets_write(path, packets, count);
	world_free(world);
	printf("  written to %s: move it to tests/oracle/cases/NAME and it stays a test\n",
	       options->failure);
}

/* 0, or 1 when the engines differ. */
static int random_policy(const struct options *options, struct bench *bench, uint64_t seed)
{
	static struct model model;
	static struct traffic traffic;
	struct rng rng = {seed};
	size_t count = options->packets;
	struct packet *packets = calloc(count, sizeof(*packets));
	struct difference difference;

	if (!packets)
		err(3, "memory");
	policy_generate(&rng, &model);
	traffic_init(&rng, &model, &traffic);
	for (size_t i = 0; i < count; i++)
		traffic_next(&traffic, &packets[i]);
	difference = trial_run(bench, &model, NULL, packets, count);
	if (difference.found) {
		printf("oracle: difference with --seed %llu --pairs %zu\n",
		       (unsigned long long)seed, count);
		difference_print(&model, &packets[difference.packet], &difference);
		difference = shrink(bench, &model, packets, &count);
		if (difference.found) {
			puts(" after shrinking:");
			difference_print(&model, &packets[difference.packet], &difference);
		} else {
			puts("  it does not come again");
		}
		failure_write(options, &model, packets, count);
	}
	free(packets);
	return difference.found;
}

static int cases_run(struct bench *bench, char **folders)
{
	static struct model model;
	int failed = 0, cases = 0;
	size_t pairs = 0;

	for (; *folders; folders++, cases++) {
		struct difference difference;
		struct packet *packets;
		char path[600];
		size_t count;

		snprintf(path, sizeof(path), "%s/packets.hex", *folders);
		packets = packets_read(path, &count);
		snprintf(path, sizeof(path), "%s/zonegate.conf", *folders);
		policy_read(path, &model);
		difference = trial_run(bench, &model, path, packets, count);
		if (difference.found) {
			printf("oracle: %s\n", *folders);
			difference_print(&model, &packets[difference.packet], &difference);
			failed++;
		}
		pairs += count;
		free(packets);
	}
	printf("oracle: %d cases, %zu packets, %d differ\n", cases, pairs, failed);
	return failed ? 1 : 0;
}

static void statistics_print(const struct bench *bench)
{
	static const char *const hooks[] = {"in", "out"};

	for (int hook = 0; hook < 2; hook++)
		for (int reason = 0; reason < 64; reason++)
			if (bench->reasons[hook][reason])
				printf("  %-3s %-22s %llu\n", hooks[hook], reason_name(reason),
				       (unsigned long long)bench->reasons[hook][reason]);
}

static int random_run(const struct options *options, struct bench *bench)
{
	uint64_t pairs = 0, policies = 0;
	struct timespec begin, end;

	printf("oracle: seed %llu\n", (unsigned long long)options->seed);
	fflush(stdout);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (; pairs < options->pairs; pairs += options->packets, policies++)
		if (random_policy(options, bench, options->seed + policies))
			return 1;
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (options->verbose)
		statistics_print(bench);
	printf("oracle: %llu pairs of %llu policies, oracle", (unsigned long long)pairs,
	       (unsigned long long)policies);
	for (int i = 0; i < bench->engines; i++)
		printf(" == %s", bench->engine[i]->name);
	printf("; in %llu pass %llu drop, out %llu pass %llu drop, %.1f s\n",
	       (unsigned long long)bench->verdicts[0][1], (unsigned long long)bench->verdicts[0][0],
	       (unsigned long long)bench->verdicts[1][1], (unsigned long long)bench->verdicts[1][0],
	       (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9);
	return 0;
}

static void options_read(int argc, char **argv, struct options *ret_options)
{
	static const struct option known[] = {
		{"seed", required_argument, NULL, 's'},
		{"pairs", required_argument, NULL, 'p'},
		{"packets", required_argument, NULL, 'n'},
		{"failure", required_argument, NULL, 'f'},
		{"no-kernel", no_argument, NULL, 'K'},
		{"no-judge", no_argument, NULL, 'J'},
		{"verbose", no_argument, NULL, 'v'},
		{"case", no_argument, NULL, 'c'},
		{NULL, 0, NULL, 0},
	};
	int option;

	*ret_options = (struct options){(uint64_t)time(NULL) * 1000003u ^ (uint64_t)getpid(),
					200000,
					400,
					"oracle-failure",
					false,
					false,
					false,
					false};
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 's':
			ret_options->seed = strtoull(optarg, NULL, 0);
			break;
		case 'p':
			ret_options->pairs = strtoull(optarg, NULL, 0);
			break;
		case 'n':
			ret_options->packets = strtoull(optarg, NULL, 0);
			break;
		case 'f':
			ret_options->failure = optarg;
			break;
		case 'K':
			ret_options->no_kernel = true;
			break;
		case 'J':
			ret_options->no_judge = true;
			break;
		case 'v':
			ret_options->verbose = true;
			break;
		case 'c':
			ret_options->cases = true;
			break;
		default:
			exit(2);
		}
	}
	if (!ret_options->packets)
		errx(2, "--packets: at least 1");
}

int main(int argc, char **argv)
{
	static struct bench bench;
	struct options options;
	int status;

	options_read(argc, argv, &options);
	snprintf(bench.folder, sizeof(bench.folder), "%s/zonegate-oracle.XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(bench.folder))
		err(3, "%s", bench.folder);
	if (!options.no_judge)
		bench.engine[bench.engines++] = engine_judge_open();
	if (!options.no_kernel)
		bench.engine[bench.engines++] = engine_kernel_open();
	status = options.cases ? cases_run(&bench, argv + optind) : random_run(&options, &bench);
	for (int i = 0; i < bench.engines; i++)
		bench.engine[i]->close(bench.engine[i]);
	remove_folder(bench.folder);
	return status;
}
