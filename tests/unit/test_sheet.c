// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The partner sheet on policies built by hand, and the cut along tcpoport lines against a naive
 * search for the first matching line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "observe/address_text.h"
#include "observe/origin_parts.h"
#include "observe/sheet.h"
#include "util/cleanup.h"

#define TCP 6
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- a small Edge host ---- */

enum { INTERNET, EDGE, SERVERS, TRUSTED, PARTNER, ZONES };

static struct range4 internet4[] = {{0, 0x09ffffff},
				    {0x0b000000, 0xac0fffff},
				    {0xac200000, 0xc0a7ffff},
				    {0xc0a90000, 0xffffffff}};
static struct range6 internet6[] = {{{0, 0}, {0xfbffffffffffffff, UINT64_MAX}},
				    {{0xfe00000000000000, 0}, {UINT64_MAX, UINT64_MAX}}};
static struct range4 edge4[] = {{0xc000020a, 0xc000020a}};
static struct range6 edge6[] = {{{0x20010db800000000, 0x10}, {0x20010db800000000, 0x10}}};
static struct range4 servers4[] = {{0x0a14010a, 0x0a140113}};
static struct range4 trusted4[] = {{0x0a140000, 0x0a14ffff}};
static struct range4 partner4[] = {{0xcb007100, 0xcb00710f}};

static struct port_range port21[] = {{21, 21}}, port22[] = {{22, 22}},
			 port20021[] = {{20021, 20021}};
static struct port_range high[] = {{1024, 65535}};

static struct zone zones[ZONES] = {
	[INTERNET] = {.name = "internet", .addresses = {internet4, 4, internet6, 2}},
	[EDGE] = {.name = "edge", .addresses = {edge4, 1, edge6, 1}, .local = true},
	[SERVERS] = {.name = "servers", .addresses = {servers4, 1, NULL, 0}},
	[TRUSTED] = {.name = "trusted", .addresses = {trusted4, 1, NULL, 0}},
	[PARTNER] = {.name = "partner", .addresses = {partner4, 1, NULL, 0}},
};

static struct rule rule_make(const char *name, enum role role, int source, int destination,
			     struct port_range *ports)
{
	bool outbound_here = role == ROLE_OPEN;
	int local = source == EDGE ? source : destination;
	int remote = source == EDGE ? destination : source;

	return (struct rule){
		.name = name,
		.table = "protocol",
		.role = role,
		.source = source,
		.destination = destination,
		.accept_remote = outbound_here ? -1 : remote,
		.accept_local = outbound_here ? -1 : local,
		.open_remote = outbound_here ? remote : -1,
		.open_local = outbound_here ? local : -1,
		.kind = PROTOCOL_IP,
		.proto = TCP,
		.direction_label = outbound_here ? "outbound" : "inbound",
		.purpose = "",
		.ports = ports,
		.port_ranges = ports ? 1 : 0,
	};
}

static struct sheet sheet_of(struct rule *rules, size_t rule_count, struct origin_line *lines,
			     size_t line_count, struct arena *arena)
{
	struct resolved policy = {
		.zones = zones,
		.zone_count = ZONES,
		.rules = rules,
		.rule_count = rule_count,
		.lines = lines,
		.line_count = line_count,
		.settings = {.origin_mode = ORIGIN_ENFORCE, .management_zone = -1}};
	struct sheet sheet = {0};

	assert_int_equal(sheet_build(&policy, arena, &sheet), 0);
	return sheet;
}

static struct origin_line pattern_line(bool negated, int a, int b, int c, int d,
				       struct port_range ports, struct port_range origin)
{
	return (struct origin_line){.kind = ORIGIN_PATTERN,
				    .negated = negated,
				    .octet = {a, b, c, d},
				    .ports = ports,
				    .any_port = ports.first == 0 && ports.last == 65535,
				    .origin = origin};
}

static const struct port_range every = {0, 65535};

static void inbound_is_from_any_port_on_its_side(void **state)
{
	struct rule rules[] = {rule_make("6", ROLE_ACCEPT, INTERNET, EDGE, port22),
			       rule_make("22", ROLE_ACCEPT, SERVERS, EDGE, port20021)};
	struct arena arena CLEANUP(arena_free) = {0};
	struct sheet sheet = sheet_of(rules, COUNT(rules), NULL, 0, &arena);

	assert_int_equal(sheet.count, 2);
	assert_int_equal(sheet.rows[0].sides, SHEET_FRONT);
	assert_false(sheet.rows[0].outbound);
	assert_ptr_equal(sheet.rows[0].source, &zones[INTERNET]);
	assert_int_equal(sheet.rows[0].source_port_ranges, 0);
	assert_int_equal(sheet.rows[0].destination_ports[0].first, 22);
	assert_string_equal(sheet.rows[0].protocol, "tcp");
	assert_int_equal(sheet.rows[0].source_addresses.count6, 2);
	assert_int_equal(sheet.rows[1].sides, SHEET_BEHIND);
	/* The Servers have no IPv6 address: the Edge's is not in the row either. */
	assert_int_equal(sheet.rows[1].destination_addresses.count6, 0);
	(void)state;
}

static void rows_of_other_hosts_are_left_out(void **state)
{
	struct rule rules[] = {rule_make("15", ROLE_NOT_HERE, SERVERS, TRUSTED, port22),
			       rule_make("4", ROLE_DISABLED, INTERNET, EDGE, port22)};
	struct arena arena CLEANUP(arena_free) = {0};

	assert_int_equal(sheet_of(rules, COUNT(rules), NULL, 0, &arena).count, 0);
	(void)state;
}

/* The guide's two lines: into the local network one range, out of it another. */
static void outbound_is_from_the_lines_ports(void **state)
{
	struct rule rules[] = {rule_make("37", ROLE_OPEN, EDGE, INTERNET, port22),
			       rule_make("98", ROLE_OPEN, EDGE, TRUSTED, port22)};
	struct origin_line lines[] = {
		pattern_line(true, 10, -1, -1, -1, every, (struct port_range){42000, 43000}),
		pattern_line(false, 10, -1, -1, -1, every, (struct port_range){64000, 64100})};
	struct arena arena CLEANUP(arena_free) = {0};
	struct sheet sheet = sheet_of(rules, COUNT(rules), lines, COUNT(lines), &arena);

	assert_int_equal(sheet.count, 2);
	assert_true(sheet.rows[0].outbound);
	assert_ptr_equal(sheet.rows[0].line, &lines[0]);
	assert_int_equal(sheet.rows[0].source_ports[0].first, 42000);
	assert_int_equal(sheet.rows[0].sides, SHEET_FRONT);
	/* "!" with an IPv4 pattern matches every IPv6 destination. */
	assert_int_equal(sheet.rows[0].destination_addresses.count6, 2);
	assert_ptr_equal(sheet.rows[1].line, &lines[1]);
	assert_int_equal(sheet.rows[1].source_ports[0].last, 64100);
	assert_int_equal(sheet.rows[1].sides, SHEET_BEHIND);
	(void)state;
}

/* One partner has a line of his own; the rest of the zone has none: any source port. */
static void a_line_narrows_the_destination(void **state)
{
	struct rule rules[] = {rule_make("37", ROLE_OPEN, EDGE, PARTNER, port22)};
	struct origin_line lines[] = {
		pattern_line(false, 203, 0, 113, 7, (struct port_range){22, 22},
			     (struct port_range){65001, 65001}),
		pattern_line(false, 203, 0, 113, 7, every, (struct port_range){50000, 50001})};
	struct arena arena CLEANUP(arena_free) = {0};
	struct sheet sheet = sheet_of(rules, 1, lines, COUNT(lines), &arena);

	assert_int_equal(sheet.count, 2); /* line 2 is hidden by line 1 on port 22 */
	assert_ptr_equal(sheet.rows[0].line, &lines[0]);
	assert_int_equal(sheet.rows[0].destination_addresses.v4[0].first, 0xcb007107);
	assert_int_equal(sheet.rows[0].destination_addresses.v4[0].last, 0xcb007107);
	assert_null(sheet.rows[1].line);
	assert_int_equal(sheet.rows[1].source_port_ranges, 0);
	assert_string_equal(address_set_text(&sheet.rows[1].destination_addresses, 0, &arena),
			    "203.0.113.0-203.0.113.6, 203.0.113.8/29");
	(void)state;
}

/* It still hides the lines behind it, and is one row with what no line matches. */
static void org_port_0_is_any_port(void **state)
{
	struct rule rules[] = {rule_make("37", ROLE_OPEN, EDGE, PARTNER, port22)};
	struct origin_line lines[] = {
		pattern_line(false, 203, 0, 113, 7, every, (struct port_range){0, 0}),
		pattern_line(false, 203, 0, 113, 7, every, (struct port_range){50000, 50001})};
	struct arena arena CLEANUP(arena_free) = {0};
	struct sheet sheet = sheet_of(rules, 1, lines, COUNT(lines), &arena);

	assert_int_equal(sheet.count, 1);
	assert_null(sheet.rows[0].line);
	assert_int_equal(sheet.rows[0].source_port_ranges, 0);
	assert_int_equal(sheet.rows[0].destination_addresses.count4, 1);
	assert_int_equal(sheet.rows[0].destination_addresses.v4[0].last, 0xcb00710f);
	(void)state;
}

/* Row 2 leaves from L-1; row 33, where this host is the client, from the lines' ports. */
static void ftp_data_leaves_from_the_port_below(void **state)
{
	struct rule rules[] = {rule_make("1", ROLE_ACCEPT, INTERNET, EDGE, port21),
			       rule_make("2", ROLE_OPEN, INTERNET, EDGE, high),
			       rule_make("33", ROLE_OPEN, EDGE, INTERNET, high)};
	struct origin_line line =
		pattern_line(true, 10, -1, -1, -1, every, (struct port_range){42000, 43000});
	struct arena arena CLEANUP(arena_free) = {0};
	struct sheet sheet;

	for (size_t i = 0; i < COUNT(rules); i++)
		rules[i].ftp = true;
	rules[1].open_local = EDGE;
	rules[1].open_remote = INTERNET;
	sheet = sheet_of(rules, COUNT(rules), &line, 1, &arena);
	assert_int_equal(sheet.count, 3);
	assert_true(sheet.rows[1].outbound);
	assert_true(sheet.rows[1].ftp_data);
	assert_int_equal(sheet.rows[1].source_port_ranges, 1);
	assert_int_equal(sheet.rows[1].source_ports[0].first, 20);
	assert_int_equal(sheet.rows[1].source_ports[0].last, 20);
	assert_false(sheet.rows[2].ftp_data);
	assert_int_equal(sheet.rows[2].source_ports[0].first, 42000);
	(void)state;
}

static void tcp_and_udp_are_two_rows(void **state)
{
	struct rule rules[] = {rule_make("dns", ROLE_OPEN, EDGE, TRUSTED, port22)};
	struct origin_line line =
		pattern_line(false, 10, -1, -1, -1, every, (struct port_range){64000, 64100});
	struct arena arena CLEANUP(arena_free) = {0};
	struct sheet sheet;

	rules[0].kind = PROTOCOL_TCP_UDP;
	sheet = sheet_of(rules, 1, &line, 1, &arena);
	assert_int_equal(sheet.count, 2);
	assert_string_equal(sheet.rows[0].protocol, "tcp");
	assert_int_equal(sheet.rows[0].source_port_ranges, 1);
	assert_string_equal(sheet.rows[1].protocol, "udp"); /* tcpoport.ini is about TCP */
	assert_int_equal(sheet.rows[1].source_port_ranges, 0);
	(void)state;
}

static void sides_follow_from_the_zone(void **state)
{
	struct zone list[] = {
		{.name = "internet", .addresses = {internet4, 4, internet6, 2}},
		{.name = "partner", .addresses = {partner4, 1, NULL, 0}},
		{.name = "office", .addresses = {partner4, 1, NULL, 0}, .interface = "eth1"},
		{.name = "servers", .addresses = {servers4, 1, NULL, 0}, .interface = "eth1"},
		{.name = "all", .addresses = {(struct range4[]){{0, UINT32_MAX}}, 1, NULL, 0}},
	};
	struct resolved policy = {
		.zones = list, .zone_count = COUNT(list), .settings.management_zone = -1};

	assert_int_equal(sheet_zone_sides(&policy, 0), SHEET_FRONT);
	assert_int_equal(sheet_zone_sides(&policy, 1), SHEET_FRONT);
	assert_int_equal(sheet_zone_sides(&policy, 2), SHEET_BEHIND);
	assert_int_equal(sheet_zone_sides(&policy, 3), SHEET_BEHIND);
	assert_int_equal(sheet_zone_sides(&policy, 4), SHEET_FRONT | SHEET_BEHIND);
	policy.settings.management_zone = 1;
	assert_int_equal(sheet_zone_sides(&policy, 1), SHEET_BEHIND);
	(void)state;
}

static void addresses_read_as_people_write_them(void **state)
{
	struct arena arena CLEANUP(arena_free) = {0};
	struct address_set dual = {servers4, 1, edge6, 1};

	assert_string_equal(address_set_text(&zones[INTERNET].addresses, 0, &arena),
			    "any IPv4 except 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16; "
			    "any IPv6 except fc00::/7");
	assert_string_equal(address_set_text(&dual, 0, &arena),
			    "10.20.1.10-10.20.1.19, 2001:db8::10");
	assert_string_equal(
		address_set_text(&(struct address_set){internet4 + 1, 2, NULL, 0}, 1, &arena),
		"any IPv4 except 0.0.0.0-10.255.255.255, and 2 more");
	assert_string_equal(port_ranges_text(NULL, 0, &arena), "any");
	assert_string_equal(
		port_ranges_text((struct port_range[]){{389, 389}, {3268, 3270}}, 2, &arena),
		"389,3268-3270");
	(void)state;
}

/* ---- the cut against a naive search ---- */

static uint64_t random_state = 20261120;

static uint32_t random_below(uint32_t bound)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)((random_state >> 33) % bound);
}

/* Few values, so that lines meet each other. */
static uint32_t random_octet(void)
{
	static const uint32_t values[] = {0, 9, 10, 11, 255};

	return values[random_below(COUNT(values))];
}

static struct origin_line random_line(void)
{
	uint16_t first = random_below(12), last = first + random_below(6);
	struct origin_line line = pattern_line(
		random_below(4) == 0, random_octet(), random_octet(), random_octet(),
		random_octet(), random_below(3) ? (struct port_range){first, last} : every,
		(struct port_range){1, 1});

	for (int i = 0; i < 4; i++)
		if (random_below(2))
			line.octet[i] = -1;
	return line;
}

static bool line_matches(const struct origin_line *line, uint32_t address, uint16_t port)
{
	bool match = port >= line->ports.first && port <= line->ports.last;

	for (int i = 0; i < 4; i++)
		if (line->octet[i] >= 0 && line->octet[i] != (int)(address >> (24 - 8 * i) & 0xff))
			match = false;
	return match != line->negated;
}

/* At most 256 ranges a line: six lines stay below what is cut exactly. */
static bool is_small(const struct origin_line *line)
{
	int fixed = 4, stars = 0;

	while (fixed > 0 && line->octet[fixed - 1] < 0)
		fixed--;
	for (int i = 0; i < fixed; i++)
		stars += line->octet[i] < 0;
	return stars <= 1;
}

static bool part_has(const struct origin_part *part, uint32_t address, uint16_t port)
{
	if (!address_set_has4(&part->addresses, address))
		return false;
	for (size_t i = 0; i < part->port_ranges; i++)
		if (port >= part->ports[i].first && port <= part->ports[i].last)
			return true;
	return false;
}

static void check_point(const struct resolved *policy, const struct origin_parts *parts, bool exact)
{
	uint32_t address =
		random_octet() << 24 | random_octet() << 16 | random_octet() << 8 | random_octet();
	uint16_t port = random_below(20);
	const struct origin_line *first = NULL;
	size_t holders = 0;
	bool found = false;

	for (size_t i = 0; i < policy->line_count && !first; i++)
		if (line_matches(&policy->lines[i], address, port))
			first = &policy->lines[i];
	for (size_t i = 0; i < parts->count; i++) {
		holders += part_has(&parts->list[i], address, port);
		found |= parts->list[i].line == first && part_has(&parts->list[i], address, port);
	}
	assert_true(found);
	if (exact)
		assert_int_equal(holders, 1);
}

static void parts_are_what_the_first_match_says(void **state)
{
	struct range4 all = {0, UINT32_MAX};
	struct address_set whole = {&all, 1, NULL, 0};
	size_t exact_rounds = 0;

	for (int round = 0; round < 60; round++) {
		struct arena arena CLEANUP(arena_free) = {0};
		struct origin_line lines[6];
		struct resolved policy = {.lines = lines, .line_count = 1 + random_below(6)};
		struct origin_parts parts = {0};
		bool exact = true;

		for (size_t i = 0; i < policy.line_count; i++) {
			do
				lines[i] = random_line();
			while (round % 8 && !is_small(&lines[i]));
			exact &= is_small(&lines[i]);
		}
		exact_rounds += exact;
		assert_int_equal(origin_parts_build(&policy, &whole, NULL, 0, &arena, &parts), 0);
		for (int i = 0; i < 400; i++)
			check_point(&policy, &parts, exact);
	}
	assert_true(exact_rounds > 30);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inbound_is_from_any_port_on_its_side),
		cmocka_unit_test(rows_of_other_hosts_are_left_out),
		cmocka_unit_test(outbound_is_from_the_lines_ports),
		cmocka_unit_test(a_line_narrows_the_destination),
		cmocka_unit_test(org_port_0_is_any_port),
		cmocka_unit_test(ftp_data_leaves_from_the_port_below),
		cmocka_unit_test(tcp_and_udp_are_two_rows),
		cmocka_unit_test(sides_follow_from_the_zone),
		cmocka_unit_test(addresses_read_as_people_write_them),
		cmocka_unit_test(parts_are_what_the_first_match_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
