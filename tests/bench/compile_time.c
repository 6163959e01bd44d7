// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * How long image_build() takes and how large its tables come out, by rules and prefixes; then the
 * same from text, each policy in a process of its own. Prints tables; --gate fails when a target of
 * issue "line rate" is missed. No BPF, no root.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "compile/image.h"
#include "generate.h"
#include "resolve/load.h"

#define ROUNDS 3
#define LOCAL_ZONES 4

static uint64_t random_state = 42;

static uint32_t random_u32(void)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(random_state >> 32);
}

static double clock_s(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static double now_s(void)
{
	return clock_s(CLOCK_PROCESS_CPUTIME_ID); /* the machine may be busy */
}

enum kind {
	BLOCKS, /* a /16 belongs to one zone: zones do not overlap, as countries or providers */
	MIXED,	/* any prefix may be in any zone: zones nest in each other in all ways */
	HOSTS,	/* single addresses all over the space */
	SIX,
};

struct shape {
	const char *name;
	enum kind kind;
	size_t rules, prefixes, zones;
	double limit_s; /* with --gate; 0: none */
};

/* Lengths as in the Internet's table: six of ten are /24, few are longer. */
static uint32_t prefix_length(enum kind kind)
{
	/* Of a thousand: how many have up to so many bits. */
	static const struct {
		uint16_t below;
		uint8_t bits;
	} shares[] = {{2, 14},	 {15, 16},  {25, 17},  {40, 18},  {70, 19},
		      {120, 20}, {180, 21}, {290, 22}, {390, 23}, {1000, 24}};
	uint32_t draw = random_u32() % 1000;

	if (kind == HOSTS)
		return 32;
	for (size_t i = 0;; i++) {
		if (draw < shares[i].below)
			return shares[i].bits;
	}
}

static int prefix_add(struct address_set_builder *builders, const struct shape *shape, size_t i)
{
	uint32_t mask = UINT32_MAX << (32 - prefix_length(shape->kind));
	uint32_t at = 0x01000000u + random_u32() % 0xde000000u;
	struct address_set_builder *builder = &builders[i % shape->zones];

	if (shape->kind == SIX) {
		uint64_t high =
			0x2000000000000000ull | (uint64_t)at << 28 | (random_u32() & 0xfff0000);

		return address_set_builder_add6(builder, (struct addr6){high & ~0xffffull, 0},
						(struct addr6){high | 0xffff, UINT64_MAX});
	}
	if (shape->kind == BLOCKS)
		builder = &builders[(at >> 16) * 40503u % 65536 % shape->zones];
	return address_set_builder_add4(builder, at & mask, (at & mask) | ~mask);
}

static void zones_fill(struct resolved *policy, const struct shape *shape)
{
	struct address_set_builder *builders = calloc(shape->zones, sizeof(*builders));

	for (size_t i = 0; i < shape->prefixes; i++) {
		if (!builders || prefix_add(builders, shape, i) < 0)
			abort();
	}
	for (size_t z = 0; z < shape->zones; z++) {
		if (address_set_build(&builders[z], &policy->arena,
				      &policy->zones[LOCAL_ZONES + z].addresses) < 0)
			abort();
		address_set_builder_free(&builders[z]);
	}
	free(builders);
}

static void rule_fill(struct resolved *policy, struct rule *rule, size_t i,
		      const struct shape *shape)
{
	static const uint16_t services[] = {21,	  22,	25,    53,    80,    443,   444,   990,
					    1080, 8080, 10080, 10443, 17617, 20021, 20080, 20444};
	uint16_t port = services[random_u32() % 16];

	*rule = (struct rule){.table = "bench", .kind = PROTOCOL_IP, .proto = 6};
	rule->name = arena_printf(&policy->arena, "%zu", i);
	rule->accept_remote = rule->open_remote = (int)(LOCAL_ZONES + i % shape->zones);
	rule->accept_local = rule->open_local = (int)(random_u32() % LOCAL_ZONES);
	rule->role = i % 5 ? ROLE_ACCEPT : ROLE_OPEN;
	rule->ports = arena_alloc(&policy->arena, 1, sizeof(*rule->ports));
	rule->port_ranges = 1;
	rule->ports[0] = (struct port_range){port, port};
	if (i % 11 == 0) /* a passive range of its own */
		rule->ports[0] = (struct port_range){(uint16_t)(50000 + random_u32() % 100 * 100),
						     (uint16_t)(60000 + random_u32() % 50 * 100)};
	rule->port_count = (uint32_t)rule->ports[0].last - rule->ports[0].first + 1;
}

static void policy_make(const struct shape *shape, struct resolved *policy)
{
	*policy = (struct resolved){.config_path = "bench"};
	policy->settings.memory_max_bytes = 256 << 20;
	policy->zone_count = LOCAL_ZONES + shape->zones;
	policy->zones = arena_alloc(&policy->arena, policy->zone_count, sizeof(*policy->zones));
	policy->rules = arena_alloc(&policy->arena, shape->rules, sizeof(*policy->rules));
	policy->rule_count = shape->rules;
	for (size_t z = 0; z < LOCAL_ZONES; z++) {
		struct zone *zone = &policy->zones[z];

		zone->local = true;
		zone->addresses.v4 = arena_alloc(&policy->arena, 1, sizeof(*zone->addresses.v4));
		zone->addresses.count4 = 1;
		zone->addresses.v4[0].first = zone->addresses.v4[0].last =
			0xc0000210u + (uint32_t)z;
	}
	zones_fill(policy, shape);
	for (size_t i = 0; i < shape->rules; i++)
		rule_fill(policy, &policy->rules[i], i, shape);
}

/* Seconds of the best round, or a negative number. */
static double shape_measure(const struct shape *shape)
{
	struct resolved policy;
	double best = -1;

	policy_make(shape, &policy);
	for (int round = 0; round < ROUNDS; round++) {
		struct diags diags = {0};
		struct image image;
		double start = now_s(), took;

		if (image_build(&policy, &diags, &image) < 0) {
			printf("%-8s %7zu %9zu %6zu  %s\n", shape->name, shape->rules,
			       shape->prefixes, shape->zones,
			       diags.count ? diags.list[0].text : "no memory");
			diags_free(&diags);
			best = -1;
			break;
		}
		took = now_s() - start;
		if (best < 0 || took < best)
			best = took;
		if (round == ROUNDS - 1)
			printf("%-8s %7zu %9zu %6zu %8.1f ms %8.1f MiB  nodes %zu leaves %zu pairs "
			       "%zu "
			       "comb %zu classes %zu\n",
			       shape->name, shape->rules, shape->prefixes, shape->zones, best * 1e3,
			       (double)image_size_bytes(&image) / 1048576.0, image.node_count,
			       image.leaf_count, image.pair_count, image.comb_count,
			       image.class_count);
		image_free(&image);
		diags_free(&diags);
	}
	arena_free(&policy.arena);
	return best;
}

static const struct shape shapes[] = {
	{"blocks", BLOCKS, 1, 16, 1, 0},
	{"blocks", BLOCKS, 1, 1000, 1, 0},
	{"blocks", BLOCKS, 1, 100000, 1, 0},
	{"blocks", BLOCKS, 1, 1000000, 1, 0.5},
	{"blocks", BLOCKS, 1000, 1000, 16, 0},
	{"blocks", BLOCKS, 10000, 16, 16, 0},
	{"blocks", BLOCKS, 10000, 1000, 16, 0},
	{"blocks", BLOCKS, 10000, 100000, 16, 0.3},
	{"blocks", BLOCKS, 10000, 100000, 1000, 0.3},
	{"blocks", BLOCKS, 10000, 1000000, 16, 0.8},
	{"blocks", BLOCKS, 10000, 1000000, 1000, 0.8},
	{"mixed", MIXED, 40, 1000000, 4, 0.8},
	{"mixed", MIXED, 10000, 100000, 16, 0.3},
	{"mixed", MIXED, 10000, 1000000, 16, 0},
	{"mixed", MIXED, 10000, 100000, 1000, 0},
	{"hosts", HOSTS, 10000, 1000000, 10, 0.8},
	{"hosts", HOSTS, 10000, 1000000, 1000, 0},
	{"six", SIX, 10000, 100000, 1000, 0.3},
};

/* ---- from text ---- */

struct text_case {
	struct policy_shape shape;
	double limit_s;	   /* CPU time of text to tables, or to the error; 0: none */
	size_t memory_mib; /* in place of what the text says; 0: what it says */
	char part; /* only rules from anywhere (r), else to anywhere (l), else (c); 0: all */
};

static const struct text_case texts[] = {
	{{"shipped", "", SHAPE_SHIPPED, 0, 0, 0, 0, 3, 0}, 0, 0, 0},
	{{"rules-10000", "", SHAPE_SIZED, 10000, 16, 16, 16, 0, 0}, 0.3, 0, 0},
	{{"medium", "", SHAPE_SIZED, 10000, 16, 100000, 0, 0, 0}, 0.3, 0, 0},
	{{"large", "", SHAPE_SIZED, 10000, 16, 1000000, 0, 0, 0}, 1.5, 0, 0},
	{{"acl-1000", "", SHAPE_ACL, 1000, 0, 0, 0, 0, 0}, 0, 0, 0},
	{{"fw-1000", "", SHAPE_FW, 1000, 0, 0, 0, 0, 0}, 0, 0, 0},
	{{"ipc-1000", "", SHAPE_IPC, 1000, 0, 0, 0, 0, 0}, 0, 0, 0},
	{{"acl-5000", "", SHAPE_ACL, 5000, 0, 0, 0, 0, 0}, 2, 0, 0},
	{{"acl-10000", "", SHAPE_ACL, 10000, 0, 0, 0, 0, 0}, 2, 0, 0},
	{{"acl-10000", "", SHAPE_ACL, 10000, 0, 0, 0, 0, 0}, 5, 2048, 0},
	{{"fw-10000", "", SHAPE_FW, 10000, 0, 0, 0, 0, 0}, 2, 0, 0},
	{{"fw-10000", "", SHAPE_FW, 10000, 0, 0, 0, 0, 0}, 5, 2048, 0},
	{{"ipc-10000", "", SHAPE_IPC, 10000, 0, 0, 0, 0, 0}, 2, 0, 0},
	{{"ipc-10000", "", SHAPE_IPC, 10000, 0, 0, 0, 0, 0}, 5, 1024, 0},
	/* What cross tables would take in three parts: docs/design.md. */
	{{"acl-10000", "", SHAPE_ACL, 10000, 0, 0, 0, 0, 0}, 0, 0, 'r'},
	{{"acl-10000", "", SHAPE_ACL, 10000, 0, 0, 0, 0, 0}, 0, 0, 'l'},
	{{"acl-10000", "", SHAPE_ACL, 10000, 0, 0, 0, 0, 0}, 0, 0, 'c'},
	{{"fw-10000", "", SHAPE_FW, 10000, 0, 0, 0, 0, 0}, 0, 0, 'r'},
	{{"fw-10000", "", SHAPE_FW, 10000, 0, 0, 0, 0, 0}, 0, 0, 'l'},
	{{"fw-10000", "", SHAPE_FW, 10000, 0, 0, 0, 0, 0}, 0, 0, 'c'},
	{{"ipc-10000", "", SHAPE_IPC, 10000, 0, 0, 0, 0, 0}, 0, 0, 'r'},
	{{"ipc-10000", "", SHAPE_IPC, 10000, 0, 0, 0, 0, 0}, 0, 0, 'l'},
	{{"ipc-10000", "", SHAPE_IPC, 10000, 0, 0, 0, 0, 0}, 0, 0, 'c'},
};

struct clocks {
	double wall, cpu;
};

static struct clocks clocks_now(void)
{
	return (struct clocks){clock_s(CLOCK_MONOTONIC), now_s()};
}

static void text_print(const struct text_case *text, const struct clocks at[3],
		       const struct image *image, const struct diags *diags)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("%-11s%c %8.0f %8.0f %8.0f %8.0f %9.0f %9.1f %6ld %5zu ", text->shape.name,
	       text->part	  ? text->part
	       : text->memory_mib ? '*'
				  : ' ',
	       (at[1].wall - at[0].wall) * 1e3, (at[1].cpu - at[0].cpu) * 1e3,
	       (at[2].wall - at[1].wall) * 1e3, (at[2].cpu - at[1].cpu) * 1e3,
	       (at[2].cpu - at[0].cpu) * 1e3,
	       image ? (double)image_size_bytes(image) / 1048576.0 : 0.0, usage.ru_maxrss / 1024,
	       diags->warnings);
	if (image)
		printf(" nodes %zu leaves %zu pairs %zu comb %zu classes %zu\n", image->node_count,
		       image->leaf_count, image->pair_count, image->comb_count, image->class_count);
	for (size_t i = 0; !image && i < diags->count; i++) {
		if (diags->list[i].severity == DIAG_ERROR)
			printf(" refused: %s\n", diags->list[i].text);
	}
}

static bool is_everything(const struct resolved *policy, int zone)
{
	const struct address_set *set = &policy->zones[zone].addresses;

	return set->count4 == 1 && set->v4[0].first == 0 && set->v4[0].last == UINT32_MAX;
}

/* Leaves the rules of the part alone in force; generated sets have accept rules only. */
static void part_take(struct resolved *policy, char part)
{
	for (size_t i = 0; part && i < policy->rule_count; i++) {
		struct rule *rule = &policy->rules[i];
		char its = is_everything(policy, rule->accept_remote)  ? 'r'
			   : is_everything(policy, rule->accept_local) ? 'l'
								       : 'c';

		if (its != part)
			rule->role = ROLE_NOT_HERE;
	}
}

/* In a child: reads and compiles the text that is there. 1: over the limit. */
static int text_measure(const struct text_case *text, const char *folder)
{
	const struct load_options options = {.no_dns = true, .no_host = true};
	struct diags diags = {0};
	struct resolved policy;
	struct image image;
	struct clocks at[3];
	char path[512];
	bool built;

	snprintf(path, sizeof(path), "%s/%s/zonegate.conf", folder, text->shape.name);
	at[0] = clocks_now();
	if (policy_load(path, &options, &diags, &policy) < 0) {
		printf("%-12s does not load\n", text->shape.name);
		return 1;
	}
	if (text->memory_mib)
		policy.settings.memory_max_bytes = text->memory_mib << 20;
	part_take(&policy, text->part);
	at[1] = clocks_now();
	built = image_build(&policy, &diags, &image) == 0;
	at[2] = clocks_now();
	text_print(text, at, built ? &image : NULL, &diags);
	if (text->limit_s <= 0 || at[2].cpu - at[0].cpu <= text->limit_s)
		return 0;
	printf("^^^ over the limit of %.1f s\n", text->limit_s);
	return 1;
}

static int texts_measure(const char *folder, const char *only)
{
	int failed = 0;

	printf("\nfrom text    %8s %8s %8s %8s %9s %9s %6s %5s\n", "read ms", "CPU", "build ms",
	       "CPU", "CPU both", "half MiB", "peak", "warn");
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		int status = 1;
		pid_t child;

		if (only && strcmp(only, texts[i].shape.name) != 0)
			continue;
		if (policy_generate(&texts[i].shape, "configs", folder)) {
			printf("%-12s cannot be written to %s\n", texts[i].shape.name, folder);
			return failed + 1;
		}
		fflush(stdout);
		child = fork();
		if (child == 0) {
			status = text_measure(&texts[i], folder);
			fflush(stdout);
			_exit(status);
		}
		failed += child < 0 || waitpid(child, &status, 0) < 0 || status != 0;
	}
	printf("*: with another limit of memory than the text's; r, l, c: rules from anywhere, "
	       "of the others those to anywhere, the rest\n");
	return failed;
}

/* compile_time FOLDER [--gate]: texts go to FOLDER. compile_time FOLDER NAME: that text alone. */
int main(int argc, char **argv)
{
	bool gate = argc > 2 && strcmp(argv[2], "--gate") == 0;
	const char *folder = argc > 1 ? argv[1] : NULL;
	struct rusage usage;
	int failed = 0;

	if (!folder) {
		fprintf(stderr, "usage: compile_time FOLDER [--gate | NAME]\n");
		return 2;
	}
	if (argc > 2 && !gate)
		return texts_measure(folder, argv[2]) ? 1 : 0;
	printf("%-8s %7s %9s %6s %11s %12s\n", "shape", "rules", "prefixes", "zones", "CPU time",
	       "one half");
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		double took = shape_measure(&shapes[i]);

		if (shapes[i].limit_s > 0 && (took < 0 || took > shapes[i].limit_s)) {
			printf("^^^ over the limit of %.1f s\n", shapes[i].limit_s);
			failed++;
		}
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("largest resident size: %ld MiB (limit 1024)\n", usage.ru_maxrss / 1024);
	failed += usage.ru_maxrss > 1024 * 1024;
	failed += texts_measure(folder, NULL);
	return gate && failed ? 1 : 0;
}
