/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The link layer: ethertypes, LLC, VLAN tags, ARP; frames that end early.
 */
#include "tests.h"

static struct shot good(enum zg_hook hook)
{
	return hook == IN ? shot_tcp(IN, CLIENT, 40000, VIP, 443, SYN)
			  : shot_tcp(OUT, VIP, 443, CLIENT, 40000, ACK);
}

static void ethertypes(void **state)
{
	(void)state;
	for (enum zg_hook hook = IN; hook <= OUT; hook++) {
		struct shot shot = good(hook);

		RULE(shot, "5");
		put16(shot.byte + 12, 0x88cc); /* listed: LLDP */
		REASON(shot, ETHERTYPE);
		put16(shot.byte + 12, 0x88cd);
		REASON(shot, ETHERTYPE_UNKNOWN);
		put16(shot.byte + 12, 0x0600);
		REASON(shot, ETHERTYPE_UNKNOWN);
		put16(shot.byte + 12, 0x05ff);
		REASON(shot, LLC);
		put16(shot.byte + 12, 40);
		REASON(shot, LLC);
		put16(shot.byte + 12, 0x86dd); /* IPv4 under the name of IPv6, and back */
		REASON(shot, BAD_IPV6);
		shot = shot_tcp(hook, CLIENT6, 1, VIP6, 443, SYN);
		put16(shot.byte + 12, 0x0800);
		REASON(shot, BAD_IPV4);
	}
}

static void vlan_tags(void **state)
{
	(void)state;
	for (enum zg_hook hook = IN; hook <= OUT; hook++) {
		struct shot shot = good(hook), ipv6;

		shot_tag(&shot, 0x8100);
		RULE(shot, "5");
		shot_tag(&shot, 0x88a8);
		RULE(shot, "5");
		shot_tag(&shot, 0x88a8);
		REASON(shot, VLAN_DEPTH);
		shot_tag(&shot, 0x8100);
		REASON(shot, VLAN_DEPTH);
		ipv6 = hook == IN ? shot_tcp(IN, CLIENT6, 40000, VIP6, 443, SYN)
				  : shot_tcp(OUT, VIP6, 443, CLIENT6, 40000, ACK);
		shot_tag(&ipv6, 0x8100);
		shot_tag(&ipv6, 0x8100);
		RULE(ipv6, "5");
		shot = good(hook);
		shot_tag(&shot, 0x9100); /* a third party's idea of a tag */
		REASON(shot, ETHERTYPE_UNKNOWN);
	}
}

static void arp(void **state)
{
	(void)state;
	for (enum zg_hook hook = IN; hook <= OUT; hook++) {
		struct shot shot = shot_arp(hook, 1);

		REASON(shot, ARP);
		shot = shot_arp(hook, 2);
		REASON(shot, ARP);
		shot_tag(&shot, 0x8100);
		REASON(shot, ARP);
		shot = shot_arp(hook, 3);
		REASON(shot, BAD_ARP);
		shot = shot_arp(hook, 1);
		shot.byte[15] = 6;
		REASON(shot, BAD_ARP);
		shot = shot_arp(hook, 1);
		put16(shot.byte + 16, 0x86dd);
		REASON(shot, BAD_ARP);
		shot = shot_arp(hook, 1);
		shot.byte[18] = 8;
		REASON(shot, BAD_ARP);
		shot = shot_arp(hook, 1);
		shot.byte[19] = 16;
		REASON(shot, BAD_ARP);
		shot = shot_arp(hook, 1);
		shot.size--;
		REASON(shot, TRUNCATED);
	}
}

/* Ends the frame after each byte: it never passes, and never as something else than cut. */
static void cut(struct shot shot)
{
	for (size_t whole = shot.size; shot.size-- > 0;) {
		struct judge_verdict verdict = stand_shoot(stand, &shot, __FILE__, __LINE__);

		assert_true(shot.size < whole);
		assert_false(verdict.pass);
		assert_true(verdict.reason == ZG_R_TRUNCATED || verdict.reason == ZG_R_BAD_IPV4 ||
			    verdict.reason == ZG_R_BAD_IPV6);
	}
}

static void cut_at_every_byte(void **state)
{
	const uint8_t options[8] = {0x94, 4, 0, 0, 1, 1, 1, 0}; /* router alert, NOPs, end */
	struct shot shot, quoted;

	(void)state;
	for (enum zg_hook hook = IN; hook <= OUT; hook++) {
		shot = good(hook);
		shot_tag(&shot, 0x8100);
		shot_tag(&shot, 0x88a8);
		cut(shot);
		cut(shot_arp(hook, 1));
		shot = good(hook);
		shot_insert(&shot, shot.l4, options, sizeof(options));
		shot.byte[14] += 2;
		RULE(shot, "5");
		cut(shot);
		shot = hook == IN ? shot_udp(IN, CLIENT6, 40000, EDGE6, 5353)
				  : shot_udp(OUT, EDGE6, 5353, CLIENT6, 40000);
		shot_extend(&shot, 60, 16);
		shot_extend(&shot, 60, 8);
		RULE(shot, "extra-udp");
		cut(shot);
		quoted = good(hook == IN ? OUT : IN);
		shot = hook == IN ? shot_error(IN, "198.18.0.1", VIP, 3, &quoted)
				  : shot_error(OUT, VIP, CLIENT, 3, &quoted);
		REASON(shot, ICMP_ERROR);
		cut(shot);
	}
}

/* The packet's end cut and its length field with it: each header says which one is short. */
static void shortened(void **state)
{
	(void)state;
	for (enum zg_hook hook = IN; hook <= OUT; hook++) {
		for (size_t payload = 0; payload < 20; payload++) {
			struct shot shot = good(hook);

			shot_resize(&shot, payload);
			REASON(shot, TRUNCATED);
		}
		for (size_t payload = 1; payload < 8; payload++) {
			struct shot shot = shot_udp(hook, CLIENT6, 1, VIP6, 5353);

			shot_resize(&shot, payload);
			REASON(shot, TRUNCATED);
			shot = shot_icmp(hook, CLIENT, VIP, 8, 1);
			shot_resize(&shot, payload);
			REASON(shot, TRUNCATED);
		}
	}
}

/* Ethernet pads short frames: what lies behind the packet's end is nobody's. */
static void padding(void **state)
{
	(void)state;
	for (enum zg_hook hook = IN; hook <= OUT; hook++) {
		struct shot shot = good(hook);

		shot.size += 6;
		RULE(shot, "5");
		shot.size += 1000;
		RULE(shot, "5");
	}
}

int test_link(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ethertypes),	 TEST(vlan_tags), TEST(arp),
		TEST(cut_at_every_byte), TEST(shortened), TEST(padding),
	};

	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
