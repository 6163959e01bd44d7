/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Policies of a size as text. The prefixes look like a routing table's (most are /24, some shorter,
 * some hosts), keep clear of each other's exact doubles and of addresses that cannot be sources.
 */
#include "generate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy_files.h"
#include "traffic.h"

#define PORT_FIRST 1024u
#define PORTS_DRAWN 5000u /* distinct ports over all rules */
#define PATH 512

/* An Edge host: its own address and those that failover moves to it. */
#define LOCAL4 "198.18.0.1 198.18.0.2 198.18.0.16"
#define LOCAL6 "2001:db8:1::1 2001:db8:1::2 2001:db8:1::10"

static const char *const shipped_tables[] = {"protocol", "tm-server", "server-transfer",
					     "protocol-outbound", "host"};
#define SHIPPED_TABLES (sizeof(shipped_tables) / sizeof(*shipped_tables))

struct prefix6 {
	uint64_t high, low;
	unsigned int bits;
};

static bool is_usable4(uint32_t address)
{
	uint32_t a = address >> 24;

	return a >= 1 && a < 224 && a != 10 && a != 100 && a != 127 && a != 169 && a != 172 &&
	       a != 192 && a != 198 && a != 203;
}

/* Prefix lengths in hundredths: what a list of partners and networks holds. */
static unsigned int draw_bits4(struct random *random)
{
	uint32_t part = random_below(random, 100);

	if (part < 8)
		return 16 + random_below(random, 4);
	if (part < 30)
		return 20 + random_below(random, 4);
	if (part < 80)
		return 24;
	return part < 88 ? 25 + random_below(random, 7) : 32;
}

/* Open addressing; 0 is no prefix here, since 0/8 is not usable. */
static bool set_insert(uint64_t *set, size_t mask, uint64_t key)
{
	size_t at = (size_t)(key * 0x9e3779b97f4a7c15ull >> 20) & mask;

	for (; set[at]; at = (at + 1) & mask)
		if (set[at] == key)
			return false;
	set[at] = key;
	return true;
}

struct prefix4 *prefixes4_draw(unsigned int count)
{
	struct random random = {.state = 0x5eed0004};
	struct prefix4 *prefixes = calloc(count, sizeof(*prefixes));
	size_t mask = 1;
	uint64_t *set;

	while (mask < 2 * (size_t)count + 2)
		mask *= 2;
	set = calloc(mask, sizeof(*set));
	mask--;
	for (unsigned int n = 0; prefixes && set && n < count;) {
		unsigned int bits = draw_bits4(&random);
		uint32_t address = (uint32_t)random_next(&random) & ~0u << (32 - bits);

		if (!is_usable4(address) || !set_insert(set, mask, (uint64_t)address << 8 | bits))
			continue;
		prefixes[n++] = (struct prefix4){address, (uint8_t)bits};
	}
	if (!set) {
		free(prefixes);
		prefixes = NULL;
	}
	free(set);
	return prefixes;
}

/* Allocations are /32, networks /48, links /64, hosts /128. Doubles are rare enough to be let be.
 */
static struct prefix6 draw_prefix6(struct random *random)
{
	static const unsigned int bits[8] = {32, 40, 48, 48, 48, 56, 64, 128};
	struct prefix6 prefix = {.bits = bits[random_below(random, 8)]};

	prefix.high = (random_next(random) & 0x03ffffffffffffffull) | 0x2400000000000000ull;
	if (prefix.bits < 64)
		prefix.high &= ~0ull << (64 - prefix.bits);
	if (prefix.bits == 128)
		prefix.low = random_next(random);
	return prefix;
}

static void write_prefix6(FILE *file, const struct prefix6 *prefix)
{
	for (int i = 0; i < 4; i++)
		fprintf(file, "%x:", (unsigned int)(prefix->high >> (48 - 16 * i) & 0xffff));
	for (int i = 0; i < 4; i++)
		fprintf(file, "%x%s", (unsigned int)(prefix->low >> (48 - 16 * i) & 0xffff),
			i < 3 ? ":" : "");
	fprintf(file, "/%u\n", prefix->bits);
}

static FILE *open_in(const char *folder, const char *name)
{
	char *path = NULL;
	FILE *file = asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : fopen(path, "w");

	free(path);
	return file;
}

/* Prefix n goes to zone n % zones, so that neighbours differ. */
static int write_lists(const struct policy_shape *shape, const char *folder)
{
	struct prefix4 *prefixes = prefixes4_draw(shape->prefixes4);
	int error = prefixes ? 0 : -ENOMEM;

	for (unsigned int zone = 0; zone < shape->zones && !error; zone++) {
		struct random random = {.state = 0x5eed0006 + zone};
		char name[64];
		FILE *list;

		snprintf(name, sizeof(name), "lists/zone%u.txt", zone);
		list = open_in(folder, name);
		if (!list) {
			error = -errno;
			break;
		}
		for (unsigned int n = zone; n < shape->prefixes4; n += shape->zones)
			fprintf(list, "%u.%u.%u.%u/%u\n", prefixes[n].address >> 24,
				prefixes[n].address >> 16 & 255, prefixes[n].address >> 8 & 255,
				prefixes[n].address & 255, prefixes[n].bits);
		for (unsigned int n = zone; n < shape->prefixes6; n += shape->zones) {
			struct prefix6 prefix = draw_prefix6(&random);

			write_prefix6(list, &prefix);
		}
		if (fclose(list))
			error = -errno;
	}
	free(prefixes);
	return error;
}

static int generate_sized(const struct policy_shape *shape, struct policy_files *files)
{
	fprintf(files->zones, "edge = " LOCAL4 " " LOCAL6 "\n");
	fprintf(files->locals, " edge");
	for (unsigned int zone = 0; zone < shape->zones; zone++)
		fprintf(files->zones, "zone%u = file:lists/zone%u.txt\n", zone, zone);
	/* Rule n permits port n of its zone: a stride that is prime to PORTS_DRAWN deals them out.
	 */
	for (unsigned int n = 0; n < shape->rules; n++)
		fprintf(files->rules, "r%u,zone%u,edge,TCP and UDP,%u,inbound,generated\n", n + 1,
			n % shape->zones,
			PORT_FIRST + (n / shape->zones * 7 + n % shape->zones * 13) % PORTS_DRAWN);
	return write_lists(shape, files->folder);
}

/* Every line allows the same origin range, so that traffic is the same whatever the file's length.
 */
static int write_lines(unsigned int lines, const char *folder)
{
	struct random random = {.state = 0x5eed0011};
	FILE *file = open_in(folder, "tcpoport.ini");

	if (!file)
		return -errno;
	for (unsigned int n = 1; n < lines; n++) {
		uint32_t address = (uint32_t)random_next(&random);
		uint32_t first = 1 + random_below(&random, 60000);

		if (n % 4)
			fprintf(file, "%u.%u.*.* %u-%u: %u-%u\n", address >> 24,
				address >> 16 & 255, first, first + 5000, TRAFFIC_ORIGIN_FIRST,
				TRAFFIC_ORIGIN_LAST);
		else
			fprintf(file, "%u.*.%u.* *: %u-%u\n", address >> 24, address >> 8 & 255,
				TRAFFIC_ORIGIN_FIRST, TRAFFIC_ORIGIN_LAST);
	}
	fprintf(file, "! 10.*.*.* *: %u-%u\n", TRAFFIC_ORIGIN_FIRST, TRAFFIC_ORIGIN_LAST);
	return fclose(file) ? -errno : 0;
}

static int make_folders(const struct policy_shape *shape, const char *folder, char *ret_path)
{
	static const char *const inner[] = {"", "/lists", "/tables"};

	mkdir(folder, 0755);
	for (size_t i = 0; i < sizeof(inner) / sizeof(*inner); i++) {
		snprintf(ret_path, PATH, "%s/%s%s", folder, shape->name, inner[i]);
		if (mkdir(ret_path, 0755) && errno != EEXIST)
			return -errno;
	}
	snprintf(ret_path, PATH, "%s/%s", folder, shape->name);
	return 0;
}

static int copy_file(const char *from, const char *to)
{
	char buffer[65536];
	FILE *in = fopen(from, "r"), *out = fopen(to, "w");
	int error = in && out ? 0 : -errno;
	size_t got;

	while (!error && (got = fread(buffer, 1, sizeof(buffer), in)))
		if (fwrite(buffer, 1, got, out) != got)
			error = -EIO;
	if (in)
		fclose(in);
	if (out && fclose(out) && !error)
		error = -errno;
	return error;
}

/*
 * The shipped tables on a host that holds the Edge's two addresses. Zones for the names that the
 * tables use; a site port for the two rows that the guide leaves open.
 */
static int generate_shipped(const char *configs, struct policy_files *files)
{
	char from[PATH], to[PATH];
	int error = 0;

	fprintf(files->zones, "internet = any !private !servers !edge-vip\n"
			      "edge = 198.18.0.1 2001:db8:1::1\n"
			      "edge-vip = @edge 198.18.0.2 2001:db8:1::2\n"
			      "servers = 10.20.1.10-10.20.1.19 fd00:20:1::10-fd00:20:1::19\n"
			      "trusted = 10.20.0.0/16 fd00:20::/32\n"
			      "mail = 10.20.2.25\n"
			      "snmp = 10.20.2.162\n"
			      "management = 10.20.9.0/28\n"
			      "monitoring = 10.20.9.16/28\n"
			      "dns = 10.20.0.53\n"
			      "ntp = 10.20.0.123\n"
			      "syslog = 10.20.0.51\n");
	fprintf(files->locals, " edge edge-vip");
	for (size_t i = 0; i < SHIPPED_TABLES && !error; i++) {
		snprintf(from, sizeof(from), "%s/tables/%s.csv", configs, shipped_tables[i]);
		snprintf(to, sizeof(to), "%s/tables/%s.csv", files->folder, shipped_tables[i]);
		error = copy_file(from, to);
	}
	return error;
}

static void write_config(const struct policy_shape *shape, const char *zones, const char *locals,
			 FILE *config)
{
	fprintf(config, "[host]\nzones =%s\ninterfaces = lo\n\n", locals);
	fprintf(config, "[zones]\n%s\n[components]\nzones =%s%s\n\n[rules]\ntables =", zones,
		locals, shape->kind == SHAPE_SHIPPED ? " servers" : "");
	if (shape->kind == SHAPE_SHIPPED)
		for (size_t i = 0; i < SHIPPED_TABLES; i++)
			fprintf(config, " tables/%s.csv", shipped_tables[i]);
	else
		fprintf(config, " tables/generated.csv");
	fprintf(config, "\n");
	if (shape->kind == SHAPE_SHIPPED)
		fprintf(config, "[rule 3]\nports = 50000-50100\n[rule 32]\nports = 50200-50300\n"
				"[rule 38]\nports = 10080\n[rule 39]\nports = 17617\n"
				"[rule host-dhcp-request]\nenabled = no\n"
				"[rule host-dhcp-reply]\nenabled = no\n");
	if (shape->lines)
		fprintf(config, "[origin-ports]\nfile = tcpoport.ini\nmode = enforce\n");
}

int policy_generate(const struct policy_shape *shape, const char *configs, const char *folder)
{
	char path[PATH], *zones = NULL, *locals = NULL;
	size_t zones_bytes, locals_bytes;
	struct policy_files files = {.folder = path};
	FILE *config = NULL;
	int error = make_folders(shape, folder, path);

	if (error)
		return error;
	files.zones = open_memstream(&zones, &zones_bytes);
	files.locals = open_memstream(&locals, &locals_bytes);
	files.rules = open_in(path, "tables/generated.csv");
	config = open_in(path, "zonegate.conf");
	if (!files.zones || !files.locals || !files.rules || !config) {
		error = -errno;
		goto close;
	}
	fprintf(files.rules, "rule,source,destination,protocol,ports,direction,purpose\n");
	if (shape->kind == SHAPE_SHIPPED)
		error = generate_shipped(configs, &files);
	else if (shape->kind == SHAPE_SIZED)
		error = generate_sized(shape, &files);
	else
		error = generate_classbench(shape, &files);
	if (!error && shape->lines)
		error = write_lines(shape->lines, path);
close:
	if (files.zones)
		fclose(files.zones);
	if (files.locals)
		fclose(files.locals);
	if (!error)
		write_config(shape, zones, locals, config);
	if (files.rules && fclose(files.rules) && !error)
		error = -errno;
	if (config && fclose(config) && !error)
		error = -errno;
	free(zones);
	free(locals);
	return error;
}
