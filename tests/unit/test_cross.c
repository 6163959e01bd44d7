// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Small policies written out by hand: which rule a packet counts under, which reasons stand in
 * pairs, what is shared, what is merged, and what is refused with which words.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <zonegate/reasons.h>

#include "compile/comb.h"
#include "compile/image_lookup.h"
#include "policy_make.h"

#define EDGE 0xc000020au    /* 192.0.2.10 */
#define PARTNER 0xcb007107u /* 203.0.113.7 */
#define SERVER 0x0a140a0au  /* 10.20.10.10 */
#define ELSEWHERE 0x08080808u

struct fixture {
	struct resolved policy;
	struct diags diags;
	struct image image;
	int internet, edge, servers;
};

static void zone_range(struct fixture *f, struct zone *zone, uint32_t first, uint32_t last)
{
	zone->addresses.v4 =
		arena_grow(&f->policy.arena, zone->addresses.v4, zone->addresses.count4,
			   zone->addresses.count4 + 1, sizeof(struct range4));
	zone->addresses.v4[zone->addresses.count4++] = (struct range4){first, last};
}

/* internet = any but the servers; servers = 10.20.10.0/24; edge = 192.0.2.10 */
static void fixture_start(struct fixture *f)
{
	struct zone *zone;

	memset(f, 0, sizeof(*f));
	policy_start(&f->policy);
	zone = zone_make(&f->policy, false);
	zone_range(f, zone, 0, 0x0a1409ffu);
	zone_range(f, zone, 0x0a140b00u, UINT32_MAX);
	f->internet = 0;
	zone = zone_make(&f->policy, true);
	zone_range(f, zone, EDGE, EDGE);
	f->edge = 1;
	zone = zone_make(&f->policy, false);
	zone_range(f, zone, 0x0a140a00u, 0x0a140affu);
	f->servers = 2;
}

static void fixture_build(struct fixture *f)
{
	assert_int_equal(image_build(&f->policy, &f->diags, &f->image), 0);
	assert_int_equal(f->diags.count, 0);
	image_lookup_use(&f->image);
}

static void fixture_end(struct fixture *f)
{
	image_free(&f->image);
	diags_free(&f->diags);
	arena_free(&f->policy.arena);
}

static uint32_t ask(const struct fixture *f, uint32_t role, uint32_t group, uint32_t remote,
		    uint32_t local, uint32_t port_class, uint32_t *ret_reason)
{
	uint32_t r = lookup_class4(0, ZG_REMOTE4, remote), l = lookup_class4(0, ZG_LOCAL4, local);

	*ret_reason = 0;
	return lookup_rule(&f->image.settings, role, r, l + group * f->image.settings.local_classes,
			   port_class, ret_reason);
}

static uint32_t tcp(const struct fixture *f, uint32_t role, uint32_t remote, uint32_t local,
		    uint16_t port)
{
	uint32_t reason;

	return ask(f, role, 0, remote, local,
		   f->image.ports[role == ZG_ACCEPT ? ZG_ACCEPT : ZG_OPEN].tcp[port], &reason);
}

static uint32_t reason_of(const struct fixture *f, uint32_t role, uint32_t group, uint32_t remote,
			  uint32_t local)
{
	uint32_t reason;

	assert_int_equal(ask(f, role, group, remote, local, 0, &reason), ZG_SLOT_NONE);
	return reason;
}

static void test_most_specific_first(void **state)
{
	struct fixture f;
	struct rule *rule;

	(void)state;
	fixture_start(&f);
	rule = rule_make(&f.policy, ROLE_ACCEPT, f.internet, f.edge); /* 1: 1024-65535 */
	rule_port(&f.policy, rule, 1024, 65535);
	rule = rule_make(&f.policy, ROLE_ACCEPT, f.internet, f.edge); /* 2: 10443 */
	rule_port(&f.policy, rule, 10443, 10443);
	rule = rule_make(&f.policy, ROLE_ACCEPT, f.internet, f.edge); /* 3: the same again */
	rule_port(&f.policy, rule, 10443, 10443);
	rule = rule_make(&f.policy, ROLE_ACCEPT, f.internet, f.edge); /* 4: a list */
	rule_port(&f.policy, rule, 443, 443);
	rule_port(&f.policy, rule, 10443, 10443);
	rule = rule_make(&f.policy, ROLE_DISABLED, f.internet, f.edge);
	rule->accept_remote = f.internet;
	rule->accept_local = f.edge;
	rule_port(&f.policy, rule, 22, 22);
	fixture_build(&f);
	assert_int_equal(tcp(&f, ZG_ACCEPT, PARTNER, EDGE, 10443), 2);
	assert_int_equal(tcp(&f, ZG_ACCEPT, PARTNER, EDGE, 443), 4);
	assert_int_equal(tcp(&f, ZG_ACCEPT, PARTNER, EDGE, 1024), 1);
	assert_int_equal(tcp(&f, ZG_ACCEPT, PARTNER, EDGE, 65535), 1);
	assert_int_equal(tcp(&f, ZG_ACCEPT, PARTNER, EDGE, 1023), 0);
	assert_int_equal(tcp(&f, ZG_ACCEPT, PARTNER, EDGE, 22), 0);
	assert_int_equal(tcp(&f, ZG_ACCEPT, SERVER, EDGE, 443), 0);
	assert_int_equal(tcp(&f, ZG_OPEN, PARTNER, EDGE, 443), 0);
	assert_int_equal(f.image.ports[ZG_ACCEPT].udp[443], 0);
	fixture_end(&f);
}

static void test_reasons(void **state)
{
	struct fixture f;
	struct rule *rule;

	(void)state;
	fixture_start(&f);
	f.policy.self = f.policy.zones[f.edge].addresses;
	strcpy(f.policy.zones[f.servers].interface, "eth1");
	rule = rule_make(&f.policy, ROLE_BOTH, f.servers, f.edge);
	rule_port(&f.policy, rule, 443, 443);
	rule = rule_make(&f.policy, ROLE_OPEN, f.internet, f.edge);
	rule_port(&f.policy, rule, 443, 443);
	fixture_build(&f);
	assert_string_equal(f.image.ifgroup_name[0], "eth1");
	assert_true(f.image.settings.flags & ZG_F_IFGROUPS);
	assert_int_equal(f.image.settings.locals, 2 * f.image.settings.local_classes);
	assert_int_equal(reason_of(&f, ZG_ACCEPT, 0, 0x7f000001u, EDGE), ZG_R_MARTIAN);
	assert_int_equal(reason_of(&f, ZG_ACCEPT, 0, 0xe0000001u, EDGE), ZG_R_MARTIAN);
	assert_int_equal(reason_of(&f, ZG_ACCEPT, 0, UINT32_MAX, ELSEWHERE), ZG_R_MARTIAN);
	assert_int_equal(reason_of(&f, ZG_ACCEPT, 0, EDGE, EDGE), ZG_R_SPOOFED_LOCAL);
	assert_int_equal(reason_of(&f, ZG_ACCEPT, 1, EDGE, ELSEWHERE), ZG_R_SPOOFED_LOCAL);
	assert_int_equal(reason_of(&f, ZG_ACCEPT, 0, SERVER, EDGE), ZG_R_SPOOFED_INTERFACE);
	assert_int_equal(reason_of(&f, ZG_ACCEPT, 0, SERVER, ELSEWHERE), ZG_R_SPOOFED_INTERFACE);
	assert_int_equal(reason_of(&f, ZG_ACCEPT, 1, SERVER, EDGE), 0);
	assert_int_equal(reason_of(&f, ZG_ACCEPT, 1, SERVER, ELSEWHERE), ZG_R_NOT_LOCAL);
	assert_int_equal(reason_of(&f, ZG_ACCEPT, 1, PARTNER, EDGE), 0);
	/* What is sent is not judged by where it comes from. */
	assert_int_equal(reason_of(&f, ZG_OPEN, 0, 0xe0000001u, EDGE), 0);
	assert_int_equal(reason_of(&f, ZG_OPEN, 0, SERVER, EDGE), 0);
	assert_int_equal(reason_of(&f, ZG_OPEN, 0, PARTNER, ELSEWHERE), ZG_R_NOT_LOCAL);
	assert_int_equal(reason_of(&f, ZG_FTP_DATA, 1, PARTNER, ELSEWHERE), ZG_R_NOT_LOCAL);
	assert_int_equal(tcp(&f, ZG_OPEN, 0xe0000001u, EDGE, 443), 2);
	assert_int_equal(tcp(&f, ZG_OPEN, SERVER, EDGE, 443), 1);
	fixture_end(&f);
}

static void test_ftp_data(void **state)
{
	struct fixture f;
	struct rule *rule;

	(void)state;
	fixture_start(&f);
	rule = rule_make(&f.policy, ROLE_ACCEPT, f.internet, f.edge);
	rule_port(&f.policy, rule, 21, 21);
	rule_port(&f.policy, rule, 2121, 2121);
	rule->ftp = true;
	rule = rule_make(&f.policy, ROLE_ACCEPT, f.internet,
			 f.edge); /* a range is no control port */
	rule_port(&f.policy, rule, 50000, 50100);
	rule->ftp = true;
	rule = rule_make(&f.policy, ROLE_OPEN, f.internet, f.edge);
	rule_port(&f.policy, rule, 1024, 65535);
	rule->ftp = true;
	rule = rule_make(&f.policy, ROLE_OPEN, f.internet, f.edge);
	rule_port(&f.policy, rule, 8443, 8443);
	fixture_build(&f);
	assert_int_equal(f.image.settings.ftp_data_port[0], 20);
	assert_int_equal(f.image.settings.ftp_data_port[1], 2120);
	assert_int_equal(f.image.settings.ftp_data_port[2], 0);
	assert_int_equal(tcp(&f, ZG_OPEN, PARTNER, EDGE, 8443), 4);
	assert_int_equal(tcp(&f, ZG_FTP_DATA, PARTNER, EDGE, 8443), 3);
	assert_int_equal(tcp(&f, ZG_FTP_DATA, SERVER, EDGE, 8443), 0);
	fixture_end(&f);
}

/* Zones that no rule tells apart are one class; roles without rules are stored once. */
static void test_merging(void **state)
{
	struct fixture f;
	struct rule *rule;
	uint32_t class;

	(void)state;
	fixture_start(&f);
	for (int i = 0; i < 10; i++) {
		struct zone *zone = zone_make(&f.policy, i & 1);

		zone_range(&f, zone, 0x01000000u + (uint32_t)i * 256u,
			   0x010000ffu + (uint32_t)i * 256u);
	}
	rule = rule_make(&f.policy, ROLE_ACCEPT, f.internet, f.edge);
	rule_port(&f.policy, rule, 443, 443);
	/* Wider, and behind: its zone adds nothing to what internet has. */
	rule = rule_make(&f.policy, ROLE_ACCEPT, 3, f.edge);
	rule_port(&f.policy, rule, 443, 443);
	fixture_build(&f);
	class = lookup_class4(0, ZG_REMOTE4, PARTNER);
	assert_int_equal(lookup_class4(0, ZG_REMOTE4, 0x01000001u), class);
	assert_int_equal(f.image.class_count, 3); /* internet, martians, servers and IPv6 */
	/* Five local zones without rules are one class, apart from the edge's and from none. */
	assert_int_equal(f.image.settings.local_classes, 3);
	assert_int_equal(f.image.settings.pair_stride[ZG_OPEN], 0);
	assert_int_equal(f.image.settings.pair_stride[ZG_FTP_DATA], 0);
	assert_int_equal(f.image.pair_count, 3 * 3 + 3 + 3);
	/* The merged class has no one zone to show. */
	assert_int_equal(f.image.classes[class].zone, 0);
	assert_int_equal(f.image.classes[lookup_class4(0, ZG_REMOTE4, 0x7f000001u)].flags,
			 ZG_CLASS_MARTIAN);
	fixture_end(&f);
}

/* Having no rule is one row, whatever the role and the classes. */
static void test_empty_row_is_shared(void **state)
{
	struct fixture f;
	struct rule *rule;
	uint32_t server, reason;

	(void)state;
	fixture_start(&f);
	rule = rule_make(&f.policy, ROLE_BOTH, f.internet, f.edge);
	rule_port(&f.policy, rule, 443, 443);
	rule = rule_make(&f.policy, ROLE_OPEN, f.servers, f.edge);
	rule_port(&f.policy, rule, 25, 25);
	fixture_build(&f);
	server = lookup_class4(0, ZG_REMOTE4, SERVER);
	assert_int_not_equal(server, lookup_class4(0, ZG_REMOTE4, PARTNER));
	assert_int_equal(ask(&f, ZG_FTP_DATA, 0, PARTNER, EDGE, 1, &reason), 0);
	assert_int_equal(ask(&f, ZG_ACCEPT, 0, SERVER, EDGE, 1, &reason), 0);
	assert_int_equal(f.image.pairs[f.image.settings.pair_base[ZG_FTP_DATA] + 1],
			 f.image.pairs[f.image.settings.pair_base[ZG_ACCEPT] +
				       server * f.image.settings.pair_stride[ZG_ACCEPT] + 1]);
	fixture_end(&f);
}

static void test_comb(void **state)
{
	enum { ROWS = 400, COLUMNS = 200 };
	struct intern rows = {0};
	struct arena arena = {0};
	uint32_t row[COLUMNS];
	struct comb comb;

	(void)state;
	for (uint32_t i = 0; i < ROWS; i++) {
		uint32_t cells = 0, id;

		for (uint32_t c = 1; c < COLUMNS && i > 0; c++) {
			if (random_below(i % 20 + 2) == 0)
				row[cells++] = ZG_CELL(c, i);
		}
		assert_true(intern_add(&rows, row, cells * sizeof(*row), &id) >= 0);
	}
	assert_int_equal(comb_build(&rows, COLUMNS, 1 << 20, &arena, &comb), 0);
	for (uint32_t i = 0; i < rows.count; i++) {
		size_t bytes, at = 0;
		const uint32_t *want = intern_get(&rows, i, &bytes);

		assert_true(comb.base[i] + COLUMNS <= comb.count);
		for (uint32_t j = 0; j < i; j++)
			assert_int_not_equal(comb.base[i], comb.base[j]);
		for (uint32_t c = 0; c < COLUMNS; c++) {
			uint32_t cell = comb.cell[comb.base[i] + c];
			bool mine = at < bytes / sizeof(*want) && ZG_CELL_COLUMN(want[at]) == c;

			if (mine)
				assert_int_equal(cell, want[at++]);
			else
				assert_true(cell == 0 || ZG_CELL_COLUMN(cell) != c ||
					    ZG_CELL_SLOT(cell) == ZG_SLOT_NONE);
		}
	}
	/* Rows lie in each other's gaps: these take 80,000 cells side by side. */
	assert_true(comb.count < 20000);
	comb_free(&comb);
	assert_int_equal(comb_build(&rows, COLUMNS, 100, &arena, &comb), -E2BIG);
	arena_free(&arena);
	intern_free(&rows);
}

static void assert_refused(struct fixture *f, const char *code, const char *words)
{
	assert_int_equal(image_build(&f->policy, &f->diags, &f->image), -E2BIG);
	assert_int_equal(f->diags.errors, 1);
	assert_string_equal(f->diags.list[0].code, code);
	assert_non_null(strstr(f->diags.list[0].text, words));
	assert_non_null(f->diags.list[0].hint);
}

static void test_limits(void **state)
{
	struct fixture f;

	(void)state;
	fixture_start(&f);
	f.policy.settings.memory_max_bytes = 2 << 20; /* roots alone take more than half of it */
	assert_refused(&f, "memory-limit", "all tables");
	fixture_end(&f);

	fixture_start(&f);
	for (int i = 0; i < 9; i++)
		snprintf(zone_make(&f.policy, false)->interface, IF_NAMESIZE, "eth%d", i);
	assert_refused(&f, "policy-too-large", "8 interfaces");
	fixture_end(&f);

	fixture_start(&f);
	f.policy.lines = arena_alloc(&f.policy.arena, ZG_LINES_MAX + 1, sizeof(*f.policy.lines));
	f.policy.line_count = ZG_LINES_MAX + 1;
	assert_refused(&f, "policy-too-large", "512 lines");
	fixture_end(&f);

	fixture_start(&f);
	f.policy.rules = arena_alloc(&f.policy.arena, 65535, sizeof(*f.policy.rules));
	f.policy.rule_count = 65535;
	assert_refused(&f, "policy-too-large", "65,534 rules");
	fixture_end(&f);

	fixture_start(&f);
	for (int i = 0; i < 17; i++) {
		struct rule *rule = rule_make(&f.policy, ROLE_ACCEPT, f.internet, f.edge);

		rule_port(&f.policy, rule, (uint16_t)(21 + i), (uint16_t)(21 + i));
		rule->ftp = true;
	}
	assert_refused(&f, "policy-too-large", "FTP control ports");
	fixture_end(&f);
}

/* 3,000 remote zones times 3,000 local ones, each pair of numbers with a rule: over the memory
 * that is allowed, and refused before it is taken. */
static void test_pairs_too_large(void **state)
{
	enum { SIDE = 3000 };
	struct fixture f;

	(void)state;
	fixture_start(&f);
	f.policy.zones = arena_alloc(&f.policy.arena, 2 * SIDE, sizeof(*f.policy.zones));
	f.policy.rules = arena_alloc(&f.policy.arena, 2 * SIDE, sizeof(*f.policy.rules));
	f.policy.zone_count = 0;
	for (uint32_t i = 0; i < 2 * SIDE; i++)
		zone_range(&f, zone_make(&f.policy, i >= SIDE), 0x14000000u + i, 0x14000000u + i);
	for (int i = 0; i < SIDE; i++)
		rule_port(&f.policy, rule_make(&f.policy, ROLE_BOTH, i, SIDE + i), 443, 443);
	f.policy.settings.memory_max_bytes = 64 << 20;
	assert_refused(&f, "memory-limit", "pairs of classes");
	assert_non_null(strstr(f.diags.list[0].text, "3001 local classes"));
	fixture_end(&f);
}

/*
 * 200 x 200 pairs, each with a port of its own from either side and 300 rules between two zones
 * that hold them all: 40,000 rows of 302 cells. The message names those two zones.
 */
static void test_rows_too_large(void **state)
{
	enum { SIDE = 200, PORTS = 300 };
	struct fixture f;
	int wide = 2 * SIDE, here = wide + 1;

	(void)state;
	fixture_start(&f);
	f.policy.zones = arena_alloc(&f.policy.arena, 2 * SIDE + 2, sizeof(*f.policy.zones));
	f.policy.rules = arena_alloc(&f.policy.arena, 2 * SIDE + PORTS, sizeof(*f.policy.rules));
	f.policy.zone_count = 0;
	for (uint32_t i = 0; i < 2 * SIDE; i++)
		zone_range(&f, zone_make(&f.policy, i >= SIDE), 0x14000000u + i, 0x14000000u + i);
	zone_range(&f, zone_make(&f.policy, false), 0x14000000u, 0x14ffffffu);
	zone_range(&f, zone_make(&f.policy, true), 0x14000000u, 0x14ffffffu);
	for (int i = 0; i < SIDE; i++) {
		rule_port(&f.policy, rule_make(&f.policy, ROLE_ACCEPT, i, here),
			  (uint16_t)(1000 + i), (uint16_t)(1000 + i));
		rule_port(&f.policy, rule_make(&f.policy, ROLE_ACCEPT, wide, SIDE + i),
			  (uint16_t)(2000 + i), (uint16_t)(2000 + i));
	}
	for (int i = 0; i < PORTS; i++)
		rule_port(&f.policy, rule_make(&f.policy, ROLE_ACCEPT, wide, here),
			  (uint16_t)(3000 + i), (uint16_t)(3000 + i));
	f.policy.settings.memory_max_bytes = 32 << 20;
	assert_refused(&f, "memory-limit", "[policy] memory allows");
	assert_non_null(strstr(f.diags.list[0].hint, "'zone401' (500 rules"));
	assert_non_null(strstr(f.diags.list[0].hint, "'zone402' (500 rules"));
	fixture_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_most_specific_first),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_ftp_data),
		cmocka_unit_test(test_merging),
		cmocka_unit_test(test_empty_row_is_shared),
		cmocka_unit_test(test_comb),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_pairs_too_large),
		cmocka_unit_test(test_rows_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
