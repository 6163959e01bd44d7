/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Fragments: later ones follow the first; tiny, overlapping, orphaned and malformed ones do not
 * pass. Both families, both hooks.
 */
#include "tests.h"

/* A UDP datagram of 200 bytes that a rule accepts, or its answer. */
static struct shot datagram(enum zg_hook hook, bool ipv6)
{
	struct shot shot =
		hook == IN
			? shot_udp(IN, ipv6 ? CLIENT6 : CLIENT, 40000, ipv6 ? EDGE6 : EDGE, 5353)
			: shot_udp(OUT, ipv6 ? EDGE6 : EDGE, 5353, ipv6 ? CLIENT6 : CLIENT, 40000);

	shot_resize(&shot, 200);
	put16(shot.byte + shot.l4 + 4, 200);
	return shot;
}

static struct shot segment(enum zg_hook hook, bool ipv6)
{
	struct shot shot = hook == IN ? shot_tcp(IN, ipv6 ? CLIENT6 : CLIENT, 40000,
						 ipv6 ? VIP6 : VIP, 443, ACK)
				      : shot_tcp(OUT, ipv6 ? VIP6 : VIP, 443,
						 ipv6 ? CLIENT6 : CLIENT, 40000, ACK);

	shot_resize(&shot, 100);
	return shot;
}

static void follow(enum zg_hook hook, bool ipv6)
{
	struct shot whole = datagram(hook, ipv6), other;
	struct shot first = shot_fragment(&whole, 7, 0, 96, true);
	struct shot middle = shot_fragment(&whole, 7, 96, 48, true);
	struct shot last = shot_fragment(&whole, 7, 144, 56, false);

	REASON(last, FRAGMENT_ORPHAN);
	RULE(first, "extra-udp");
	RULE(last, "extra-udp");
	RULE(middle, "extra-udp");
	RULE(middle, "extra-udp"); /* repeated */
	other = shot_fragment(&whole, 8, 96, 48, true);
	REASON(other, FRAGMENT_ORPHAN); /* another packet */
	other = middle;
	other.hook = hook == IN ? OUT : IN;
	REASON(other, FRAGMENT_ORPHAN); /* the other hook */
	other = middle;
	other.byte[other.l3 + (ipv6 ? 23 : 15)] ^= 1; /* another source */
	REASON(other, FRAGMENT_ORPHAN);
	other = middle;
	other.byte[ipv6 ? other.l3 + 40 : other.l3 + 9] = 132; /* another protocol */
	REASON(other, FRAGMENT_ORPHAN);
	stand_age(stand, 31);
	REASON(middle, FRAGMENT_ORPHAN);
}

static void later_follow_first(void **state)
{
	(void)state;
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		stand_forget(stand);
		follow(IN, ipv6);
		stand_forget(stand);
		follow(OUT, ipv6);
	}
}

/* What looks like ports at the start of a later fragment is payload. */
static void no_ports_later(void **state)
{
	(void)state;
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		struct shot whole = segment(IN, ipv6), later;

		put16(whole.byte + whole.l4 + 24, 40000);
		put16(whole.byte + whole.l4 + 26, 443);
		whole.byte[whole.l4 + 24 + 12] = 0x50;
		whole.byte[whole.l4 + 24 + 13] = SYN;
		later = shot_fragment(&whole, 9, 24, 40, true);
		REASON(later, FRAGMENT_ORPHAN);
	}
}

/* A first fragment that is dropped does not open the way for the rest. */
static void refused_first(void **state)
{
	(void)state;
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		struct shot whole = datagram(IN, ipv6), shot;

		put16(whole.byte + whole.l4 + 2, 5354); /* no rule's port */
		shot = shot_fragment(&whole, 10, 0, 96, true);
		REASON(shot, NO_RULE);
		shot = shot_fragment(&whole, 10, 96, 104, false);
		REASON(shot, FRAGMENT_ORPHAN);
	}
}

/* RFC 1858, RFC 7112: all of the transport header is in the first fragment. */
static void tiny(void **state)
{
	(void)state;
	for (enum zg_hook hook = IN; hook <= OUT; hook++) {
		for (int ipv6 = 0; ipv6 < 2; ipv6++) {
			struct shot whole = segment(hook, ipv6), shot;

			shot = shot_fragment(&whole, 11, 0, 8, true);
			REASON(shot, FRAGMENT_TINY);
			shot = shot_fragment(&whole, 11, 0, 16, true);
			REASON(shot, FRAGMENT_TINY);
			shot = shot_fragment(&whole, 11, 0, 24, true);
			RULE(shot, "5");
			whole.byte[whole.l4 + 12] = 0x80; /* options reach to byte 32 */
			shot = shot_fragment(&whole, 11, 0, 24, true);
			REASON(shot, FRAGMENT_TINY);
			shot = shot_fragment(&whole, 11, 0, 32, true);
			RULE(shot, "5");
			whole = datagram(hook, ipv6);
			shot = shot_fragment(&whole, 11, 0, 8, true);
			RULE(shot, "extra-udp");
		}
	}
}

/* IPv6: extension headers behind the fragment header belong into the first fragment, too. */
static void tiny_extensions(void **state)
{
	struct shot whole = datagram(IN, true), shot;
	uint8_t *next;

	(void)state;
	shot_extend(&whole, 60, 16);
	whole.proto = 60;
	/* The options header is part of what is cut to pieces. */
	whole.l4 -= 16;
	shot = shot_fragment(&whole, 12, 0, 8, true);
	REASON(shot, FRAGMENT_TINY);
	shot = shot_fragment(&whole, 12, 0, 16, true);
	REASON(shot, FRAGMENT_TINY); /* all of the options, nothing of UDP */
	shot = shot_fragment(&whole, 12, 0, 24, true);
	RULE(shot, "extra-udp");
	next = shot.byte + shot.l3 + 40;
	assert_int_equal(*next, 60);
	shot = shot_fragment(&whole, 12, 24, 64, true);
	RULE(shot, "extra-udp");
}

/* RFC 1858, RFC 3128: a piece that lies over the TCP header. */
static void overlap(void **state)
{
	(void)state;
	for (enum zg_hook hook = IN; hook <= OUT; hook++) {
		for (int ipv6 = 0; ipv6 < 2; ipv6++) {
			struct shot whole = segment(hook, ipv6), shot;

			shot = shot_fragment(&whole, 13, 0, 24, true);
			RULE(shot, "5");
			shot = shot_fragment(&whole, 13, 8, 16, true);
			REASON(shot, FRAGMENT_OVERLAP);
			shot = shot_fragment(&whole, 13, 16, 16, true);
			REASON(shot, FRAGMENT_OVERLAP);
			shot = shot_fragment(&whole, 13, 24, 76, false);
			RULE(shot, "5");
		}
	}
}

static void malformed(void **state)
{
	(void)state;
	for (enum zg_hook hook = IN; hook <= OUT; hook++) {
		for (int ipv6 = 0; ipv6 < 2; ipv6++) {
			struct shot whole = datagram(hook, ipv6), shot;
			uint8_t *field;

			shot = shot_fragment(&whole, 14, 0, 97, true); /* not a multiple of 8 */
			REASON(shot, BAD_FRAGMENT);
			shot = shot_fragment(&whole, 14, 96, 0, false); /* nothing in it */
			REASON(shot, BAD_FRAGMENT);
			shot = shot_fragment(&whole, 14, 96, 104, false);
			field = shot.byte + shot.l3 + (ipv6 ? 42 : 6);
			put16(field, ipv6 ? 0xfff8 : 0x1fff); /* past 65,535: the ping of death */
			REASON(shot, BAD_FRAGMENT);
		}
	}
}

/* Fragments of ICMP: a ping in pieces follows its first; neighbour discovery never comes so. */
static void icmp_fragments(void **state)
{
	struct shot whole = shot_icmp(IN, CLIENT, VIP, 8, 1), shot;

	(void)state;
	shot_resize(&whole, 100);
	shot = shot_fragment(&whole, 15, 0, 48, true);
	REASON(shot, ECHO);
	shot = shot_fragment(&whole, 15, 48, 52, false);
	REASON(shot, ECHO);
	whole = shot_icmp(IN, "fe80::1", "fe80::2", 135, 0);
	whole.byte[whole.l3 + 7] = 255;
	REASON(whole, ND);
	shot = shot_fragment(&whole, 16, 0, 24, false); /* atomic, and refused (RFC 6980) */
	REASON(shot, ND_INVALID);
}

int test_fragments(void)
{
	const struct CMUnitTest tests[] = {
		TEST(later_follow_first), TEST(no_ports_later),
		TEST(refused_first),	  TEST(tiny),
		TEST(tiny_extensions),	  TEST(overlap),
		TEST(malformed),	  TEST(icmp_fragments),
	};

	return cmocka_run_group_tests_name("fragments", tests, NULL, NULL);
}
