// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The oracle's command line: random policies and packets; cases that once differed; captures. Owns
 * the seed, and what is left behind after a failure.
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

#include "against_nft.h"
#include "generate_packet.h"
#include "generate_policy.h"
#include "policy_text.h"
#include "replay.h"
#include "trial.h"

#define TABLE_QUESTIONS 500 /* for each policy, of the image alone */
#define TRIES 3
#define NFT_POLICIES 40

struct options {
	uint64_t seed, pairs;
	size_t packets; /* for each policy */
	const char *failure, *cases, *replay, *policy, *capture, *driver;
	bool no_kernel, no_judge, verbose, nft;
};

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

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- random ---- */

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

/* The kernel's clock goes on: pings that waited over their second are not a difference. */
static struct difference trial_patiently(struct bench *bench, const struct model *model,
					 const struct packet *packets, size_t count)
{
	struct difference difference = {0};

	for (int i = 0; i < TRIES; i++) {
		double begin_s = now_s();

		difference = trial_run(bench, model, NULL, packets, count);
		if (!difference.found || now_s() - begin_s < 0.9)
			break;
	}
	return difference;
}

static void difference_report(const struct options *options, struct bench *bench,
			      struct model *model, struct packet *packets, size_t count,
			      struct difference difference)
{
	difference_print(model, &packets[difference.packet], &difference);
	difference = shrink(bench, model, packets, &count);
	if (difference.found) {
		puts(" after shrinking:");
		difference_print(model, &packets[difference.packet], &difference);
	} else {
		puts("  it does not come again");
	}
	failure_write(options, model, packets, count);
}

/* true: they differ. */
static bool random_policy(const struct options *options, struct bench *bench, uint64_t seed)
{
	static struct model model;
	static struct traffic traffic;
	struct rng rng = {seed};
	struct packet *packets = calloc(options->packets, sizeof(*packets));
	struct difference difference;

	if (!packets)
		err(3, "memory");
	policy_generate(&rng, &model);
	traffic_init(&rng, &model, &traffic);
	for (size_t i = 0; i < options->packets; i++)
		traffic_next(&traffic, &packets[i]);
	difference = trial_patiently(bench, &model, packets, options->packets);
	if (difference.found) {
		printf("oracle: difference; again with --seed %llu --pairs %zu\n",
		       (unsigned long long)seed, options->packets);
		difference_report(options, bench, &model, packets, options->packets, difference);
	} else if (bench->engines &&
		   subject_differs(&bench->subject, &model, &rng, TABLE_QUESTIONS)) {
		printf("oracle: the tables differ with --seed %llu\n", (unsigned long long)seed);
		difference.found = true;
	}
	free(packets);
	return difference.found;
}

static bool random_run(const struct options *options, struct bench *bench, uint64_t *ret_policies)
{
	double begin_s = now_s();
	uint64_t pairs = 0;

	printf("oracle: seed %llu\n", (unsigned long long)options->seed);
	fflush(stdout);
	for (; pairs < options->pairs; pairs += options->packets, (*ret_policies)++)
		if (random_policy(options, bench, options->seed + *ret_policies))
			return true;
	if (options->verbose)
		bench_print(bench);
	printf("oracle: %llu packets under %llu policies: oracle", (unsigned long long)pairs,
	       (unsigned long long)*ret_policies);
	for (int i = 0; i < bench->engines; i++)
		printf(" == %s", bench->engine[i]->name);
	printf("; in %llu pass %llu drop, out %llu pass %llu drop; %.1f s\n",
	       (unsigned long long)bench->passed[0], (unsigned long long)bench->dropped[0],
	       (unsigned long long)bench->passed[1], (unsigned long long)bench->dropped[1],
	       now_s() - begin_s);
	return false;
}

/* ---- cases ---- */

static bool case_run(struct bench *bench, const char *folder)
{
	static struct model model;
	struct difference difference;
	struct packet *packets;
	char path[700];
	size_t count;

	snprintf(path, sizeof(path), "%s/packets.hex", folder);
	packets = packets_read(path, &count);
	snprintf(path, sizeof(path), "%s/zonegate.conf", folder);
	policy_read(path, &model);
	difference = trial_run(bench, &model, path, packets, count);
	if (difference.found) {
		printf("oracle: %s\n", folder);
		difference_print(&model, &packets[difference.packet], &difference);
	}
	free(packets);
	return difference.found;
}

static int is_case(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void cases_run(struct bench *bench, const char *folder, uint64_t *passed, uint64_t *failed)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_case, alphasort);
	char path[600];

	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		if (case_run(bench, path))
			(*failed)++;
		else
			(*passed)++;
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

/* ---- the command line ---- */

static void options_read(int argc, char **argv, struct options *ret_options)
{
	static const struct option known[] = {
		{"seed", required_argument, NULL, 's'},
		{"pairs", required_argument, NULL, 'p'},
		{"packets", required_argument, NULL, 'n'},
		{"failure", required_argument, NULL, 'f'},
		{"cases", required_argument, NULL, 'c'},
		{"replay", required_argument, NULL, 'r'},
		{"policy", required_argument, NULL, 'P'},
		{"capture", required_argument, NULL, 'w'},
		{"no-kernel", no_argument, NULL, 'K'},
		{"no-judge", no_argument, NULL, 'J'},
		{"verbose", no_argument, NULL, 'v'},
		{"nft", no_argument, NULL, 'N'},
		{"driver", required_argument, NULL, 'D'},

		{NULL, 0, NULL, 0},
	};
	struct options *o = ret_options;
	int option;

	*o = (struct options){.seed = (uint64_t)time(NULL) * 1000003u ^ (uint64_t)getpid(),
			      .packets = 400,
			      .failure = "oracle-failure"};
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 's':
			o->seed = strtoull(optarg, NULL, 0);
			break;
		case 'p':
			o->pairs = strtoull(optarg, NULL, 0);
			break;
		case 'n':
			o->packets = strtoull(optarg, NULL, 0);
			break;
		case 'f':
			o->failure = optarg;
			break;
		case 'c':
			o->cases = optarg;
			break;
		case 'r':
			o->replay = optarg;
			break;
		case 'P':
			o->policy = optarg;
			break;
		case 'w':
			o->capture = optarg;
			break;
		case 'K':
			o->no_kernel = true;
			break;
		case 'J':
			o->no_judge = true;
			break;
		case 'v':
			o->verbose = true;
			break;
		case 'D':
			o->driver = optarg;
			break;
		case 'N':
			o->nft = true;
			break;
		default:
			exit(2);
		}
	}
	if (!o->packets || ((o->replay || o->capture) && !o->policy))
		errx(2, "--packets wants a number, --replay and --capture want --policy");
}

static void engines_open(const struct options *options, struct bench *bench)
{
	snprintf(bench->folder, sizeof(bench->folder), "%s/zonegate-oracle.XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(bench->folder))
		err(3, "%s", bench->folder);
	if (!options->no_judge)
		bench->engine[bench->engines++] = engine_judge_open();
	if (!options->no_kernel)
		bench->engine[bench->engines++] = engine_kernel_open();
}

int main(int argc, char **argv)
{
	static struct bench bench;
	struct options options;
	uint64_t passed = 0, failed = 0;

	options_read(argc, argv, &options);
	if (options.capture) {
		replay_write(options.capture, options.policy, options.seed, options.packets);
		return 0;
	}
	engines_open(&options, &bench);
	if (options.cases)
		cases_run(&bench, options.cases, &passed, &failed);
	if (options.replay && replay_run(&bench, options.replay, options.policy, options.driver))
		failed++;
	else
		passed += options.replay != NULL;
	if (options.pairs)
		failed += random_run(&options, &bench, &passed);
	if (options.nft && against_nft(&bench, options.seed, NFT_POLICIES))
		failed++;
	else
		passed += options.nft;
	bench_close(&bench);
	remove_folder(bench.folder);
	printf("%llu passed, %llu failed\n", (unsigned long long)passed,
	       (unsigned long long)failed);
	return failed ? 1 : 0;
}
