/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What changes the meaning of a verdict: audit, ingress and egress = pass, and the control word.
 */
#include "tests.h"

#include <time.h>

#include "kernel/firewall.h"

static void with_flags(uint32_t set, void (*shoot)(void))
{
	uint32_t flags = stand->judge.settings.flags;

	stand_flags(stand, set, 0);
	shoot();
	stand_flags(stand, flags, ~flags);
}

static bool audited(const struct shot *shot, enum zg_reason reason)
{
	struct judge_verdict verdict = stand_shoot(stand, shot, __FILE__, __LINE__);

	return verdict.pass && verdict.audited && verdict.reason == reason;
}

static void audit_shoot(void)
{
	struct shot shot = shot_tcp(IN, CLIENT, 40000, VIP, 999, SYN), whole;

	assert_true(audited(&shot, ZG_R_NO_RULE));
	shot.byte[shot.l4 + 12] = 0x40;
	assert_true(audited(&shot, ZG_R_BAD_TCP));
	shot = shot_tcp(OUT, EDGE, 50000, CLIENT, 443, SYN);
	assert_true(audited(&shot, ZG_R_ORIGIN_PORT));
	shot = shot_tcp(IN, CLIENT, 443, EDGE, 50000, SYN | ACK);
	assert_true(audited(&shot, ZG_R_SYN_ACK)); /* no flow was made */
	whole = shot_udp(IN, CLIENT, 40000, VIP, 999);
	shot_resize(&whole, 64);
	put16(whole.byte + whole.l4 + 4, 64);
	shot = shot_fragment(&whole, 3, 0, 32, true);
	assert_true(audited(&shot, ZG_R_NO_RULE));
	shot = shot_fragment(&whole, 3, 32, 32, false);
	assert_true(audited(&shot, ZG_R_FRAGMENT_ORPHAN));
	shot = shot_tcp(IN, CLIENT, 40000, VIP, 443, SYN);
	RULE(shot, "5");
}

static void audit(void **state)
{
	(void)state;
	with_flags(ZG_F_AUDIT, audit_shoot);
}

static void ingress_pass_shoot(void)
{
	struct shot shot = shot_tcp(IN, CLIENT, 40000, VIP, 999, SYN);

	REASON(shot, DEFAULT_PASS);
	shot = shot_tcp(IN, CLIENT, 40000, VIP, 999, ACK);
	REASON(shot, DEFAULT_PASS);
	shot = shot_tcp(IN, CLIENT, 40000, VIP, 999, SYN | ACK);
	REASON(shot, DEFAULT_PASS);
	shot = shot_udp(IN, CLIENT, 40000, "192.0.2.99", 999);
	REASON(shot, DEFAULT_PASS);
	shot = shot_tcp(IN, "127.0.0.1", 40000, VIP, 999, SYN);
	REASON(shot, MARTIAN);
	shot = shot_tcp(IN, CLIENT, 40000, VIP, 999, SYN | FIN);
	REASON(shot, TCP_FLAGS);
	shot = shot_icmp(IN, CLIENT, VIP, 13, 1);
	REASON(shot, ICMP_TYPE);
	shot = shot_tcp(IN, CLIENT, 40000, VIP, 443, SYN);
	RULE(shot, "5");
}

static void ingress_pass(void **state)
{
	(void)state;
	with_flags(ZG_F_INGRESS_PASS, ingress_pass_shoot);
}

static void egress_pass_shoot(void)
{
	struct shot shot = shot_udp(OUT, EDGE, 40000, "10.20.0.9", 999);

	REASON(shot, DEFAULT_PASS);
	shot = shot_udp(IN, "10.20.0.9", 999, EDGE, 40000); /* a flow was made */
	REASON(shot, DEFAULT_PASS);
	shot = shot_tcp(OUT, EDGE, 40000, "10.20.0.9", 999, SYN);
	REASON(shot, DEFAULT_PASS);
	shot = shot_tcp(IN, "10.20.0.9", 999, EDGE, 40000, SYN | ACK);
	REASON(shot, DEFAULT_PASS);
	shot = shot_tcp(OUT, EDGE, 40001, "10.20.0.9", 999, SYN | ACK);
	REASON(shot, DEFAULT_PASS);
	shot = shot_tcp(IN, "10.20.0.9", 999, EDGE, 40001, ACK); /* none for that */
	REASON(shot, NO_FLOW);
	shot = shot_tcp(OUT, EDGE, 40002, CLIENT, 999, SYN); /* lines hold all the same */
	REASON(shot, ORIGIN_PORT);
	shot = shot_udp(OUT, EDGE, 40000, "10.20.0.9", 0);
	REASON(shot, PORT_ZERO);
}

static void egress_pass(void **state)
{
	(void)state;
	with_flags(ZG_F_EGRESS_PASS, egress_pass_shoot);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void word_set(uint32_t active, uint32_t fallback, uint64_t deadline_ms)
{
	firewall_flip(&stand->firewall, active, fallback, deadline_ms);
	/* The judge's one half is the kernel's half 1, and its clock has been put forward. */
	if (deadline_ms)
		deadline_ms += stand->aged_ns / 1000000;
	stand->judge.control.word = ZG_WORD(active == ZG_PASS_ALL ? ZG_PASS_ALL : 0,
					    fallback == ZG_PASS_ALL ? ZG_PASS_ALL : 0, deadline_ms);
}

static void control_word(void **state)
{
	struct shot in = shot_tcp(IN, CLIENT, 40000, VIP, 999, SYN);
	struct shot out = shot_tcp(OUT, EDGE, 62345, "10.20.0.9", 999, SYN);
	struct judge_verdict verdict;

	(void)state;
	word_set(ZG_PASS_ALL, ZG_PASS_ALL, 0);
	REASON(in, PASS_ALL);
	REASON(out, PASS_ALL);
	word_set(1, ZG_PASS_ALL, now_ms() + 3600000); /* before the deadline */
	REASON(in, NO_RULE);
	REASON(out, NO_RULE);
	word_set(1, ZG_PASS_ALL, now_ms() - 1); /* and behind it */
	verdict = stand_shoot(stand, &in, __FILE__, __LINE__);
	word_set(1, 1, 0);
	assert_int_equal(verdict.reason, ZG_R_PASS_ALL);
	REASON(in, NO_RULE);
}

int test_modes(void)
{
	const struct CMUnitTest tests[] = {
		TEST(audit),
		TEST(ingress_pass),
		TEST(egress_pass),
		TEST(control_word),
	};

	return cmocka_run_group_tests_name("modes", tests, NULL, NULL);
}
