/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Rule sets with the make-up that ClassBench (Taylor and Turner, 2005) describes for access lists,
 * firewalls and IP chains: how specific addresses and ports are, how prefixes nest. Our own
 * generator with shares of our own, not its seeds. Each distinct prefix is a zone.
 */
#include <errno.h>
#include <stdlib.h>

#include "generate.h"
#include "policy_files.h"
#include "traffic.h"

/* Percent; each row adds up to 100. */
struct address_mix {
	unsigned int any, shorter, medium, longer, host; /* 0; 8-16; 17-24; 25-31; 32 bits */
};
struct make_up {
	struct address_mix source, destination;
	unsigned int port_exact, port_high, port_range, port_any;
	unsigned int tcp, udp, both;
};

static const struct make_up make_ups[] = {
	[SHAPE_ACL] = {{10, 5, 45, 20, 20}, {1, 2, 20, 28, 49}, 75, 5, 10, 10, 85, 10, 5},
	[SHAPE_FW] = {{40, 5, 20, 10, 25}, {30, 0, 25, 10, 35}, 40, 20, 10, 30, 65, 30, 5},
	[SHAPE_IPC] = {{10, 0, 35, 20, 35}, {10, 0, 30, 20, 40}, 45, 15, 10, 30, 60, 25, 15},
};

#define NETWORKS 64	/* /16 in which a pool's prefixes nest */
#define EXACT_PORTS 150 /* services of a large site */

/* So many distinct prefixes serve a set of rules: shared, as names of objects are. */
static unsigned int pool_size(unsigned int rules, unsigned int part)
{
	return rules / part + 16;
}

static struct prefix4 draw_prefix(const struct address_mix *mix, const uint32_t *networks,
				  struct random *random)
{
	uint32_t part = random_below(random, 100);
	uint32_t address =
		networks[random_below(random, NETWORKS)] | (uint32_t)(random_next(random) & 0xffff);
	unsigned int bits = 32;

	if (part < mix->any)
		return (struct prefix4){0, 0};
	part -= mix->any;
	if (part < mix->shorter)
		bits = 8 + random_below(random, 9);
	else if (part < mix->shorter + mix->medium)
		bits = 17 + random_below(random, 8);
	else if (part < mix->shorter + mix->medium + mix->longer)
		bits = 25 + random_below(random, 7);
	return (struct prefix4){address & ~0u << (32 - bits), (uint8_t)bits};
}

static void write_pool(const char *name, const struct address_mix *mix, unsigned int count,
		       const uint32_t *networks, struct random *random, struct policy_files *files)
{
	fprintf(files->zones, "%sany = any\n", name);
	for (unsigned int i = 0; i < count; i++) {
		struct prefix4 prefix = draw_prefix(mix, networks, random);

		while (!prefix.bits)
			prefix = draw_prefix(mix, networks, random);
		fprintf(files->zones, "%s%u = %u.%u.%u.%u/%u\n", name, i, prefix.address >> 24,
			prefix.address >> 16 & 255, prefix.address >> 8 & 255, prefix.address & 255,
			prefix.bits);
	}
}

static void write_side(const char *name, unsigned int any, unsigned int count,
		       struct random *random, FILE *file)
{
	if (random_below(random, 100) < any)
		fprintf(file, ",%sany", name);
	else
		fprintf(file, ",%s%u", name, random_below(random, count));
}

static void write_ports(const struct make_up *make_up, struct random *random, FILE *file)
{
	uint32_t part = random_below(random, 100);

	if (part < make_up->port_exact) {
		/* The first services are the common ones: the lesser of two draws. */
		uint32_t a = random_below(random, EXACT_PORTS),
			 b = random_below(random, EXACT_PORTS);

		fprintf(file, ",%u", 20 + (a < b ? a : b) * 67);
	} else if (part < make_up->port_exact + make_up->port_high) {
		fprintf(file, ",1024-65535");
	} else if (part < make_up->port_exact + make_up->port_high + make_up->port_range) {
		uint32_t first = 1024 + 500 * random_below(random, 100);

		fprintf(file, ",%u-%u", first, first + 100 * (1 + random_below(random, 5)));
	} else {
		fprintf(file, ",1-65535");
	}
}

int generate_classbench(const struct policy_shape *shape, struct policy_files *files)
{
	const struct make_up *make_up = &make_ups[shape->kind];
	struct random random = {.state = 0x5eedc1a5 + (uint64_t)shape->kind};
	unsigned int sources = pool_size(shape->rules, 3);
	unsigned int destinations = pool_size(shape->rules, 5);
	uint32_t networks[NETWORKS];

	for (int i = 0; i < NETWORKS; i++) /* 11-74 by 8 bits: addresses that can be sources */
		networks[i] = (11 + (uint32_t)i) << 24 | random_below(&random, 256) << 16;
	write_pool("s", &make_up->source, sources, networks, &random, files);
	write_pool("d", &make_up->destination, destinations, networks, &random, files);
	fprintf(files->locals, " dany");
	for (unsigned int i = 0; i < destinations; i++)
		fprintf(files->locals, " d%u", i);
	for (unsigned int n = 0; n < shape->rules; n++) {
		uint32_t part = random_below(&random, 100);

		fprintf(files->rules, "c%u", n + 1);
		write_side("s", make_up->source.any, sources, &random, files->rules);
		write_side("d", make_up->destination.any, destinations, &random, files->rules);
		fprintf(files->rules, ",%s",
			part < make_up->tcp		     ? "TCP"
			: part < make_up->tcp + make_up->udp ? "UDP"
							     : "TCP and UDP");
		write_ports(make_up, &random, files->rules);
		fprintf(files->rules, ",inbound,generated\n");
	}
	return ferror(files->rules) || ferror(files->zones) ? -EIO : 0;
}
