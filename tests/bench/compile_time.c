// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * How long image_build() takes and how large its tables come out, by rules and prefixes. Prints a
 * table; --gate fails when a target of issue "line rate" is missed. Knows the resolved model only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "compile/image.h"

#define ROUNDS 3
#define LOCAL_ZONES 4
#define PREFIXES_OF_ZONE_MIN 16

static uint64_t random_state = 42;

static uint32_t random_u32(void)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(random_state >> 32);
}

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

/* Lengths as in the Internet's table: six of ten are /24, few are longer. */
static uint32_t prefix_length(bool hosts)
{
	static const uint8_t lengths[] = {24, 24, 24, 24, 24, 24, 23, 22, 22, 21, 20, 19, 18, 16};

	if (hosts)
		return 32;
	return lengths[random_u32() % sizeof(lengths)];
}

struct shape {
	const char *name;
	size_t rules, prefixes, zones;
	bool hosts, six;
};

static void zone_fill(struct resolved *policy, struct zone *zone, const struct shape *shape)
{
	struct address_set_builder builder = {0};
	size_t count = shape->prefixes / shape->zones;

	for (size_t i = 0; i < (count ? count : 1); i++) {
		uint32_t mask = UINT32_MAX << (32 - prefix_length(shape->hosts));
		uint32_t at = 0x01000000u + random_u32() % 0xde000000u;

		if (shape->six) {
			uint64_t high = 0x2000000000000000ull | (uint64_t)at << 28 |
					(random_u32() & 0xfff0000);

			address_set_builder_add6(&builder, (struct addr6){high & ~0xffffull, 0},
						 (struct addr6){high | 0xffff, UINT64_MAX});
		} else {
			address_set_builder_add4(&builder, at & mask, (at & mask) | ~mask);
		}
	}
	address_set_build(&builder, &policy->arena, &zone->addresses);
	address_set_builder_free(&builder);
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
	for (size_t z = 0; z < policy->zone_count; z++) {
		struct zone *zone = &policy->zones[z];

		if (z >= LOCAL_ZONES) {
			zone_fill(policy, zone, shape);
			continue;
		}
		zone->local = true;
		zone->addresses.v4 = arena_alloc(&policy->arena, 1, sizeof(*zone->addresses.v4));
		zone->addresses.count4 = 1;
		zone->addresses.v4[0].first = zone->addresses.v4[0].last =
			0xc0000210u + (uint32_t)z;
	}
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
			printf("%-10s %7zu %9zu  %s\n", shape->name, shape->rules, shape->prefixes,
			       diags.count ? diags.list[0].text : "no memory");
			diags_free(&diags);
			best = -1;
			break;
		}
		took = now_s() - start;
		if (best < 0 || took < best)
			best = took;
		if (round == ROUNDS - 1)
			printf("%-10s %7zu %9zu %8.1f ms %8.1f MiB  nodes %zu leaves %zu pairs %zu "
			       "comb %zu classes %zu\n",
			       shape->name, shape->rules, shape->prefixes, best * 1e3,
			       (double)image_size_bytes(&image) / 1048576.0, image.node_count,
			       image.leaf_count, image.pair_count, image.comb_count,
			       image.class_count);
		image_free(&image);
		diags_free(&diags);
	}
	arena_free(&policy.arena);
	return best;
}

int main(int argc, char **argv)
{
	static const size_t rules[] = {1, 1000, 10000};
	static const size_t prefixes[] = {16, 1000, 100000, 1000000};
	bool gate = argc > 1 && strcmp(argv[1], "--gate") == 0;
	struct rusage usage;
	double took, limit_bytes;
	int failed = 0;

	for (int p = 0; p < 4; p++) {
		for (int r = 0; r < 3; r++) {
			struct shape shape = {"v4", rules[r], prefixes[p], 0, false, false};

			shape.zones = prefixes[p] / PREFIXES_OF_ZONE_MIN;
			shape.zones = shape.zones > 1000 ? 1000 : shape.zones;
			shape.zones = shape.zones > rules[r] ? rules[r] : shape.zones;
			took = shape_measure(&shape);
			failed += took < 0;
			failed += rules[r] == 10000 && prefixes[p] == 100000 && took > 0.3;
			failed += rules[r] == 10000 && prefixes[p] == 1000000 && took > 0.8;
		}
	}
	shape_measure(&(struct shape){"v4 hosts", 10000, 1000000, 10, true, false});
	shape_measure(&(struct shape){"v4 hosts", 10000, 1000000, 1000, true, false});
	shape_measure(&(struct shape){"v6", 10000, 100000, 1000, false, true});
	getrusage(RUSAGE_SELF, &usage);
	limit_bytes = (double)(1 << 30);
	failed += (double)usage.ru_maxrss * 1024 > limit_bytes;
	printf("largest resident size: %ld MiB\n", usage.ru_maxrss / 1024);
	return gate && failed ? 1 : 0;
}
