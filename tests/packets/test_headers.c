/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * IPv4, TCP and UDP headers that no stack sends, and addresses that cannot be.
 */
#include "tests.h"

#include <string.h>

static struct shot good(enum zg_hook hook)
{
	return hook == IN ? shot_tcp(IN, CLIENT, 40000, VIP, 443, ACK)
			  : shot_tcp(OUT, VIP, 443, CLIENT, 40000, ACK);
}

static void ipv4_header(void **state)
{
	(void)state;
	for (enum zg_hook hook = IN; hook <= OUT; hook++) {
		struct shot shot;

		for (uint8_t ihl = 0; ihl < 5; ihl++) {
			shot = good(hook);
			shot.byte[14] = 0x40 | ihl;
			REASON(shot, BAD_IPV4);
		}
		shot = good(hook);
		shot.byte[14] = 0x65;
		REASON(shot, BAD_IPV4);
		shot = good(hook);
		shot.byte[14] = 0x4f; /* 60 bytes of header in 40 of packet */
		REASON(shot, TRUNCATED);
		shot.size += 40;
		REASON(shot, BAD_IPV4);
		shot = good(hook);
		put16(shot.byte + 16, 19);
		REASON(shot, BAD_IPV4);
		put16(shot.byte + 16, 0);
		REASON(shot, BAD_IPV4);
		put16(shot.byte + 16, 41);
		REASON(shot, BAD_IPV4);
		put16(shot.byte + 16, 65535);
		REASON(shot, BAD_IPV4);
		shot = good(hook);
		shot.byte[20] = 0x80; /* the reserved flag */
		REASON(shot, BAD_IPV4);
		shot.byte[20] = 0x40; /* don't fragment */
		RULE(shot, "5");
	}
}

static struct shot with_options(enum zg_hook hook, const uint8_t *options, size_t size)
{
	struct shot shot = good(hook);
	uint8_t padded[40] = {0};

	for (size_t i = 0; i < size; i++)
		padded[i] = options[i];
	size = (size + 3) / 4 * 4;
	shot_insert(&shot, shot.l4, padded, size);
	shot.byte[14] = (uint8_t)(0x45 + size / 4);
	return shot;
}

#define OPTIONS(hook, ...)                                                                         \
	with_options(hook, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void ipv4_options(void **state)
{
	uint8_t many[40];

	(void)state;
	for (enum zg_hook hook = IN; hook <= OUT; hook++) {
		struct shot shot = OPTIONS(hook, 0x94, 4, 0, 0); /* router alert */

		RULE(shot, "5");
		shot = OPTIONS(hook, 131, 7, 4, 1, 2, 3, 4); /* loose source route */
		REASON(shot, IP_OPTIONS);
		shot = OPTIONS(hook, 1, 1, 1, 137, 7, 4, 1, 2, 3, 4); /* strict, behind NOPs */
		REASON(shot, IP_OPTIONS);
		shot = OPTIONS(hook, 7, 7, 4, 0, 0, 0, 0); /* record route */
		REASON(shot, IP_OPTIONS);
		shot = OPTIONS(hook, 0, 131, 7, 4, 0, 0, 0, 0); /* behind the end: not there */
		RULE(shot, "5");
		shot = OPTIONS(hook, 68, 6, 131, 137, 7, 7, 131, 2); /* inside one, then real */
		REASON(shot, IP_OPTIONS);
		shot = OPTIONS(hook, 68, 0, 0, 0);
		REASON(shot, BAD_IPV4);
		shot = OPTIONS(hook, 68, 1, 0, 0);
		REASON(shot, BAD_IPV4);
		shot = OPTIONS(hook, 68, 5, 0, 0);
		REASON(shot, BAD_IPV4);
		shot = OPTIONS(hook, 1, 1, 1, 68); /* no room for a length */
		REASON(shot, BAD_IPV4);
		for (size_t i = 0; i < sizeof(many); i++)
			many[i] = 1;
		shot = with_options(hook, many, sizeof(many));
		RULE(shot, "5");
		many[37] = 131;
		many[38] = 3;
		shot = with_options(hook, many, sizeof(many));
		REASON(shot, IP_OPTIONS);
		many[37] = 1;
		many[39] = 131;
		many[38] = 1;
		shot = with_options(hook, many, sizeof(many));
		REASON(shot, BAD_IPV4);
	}
}

static bool flags_are_sane(unsigned int flags)
{
	if (flags & SYN)
		return !(flags & (FIN | RST));
	if (flags & FIN)
		return !(flags & RST) && flags & ACK;
	return flags & (ACK | RST);
}

/* All 256: NULL, XMAS, SYN+FIN, SYN+RST and the rest. */
static void tcp_flags(void **state)
{
	(void)state;
	for (unsigned int flags = 0; flags < 256; flags++) {
		struct shot in = shot_tcp(IN, CLIENT6, 40000, VIP6, 443, (uint8_t)flags);
		struct shot out = shot_tcp(OUT, VIP, 443, CLIENT, 40000, (uint8_t)flags);

		if (!flags_are_sane(flags)) {
			REASON(in, TCP_FLAGS);
			REASON(out, TCP_FLAGS);
		} else if ((flags & (SYN | ACK)) == (SYN | ACK)) {
			REASON(in, SYN_ACK);
			RULE(out, "5");
		} else if (flags & SYN) {
			RULE(in, "5");
			stand_forget(stand);
			/* A service does not connect from its own port: rule 2 is FTP data. */
			REASON(out, ORIGIN_PORT);
		} else {
			RULE(in, "5");
			RULE(out, "5");
		}
	}
}

static void tcp_header(void **state)
{
	(void)state;
	for (enum zg_hook hook = IN; hook <= OUT; hook++) {
		struct shot shot;

		for (unsigned int doff = 0; doff < 5; doff++) {
			shot = good(hook);
			shot.byte[shot.l4 + 12] = (uint8_t)(doff << 4 | 0xf);
			REASON(shot, BAD_TCP);
		}
		shot = good(hook);
		shot.byte[shot.l4 + 12] = 0x60;
		REASON(shot, BAD_TCP);
		shot_resize(&shot, 24);
		RULE(shot, "5");
		shot = good(hook);
		put16(shot.byte + shot.l4, 0);
		REASON(shot, PORT_ZERO);
		shot = good(hook);
		put16(shot.byte + shot.l4 + 2, 0);
		REASON(shot, PORT_ZERO);
	}
}

static void udp_header(void **state)
{
	(void)state;
	for (enum zg_hook hook = IN; hook <= OUT; hook++) {
		struct shot shot = hook == IN ? shot_udp(IN, CLIENT, 40000, EDGE, 5353)
					      : shot_udp(OUT, EDGE, 5353, CLIENT, 40000);
		struct shot right = shot;

		RULE(shot, "extra-udp");
		for (unsigned int length = 0; length < 8; length++) {
			put16(shot.byte + shot.l4 + 4, length);
			REASON(shot, BAD_UDP);
		}
		put16(shot.byte + shot.l4 + 4, 8); /* less than the packet has */
		RULE(shot, "extra-udp");
		put16(shot.byte + shot.l4 + 4, 17);
		REASON(shot, BAD_UDP);
		shot = right;
		put16(shot.byte + shot.l4, 0);
		REASON(shot, PORT_ZERO);
		shot = right;
		put16(shot.byte + shot.l4 + 2, 0);
		REASON(shot, PORT_ZERO);
	}
}

static void addresses(void **state)
{
	static const char *const martians[] = {
		"0.0.0.0",	  "0.1.2.3",   "127.0.0.1", "127.255.255.255", "224.0.0.1",
		"239.1.2.3",	  "240.0.0.1", "::",	    "255.255.255.255", "::1",
		"::ffff:1.2.3.4", "ff02::1",   "ff0e::1",
	};
	struct shot shot;

	(void)state;
	for (size_t i = 0; i < sizeof(martians) / sizeof(*martians); i++) {
		bool ipv6 = strchr(martians[i], ':');

		for (int port = 443; port < 445; port++) {
			shot = shot_tcp(IN, martians[i], 40000, ipv6 ? VIP6 : VIP, (uint16_t)port,
					SYN);
			REASON(shot, MARTIAN);
		}
		shot = shot_icmp(IN, martians[i], ipv6 ? VIP6 : VIP, ipv6 ? 128 : 8, 1);
		REASON(shot, MARTIAN);
	}
	shot = shot_tcp(IN, EDGE, 40000, VIP, 443, SYN);
	REASON(shot, SPOOFED_LOCAL);
	shot = shot_tcp(IN, EDGE6, 40000, VIP6, 443, ACK);
	REASON(shot, SPOOFED_LOCAL);
	shot = shot_tcp(IN, CLIENT, 40000, "192.0.2.99", 443, SYN);
	REASON(shot, NOT_LOCAL);
	shot = shot_udp(IN, CLIENT, 40000, "224.0.0.251", 5353);
	REASON(shot, NOT_LOCAL);
	shot = shot_tcp(IN, VIP, 443, VIP, 443, SYN);
	REASON(shot, LAND);
	shot = shot_tcp(IN, VIP6, 443, VIP6, 443, SYN);
	REASON(shot, LAND);
	shot = shot_tcp(OUT, VIP, 443, VIP, 40000, ACK);
	REASON(shot, LAND);
}

/* A zone that is bound to a NIC, from there and from elsewhere. */
static void bound_zone(void **state)
{
	struct shot shot = shot_tcp(IN, "198.51.100.7", 40000, EDGE, 7000, SYN);

	(void)state;
	REASON(shot, SPOOFED_INTERFACE);
	shot.ifgroup = 1;
	RULE(shot, "extra-bound");
	/* The NIC is open to others, by the rules. */
	shot = shot_tcp(IN, CLIENT, 40000, VIP, 443, SYN);
	shot.ifgroup = 1;
	RULE(shot, "5");
	shot = shot_tcp(OUT, EDGE, 7000, "198.51.100.7", 40000, SYN | ACK);
	shot.ifgroup = 1;
	RULE(shot, "extra-bound");
}

static void other_protocols(void **state)
{
	struct shot shot = shot_ip(IN, SERVER, EDGE, 47, 16);

	(void)state;
	RULE(shot, "extra-gre");
	shot = shot_ip(IN, CLIENT, EDGE, 47, 16);
	REASON(shot, NO_RULE);
	shot = shot_ip(IN, CLIENT, EDGE, 50, 0);
	RULE(shot, "extra-esp");
	shot = shot_ip(IN, CLIENT6, EDGE6, 50, 16);
	RULE(shot, "extra-esp");
	shot = shot_ip(IN, CLIENT, EDGE, 51, 16);
	REASON(shot, NO_RULE);
	shot = shot_ip(IN, CLIENT6, EDGE6, 59, 0);
	REASON(shot, NO_RULE);
	shot = shot_ip(OUT, EDGE, SERVER, 47, 16);
	RULE(shot, "extra-gre");
	shot = shot_ip(OUT, EDGE, CLIENT, 47, 16);
	REASON(shot, NO_RULE);
	shot = shot_ip(IN, CLIENT, EDGE, 0, 16); /* hop-by-hop is a number like others in IPv4 */
	REASON(shot, NO_RULE);
}

int test_headers(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ipv4_header), TEST(ipv4_options), TEST(tcp_flags),	 TEST(tcp_header),
		TEST(udp_header),  TEST(addresses),    TEST(bound_zone), TEST(other_protocols),
	};

	return cmocka_run_group_tests_name("headers", tests, NULL, NULL);
}
