/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Origin ports: first matching line, its range, port L-1 of FTP, audit; violations are counted.
 */
#include "tests.h"

/* Lines of edge/tcpoport.ini, in file order. */
enum {
	LINE_PARTNER,
	LINE_ANY,
	LINE_ONE_PORT,
	LINE_IPV6,
	LINE_REST,
};

#define PERMITTED(source, sport, destination, dport, rule)                                         \
	do {                                                                                       \
		struct shot sent = shot_tcp(OUT, source, sport, destination, dport, SYN);          \
		RULE(sent, rule);                                                                  \
	} while (0)
#define REFUSED(source, sport, destination, dport)                                                 \
	do {                                                                                       \
		struct shot sent = shot_tcp(OUT, source, sport, destination, dport, SYN);          \
		REASON(sent, ORIGIN_PORT);                                                         \
	} while (0)

static void first_line(void **state)
{
	(void)state;
	PERMITTED(EDGE, 61000, "203.0.113.20", 22, "37");
	PERMITTED(EDGE, 61099, "203.0.113.20", 22, "37");
	REFUSED(EDGE, 60999, "203.0.113.20", 22);
	REFUSED(EDGE, 61100, "203.0.113.20", 22);
	REFUSED(EDGE, 62000, "203.0.113.20", 22);	   /* a later line's range does not help */
	PERMITTED(EDGE, 62000, "203.0.113.20", 443, "36"); /* another port: another line */
	REFUSED(EDGE, 61000, "203.0.113.20", 443);
	PERMITTED(EDGE, 1234, "203.0.113.21", 22, "37"); /* 0: any */
	PERMITTED(EDGE, 65535, "203.0.113.21", 443, "36");
	PERMITTED(EDGE, 65001, "203.0.113.99", 8005, "2");
	REFUSED(EDGE, 65002, "203.0.113.99", 8010);
	PERMITTED(EDGE, 62000, "203.0.113.99", 8011, "2");
	PERMITTED(EDGE6, 61500, "2001:db8:77::1", 443, "36");
	REFUSED(EDGE6, 62000, "2001:db8:77::1", 443);
	PERMITTED(EDGE6, 62000, "2001:db8:78::1", 443, "36"); /* '!' of an IPv4 pattern */
	REFUSED(EDGE6, 50000, "2001:db8:78::1", 443);
	PERMITTED(EDGE, 50000, "10.20.0.53", 53, "host-dns-tcp"); /* no line */
}

static void counted(void **state)
{
	struct zg_line_counter before = stand_line(stand, LINE_PARTNER), after;
	struct zg_rule_counter rule = stand_rule(stand, "37");

	(void)state;
	PERMITTED(EDGE, 61050, "203.0.113.20", 22, "37");
	PERMITTED(EDGE, 61050, "203.0.113.20", 22, "37"); /* repeated */
	PERMITTED(EDGE, 61051, "203.0.113.20", 22, "37");
	REFUSED(EDGE, 50000, "203.0.113.20", 22);
	after = stand_line(stand, LINE_PARTNER);
	assert_int_equal(after.connections - before.connections, 2);
	assert_int_equal(after.violations - before.violations, 1);
	assert_int_equal(stand_rule(stand, "37").connections - rule.connections, 2);
}

static void line_of_verdict(void **state)
{
	struct shot shot = shot_tcp(OUT, EDGE, 50000, "203.0.113.20", 22, SYN);

	(void)state;
	assert_int_equal(stand_shoot(stand, &shot, __FILE__, __LINE__).line, 1 + LINE_PARTNER);
	shot = shot_tcp(OUT, EDGE, 62000, "203.0.113.20", 443, SYN);
	assert_int_equal(stand_shoot(stand, &shot, __FILE__, __LINE__).line, 1 + LINE_REST);
	shot = shot_tcp(OUT, EDGE6, 62000, "2001:db8:77::1", 443, SYN);
	assert_int_equal(stand_shoot(stand, &shot, __FILE__, __LINE__).line, 1 + LINE_IPV6);
	shot = shot_udp(OUT, EDGE, 50000, "10.20.0.53", 53);
	assert_int_equal(stand_shoot(stand, &shot, __FILE__, __LINE__).line, 0);
}

/* Active mode: data from port 20, toward what FTP rules open, without a line. */
static void ftp_data(void **state)
{
	struct shot shot = shot_tcp(OUT, VIP, 20, CLIENT, 50000, SYN);

	(void)state;
	assert_int_equal(stand_shoot(stand, &shot, __FILE__, __LINE__).line, 0);
	PERMITTED(VIP, 20, CLIENT, 50000, "2");
	REFUSED(VIP, 19, CLIENT, 50000);
	REFUSED(VIP, 21, CLIENT, 50000);
	/* Port 443 is HTTPS, and FTP data's 1024-65535 does not hold it. */
	REFUSED(EDGE, 20, CLIENT, 443);
	shot = shot_tcp(OUT, VIP, 20, "10.20.0.9", 50000, SYN);
	REASON(shot, NO_RULE);
	/* Its answers. */
	shot = shot_tcp(IN, CLIENT, 50000, VIP, 20, SYN | ACK);
	RULE(shot, "2");
}

static void origin_audit(void **state)
{
	struct zg_line_counter before = stand_line(stand, LINE_PARTNER);
	uint32_t flags = stand->judge.settings.flags;

	(void)state;
	stand_flags(stand, ZG_F_ORIGIN_AUDIT, ZG_F_ORIGIN_ENFORCE);
	PERMITTED(EDGE, 50000, "203.0.113.20", 22, "37");
	stand_flags(stand, flags, ~flags);
	assert_int_equal(stand_line(stand, LINE_PARTNER).violations - before.violations, 1);
	assert_int_equal(stand_line(stand, LINE_PARTNER).connections - before.connections, 1);
}

static void origin_off(void **state)
{
	uint32_t flags = stand->judge.settings.flags;

	(void)state;
	stand_flags(stand, 0, ZG_F_ORIGIN_ENFORCE);
	PERMITTED(EDGE, 50000, "203.0.113.20", 22, "37");
	stand_flags(stand, flags, ~flags);
	stand_forget(stand);
	REFUSED(EDGE, 50000, "203.0.113.20", 22);
}

int test_origin(void)
{
	const struct CMUnitTest tests[] = {
		TEST(first_line), TEST(counted),      TEST(line_of_verdict),
		TEST(ftp_data),	  TEST(origin_audit), TEST(origin_off),
	};

	return cmocka_run_group_tests_name("origin", tests, NULL, NULL);
}
