/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ICMP and ICMPv6: what a link needs, echo and its rate, errors and what they quote.
 */
#include "tests.h"

#include <string.h>

static struct shot neighbour(enum zg_hook hook, const char *source, const char *destination,
			     uint8_t type, size_t size)
{
	struct shot shot = shot_icmp(hook, source, destination, type, 0);

	shot.byte[shot.l3 + 7] = type >= 133 && type <= 137 ? 255 : 1;
	shot_resize(&shot, size);
	return shot;
}

static void neighbour_discovery(void **state)
{
	static const struct {
		uint8_t type;
		size_t least;
	} kinds[] = {{133, 8}, {134, 16}, {135, 24}, {136, 24}};

	(void)state;
	for (enum zg_hook hook = IN; hook <= OUT; hook++) {
		for (size_t i = 0; i < 4; i++) {
			uint8_t type = kinds[i].type;
			struct shot shot =
				neighbour(hook, "fe80::1", "ff02::1", type, kinds[i].least);

			REASON(shot, ND);
			shot.byte[shot.l4 + 1] = 1; /* code */
			REASON(shot, ND_INVALID);
			shot = neighbour(hook, "fe80::1", "ff02::1", type, kinds[i].least);
			shot.byte[shot.l3 + 7] = 254; /* has crossed a router */
			REASON(shot, ND_INVALID);
			if (kinds[i].least > 8) {
				shot = neighbour(hook, "fe80::1", "ff02::1", type,
						 kinds[i].least - 1);
				REASON(shot, ND_INVALID);
			}
			shot = neighbour(hook, "fe80::1", "ff02::1", type, kinds[i].least);
			shot_extend(&shot, 60, 8);
			REASON(shot, ND);
		}
	}
}

static void neighbour_details(void **state)
{
	struct shot shot = neighbour(IN, CLIENT6, "ff02::1", 134, 16);

	(void)state;
	REASON(shot, ND_INVALID); /* no router on this link */
	shot = neighbour(IN, "::", "ff02::1:ff00:10", 135, 24);
	REASON(shot, ND); /* duplicate address detection */
	shot = neighbour(IN, "fe80::1", "fe80::2", 135, 24);
	shot.byte[shot.l4 + 8] = 0xff; /* a multicast target */
	REASON(shot, ND_INVALID);
	shot = neighbour(IN, "fe80::1", VIP6, 137, 40);
	REASON(shot, ICMP_REDIRECT);
	shot = shot_icmp(IN, "192.0.2.1", VIP, 5, 0);
	REASON(shot, ICMP_REDIRECT);
	shot = shot_icmp(OUT, VIP, CLIENT, 5, 0);
	REASON(shot, ICMP_REDIRECT);
	/* ICMP's 135 is not ICMPv6's. */
	shot = shot_icmp(IN, CLIENT, VIP, 135, 0);
	REASON(shot, ICMP_TYPE);
}

static void listeners(void **state)
{
	static const uint8_t types[] = {130, 131, 132, 143};
	struct shot shot;

	(void)state;
	for (enum zg_hook hook = IN; hook <= OUT; hook++) {
		for (size_t i = 0; i < sizeof(types); i++) {
			size_t least = types[i] == 143 ? 8 : 24;

			shot = neighbour(hook, "fe80::1", "ff02::16", types[i], least);
			REASON(shot, MLD);
			shot_extend(&shot, 0, 8); /* router alert */
			REASON(shot, MLD);
			shot.byte[shot.l3 + 7] = 2;
			REASON(shot, ND_INVALID);
			shot = neighbour(hook, "::", "ff02::16", types[i], least);
			if (types[i] == 130)
				REASON(shot, ND_INVALID);
			else
				REASON(shot, MLD);
			shot = neighbour(hook, CLIENT6, "ff02::16", types[i], least);
			REASON(shot, ND_INVALID);
			if (least == 24) {
				shot = neighbour(hook, "fe80::1", "ff02::16", types[i], 23);
				REASON(shot, ND_INVALID);
			}
		}
		shot = shot_ip(hook, EDGE, "224.0.0.22", 2, 8);
		shot.byte[shot.l3 + 8] = 1;
		REASON(shot, MLD);
		shot.byte[shot.l3 + 8] = 2;
		assert_false(stand_shoot(stand, &shot, __FILE__, __LINE__).pass);
	}
}

static void echo(void **state)
{
	struct shot in = shot_icmp(IN, CLIENT, VIP, 8, 1), reply, other, v6;
	uint32_t interval_ns = stand_echo_interval(stand, 4000000000u); /* slow machines, too */
	unsigned int passed = 0;

	(void)state;
	while (stand_shoot(stand, &in, __FILE__, __LINE__).pass && passed < 1000)
		passed++;
	assert_true(passed && passed < 100);
	REASON(in, ECHO_RATE);
	other = shot_icmp(IN, "203.0.113.8", VIP, 8, 1); /* a rate for each source */
	REASON(other, ECHO);
	v6 = shot_icmp(IN, CLIENT6, VIP6, 128, 1);
	REASON(v6, ECHO);
	reply = shot_icmp(OUT, VIP, CLIENT, 0, 1);
	REASON(reply, ECHO);
	reply = shot_icmp(OUT, VIP6, CLIENT6, 129, 1);
	REASON(reply, ECHO);
	stand_age(stand, 600);
	REASON(in, ECHO);
	stand_echo_interval(stand, interval_ns);
	in = shot_icmp(IN, CLIENT, "192.0.2.99", 8, 1);
	REASON(in, NOT_LOCAL);
	in = shot_icmp(IN, CLIENT, VIP, 0, 1);
	REASON(in, NO_FLOW); /* a reply to nothing */
	in = shot_icmp(IN, CLIENT6, VIP6, 129, 1);
	REASON(in, NO_FLOW);
	in = shot_icmp(IN, CLIENT, VIP, 128, 1);
	REASON(in, ICMP_TYPE);
	in = shot_icmp(IN, SERVER, EDGE, 13, 1);
	RULE(in, "extra-timestamp");
	in = shot_icmp(IN, CLIENT, EDGE, 13, 1);
	REASON(in, ICMP_TYPE);
}

static void own_ping(void **state)
{
	(void)state;
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		const char *here = ipv6 ? EDGE6 : EDGE, *there = ipv6 ? CLIENT6 : CLIENT;
		const char *rule = ipv6 ? "host-ping6" : "host-ping";
		struct shot ping = shot_icmp(OUT, here, there, ipv6 ? 128 : 8, 99);
		struct shot pong = shot_icmp(IN, there, here, ipv6 ? 129 : 0, 99);

		REASON(pong, NO_FLOW);
		RULE(ping, rule);
		RULE(pong, rule);
		put16(pong.byte + pong.l4 + 4, 98);
		REASON(pong, NO_FLOW);
		put16(pong.byte + pong.l4 + 4, 99);
		stand_age(stand, 1000);
		REASON(pong, NO_FLOW);
		ping = shot_icmp(OUT, here, there, ipv6 ? 130 : 13, 99);
		if (!ipv6)
			REASON(ping, NO_RULE);
	}
}

/* Errors about what an accepted service answers, and about nothing else. */
static void errors_about_service(void **state)
{
	(void)state;
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		const char *here = ipv6 ? VIP6 : VIP, *there = ipv6 ? CLIENT6 : CLIENT;
		const char *router = ipv6 ? "2001:db8:ffff::1" : "198.18.0.1";
		struct shot answer = shot_tcp(OUT, here, 443, there, 40000, ACK), error;
		uint8_t types[2][4] = {{3, 11, 12, 3}, {1, 2, 3, 4}};

		for (size_t i = 0; i < 4; i++) {
			error = shot_error(IN, router, here, types[ipv6][i], &answer);
			REASON(error, ICMP_ERROR);
		}
		put16(answer.byte + answer.l4, 444); /* no service for this client */
		error = shot_error(IN, router, here, types[ipv6][3], &answer);
		REASON(error, ICMP_UNRELATED);
		put16(answer.byte + answer.l4, 443);
		error = shot_error(IN, router, ipv6 ? EDGE6 : EDGE, types[ipv6][3], &answer);
		REASON(error, ICMP_UNRELATED); /* not to the one who sent it */
		error = shot_error(IN, ipv6 ? "::1" : "127.0.0.1", here, types[ipv6][3], &answer);
		REASON(error, MARTIAN);
		/* What this host sends about what it got. */
		answer = shot_tcp(IN, there, 40000, here, 443, SYN);
		error = shot_error(OUT, here, there, types[ipv6][0], &answer);
		REASON(error, ICMP_ERROR);
		put16(answer.byte + answer.l4 + 2, 444);
		error = shot_error(OUT, here, there, types[ipv6][0], &answer);
		REASON(error, ICMP_UNRELATED);
	}
}

static void errors_about_flow(void **state)
{
	struct shot request = shot_tcp(OUT, EDGE, 62345, CLIENT, 443, SYN), error;
	struct shot ping = shot_icmp(OUT, EDGE6, CLIENT6, 128, 5);

	(void)state;
	error = shot_error(IN, "198.18.0.1", EDGE, 3, &request);
	REASON(error, ICMP_UNRELATED);
	RULE(request, "36");
	REASON(error, ICMP_ERROR);
	put16(request.byte + request.l4 + 2, 80);
	error = shot_error(IN, "198.18.0.1", EDGE, 3, &request);
	REASON(error, ICMP_UNRELATED);
	error = shot_error(IN, "2001:db8:ffff::1", EDGE6, 1, &ping);
	REASON(error, ICMP_UNRELATED);
	RULE(ping, "host-ping6");
	REASON(error, ICMP_ERROR);
}

static void quotes_cut(struct shot *answer, const char *router, const char *here, uint8_t type)
{
	size_t header = answer->ipv6 ? 40 : 20, least = header + 8;
	struct shot whole = shot_error(IN, router, here, type, answer), shot;

	for (size_t size = 0; size < least; size++) {
		shot = whole;
		shot_resize(&shot, 8 + size);
		REASON(shot, BAD_ICMP);
	}
	shot = whole;
	shot_resize(&shot, 8 + least); /* all that RFC 792 promises */
	REASON(shot, ICMP_ERROR);
}

static void quotes(void **state)
{
	struct shot answer = shot_tcp(OUT, VIP, 443, CLIENT, 40000, ACK), error, piece;

	(void)state;
	quotes_cut(&answer, "198.18.0.1", VIP, 3);
	error = shot_error(IN, "198.18.0.1", VIP, 3, &answer);
	error.byte[error.l4 + 8] = 0x65;
	REASON(error, BAD_ICMP);
	error.byte[error.l4 + 8] = 0x44;
	REASON(error, BAD_ICMP);
	error.byte[error.l4 + 8] = 0x4f; /* options past the end */
	REASON(error, BAD_ICMP);
	/* A quoted fragment: the first has ports, later ones have none. */
	shot_resize(&answer, 80);
	piece = shot_fragment(&answer, 20, 0, 40, true);
	error = shot_error(IN, "198.18.0.1", VIP, 3, &piece);
	REASON(error, ICMP_ERROR);
	piece = shot_fragment(&answer, 20, 40, 40, false);
	put16(piece.byte + piece.l4, 443);
	put16(piece.byte + piece.l4 + 2, 40000);
	error = shot_error(IN, "198.18.0.1", VIP, 3, &piece);
	REASON(error, ICMP_UNRELATED);
	/* An error that quotes an error, and ICMP of the other family. */
	piece = shot_icmp(OUT, VIP, CLIENT, 3, 0);
	error = shot_error(IN, "198.18.0.1", VIP, 3, &piece);
	REASON(error, ICMP_UNRELATED);
}

static void quotes6(void **state)
{
	struct shot answer = shot_tcp(OUT, VIP6, 443, CLIENT6, 40000, ACK), error, piece;

	(void)state;
	quotes_cut(&answer, "2001:db8:ffff::1", VIP6, 2);
	shot_resize(&answer, 80);
	piece = shot_fragment(&answer, 21, 0, 40, true);
	error = shot_error(IN, "2001:db8:ffff::1", VIP6, 2, &piece);
	REASON(error, ICMP_ERROR);
	piece = shot_fragment(&answer, 21, 40, 40, false);
	put16(piece.byte + piece.l4, 443);
	error = shot_error(IN, "2001:db8:ffff::1", VIP6, 2, &piece);
	REASON(error, ICMP_UNRELATED);
	shot_extend(&answer, 60, 8);
	error = shot_error(IN, "2001:db8:ffff::1", VIP6, 2, &answer);
	REASON(error, ICMP_UNRELATED);
	/* ICMP's error types are not ICMPv6's: 3 is time exceeded here, 11 and 12 are nothing. */
	error = shot_error(IN, "2001:db8:ffff::1", VIP6, 11, &answer);
	REASON(error, ICMP_TYPE);
}

int test_icmp(void)
{
	const struct CMUnitTest tests[] = {
		TEST(neighbour_discovery),
		TEST(neighbour_details),
		TEST(listeners),
		TEST(echo),
		TEST(own_ping),
		TEST(errors_about_service),
		TEST(errors_about_flow),
		TEST(quotes),
		TEST(quotes6),
	};

	return cmocka_run_group_tests_name("icmp", tests, NULL, NULL);
}
