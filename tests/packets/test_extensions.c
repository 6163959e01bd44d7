/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * IPv6 headers and the walk over extension headers.
 */
#include "tests.h"

#define HOP_BY_HOP 0
#define ROUTING 43
#define FRAGMENT 44
#define OPTIONS 60

static struct shot good(enum zg_hook hook)
{
	return hook == IN ? shot_tcp(IN, CLIENT6, 40000, VIP6, 443, ACK)
			  : shot_tcp(OUT, VIP6, 443, CLIENT6, 40000, ACK);
}

static void ipv6_header(void **state)
{
	(void)state;
	for (enum zg_hook hook = IN; hook <= OUT; hook++) {
		struct shot shot = good(hook);

		shot.byte[14] = 0x40;
		REASON(shot, BAD_IPV6);
		shot.byte[14] = 0x70;
		REASON(shot, BAD_IPV6);
		shot.byte[14] = 0x6f; /* traffic class and flow label are nobody's business */
		shot.byte[15] = 0xff;
		RULE(shot, "5");
		put16(shot.byte + 18, 21); /* past the frame */
		REASON(shot, BAD_IPV6);
		put16(shot.byte + 18, 65535);
		REASON(shot, BAD_IPV6);
		put16(shot.byte + 18, 0); /* a jumbogram without its option */
		REASON(shot, BAD_IPV6);
		shot = good(hook);
		shot_extend(&shot, HOP_BY_HOP, 8); /* and with it (RFC 2675) */
		shot.byte[shot.l3 + 42] = 0xc2;
		shot.byte[shot.l3 + 43] = 4;
		put16(shot.byte + 18, 0);
		REASON(shot, BAD_IPV6);
	}
}

static void followed(void **state)
{
	static const uint8_t refused[] = {135, 139, 140, 253, 254};

	(void)state;
	for (enum zg_hook hook = IN; hook <= OUT; hook++) {
		struct shot shot = good(hook);

		shot_extend(&shot, HOP_BY_HOP, 8);
		RULE(shot, "5");
		shot_extend(&shot, HOP_BY_HOP, 8); /* not first */
		REASON(shot, EXTENSION_HEADERS);
		shot = good(hook);
		shot_extend(&shot, OPTIONS, 8);
		shot_extend(&shot, HOP_BY_HOP, 8);
		REASON(shot, EXTENSION_HEADERS);
		shot = good(hook);
		for (int count = 1; count <= 6; count++) {
			shot_extend(&shot, OPTIONS, 8);
			RULE(shot, "5");
		}
		shot_extend(&shot, OPTIONS, 8); /* a seventh */
		REASON(shot, EXTENSION_HEADERS);
		shot = good(hook);
		shot_extend(&shot, OPTIONS, 2048);
		RULE(shot, "5");
		for (uint8_t type = 0; type < 6; type++) {
			shot = good(hook);
			shot_extend(&shot, ROUTING, 24);
			shot.byte[shot.l3 + 42] = type;
			REASON(shot, ROUTING_HEADER);
		}
		for (size_t i = 0; i < sizeof(refused); i++) {
			shot = good(hook);
			shot_extend(&shot, refused[i], 8);
			REASON(shot, EXTENSION_HEADERS);
		}
		shot = good(hook);
		shot_extend(&shot, OPTIONS, 8);
		shot.byte[shot.l3 + 41] = 200; /* longer than the packet */
		REASON(shot, TRUNCATED);
	}
}

/* The reserved byte of a fragment header is no length; atomic fragments are whole (RFC 6946). */
static void atomic_fragments(void **state)
{
	(void)state;
	for (enum zg_hook hook = IN; hook <= OUT; hook++) {
		struct shot whole = good(hook);
		struct shot shot = shot_fragment(&whole, 7, 0, 20, false);

		RULE(shot, "5");
		shot.byte[shot.l3 + 41] = 0xff;
		RULE(shot, "5");
		shot.byte[shot.l3 + 43] = 0x06; /* reserved bits */
		RULE(shot, "5");
		shot_extend(&shot, FRAGMENT, 8);
		/* A second one stands before l4 now. */
		shot.byte[shot.l3 + 41] = 0;
		REASON(shot, BAD_FRAGMENT);
	}
}

static void no_next_header(void **state)
{
	struct shot shot = shot_ip(IN, CLIENT6, VIP6, 59, 8);

	(void)state;
	REASON(shot, NO_RULE);
	shot_extend(&shot, OPTIONS, 8);
	REASON(shot, NO_RULE);
	/* An IPv4 protocol number in IPv6 and the other way round. */
	shot = shot_ip(IN, CLIENT6, VIP6, 1, 8);
	REASON(shot, BAD_ICMP);
	shot = shot_ip(IN, CLIENT, VIP, 58, 8);
	shot.byte[shot.l4] = 135;
	REASON(shot, BAD_ICMP);
	shot = shot_ip(IN, CLIENT, VIP, 44, 16);
	REASON(shot, NO_RULE);
}

int test_extensions(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ipv6_header),
		TEST(followed),
		TEST(atomic_fragments),
		TEST(no_next_header),
	};

	return cmocka_run_group_tests_name("extensions", tests, NULL, NULL);
}
