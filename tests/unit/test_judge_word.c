/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The control word as the hooks read it: what is in force, what a deadline changes, all passing
 * where nothing is; and the bound on what drops tell. What rules say is the oracle's affair.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "judge/judge.h"
#include "policy_make.h"

#define SECOND_NS 1000000000ull

struct site {
	struct resolved policy;
	struct image image;
	struct judge judge;
};

/* A policy without rules: it drops whatever has an address. */
static void site_make(struct site *site)
{
	struct diags diags = {0};

	policy_start(&site->policy);
	zone_make(&site->policy, true);
	assert_int_equal(image_build(&site->policy, &diags, &site->image), 0);
	assert_int_equal(judge_init(&site->judge, &site->image), 0);
	diags_free(&diags);
}

static void site_free(struct site *site)
{
	judge_free(&site->judge);
	image_free(&site->image);
	arena_free(&site->policy.arena);
}

static struct judge_verdict syn_judge(struct judge *judge, enum zg_hook hook)
{
	static const uint8_t syn[54] = {
		[12] = 0x08, [14] = 0x45, [17] = 40, [22] = 64,	  [23] = 6,
		[26] = 203,  [28] = 113,  [29] = 7,  [30] = 192,  [32] = 2,
		[33] = 10,   [34] = 0x80, [36] = 1,  [46] = 0x50, [47] = 0x02};
	const struct judge_frame frame = {.hook = hook, .data = syn, .size = sizeof(syn)};
	struct judge_verdict verdict;

	judge_frame(judge, &frame, &verdict);
	return verdict;
}

static void test_pass_all(void **state)
{
	struct site site;

	(void)state;
	site_make(&site);
	site.judge.control.word = ZG_WORD(ZG_PASS_ALL, 0, 0);
	for (int hook = ZG_INGRESS; hook <= ZG_EGRESS; hook++) {
		struct judge_verdict verdict = syn_judge(&site.judge, (enum zg_hook)hook);
		const struct zg_reason_counter *counter =
			&site.judge.reasons[ZG_REASON_INDEX(hook, 0, ZG_R_PASS_ALL)];

		assert_true(verdict.pass);
		assert_int_equal(verdict.reason, ZG_R_PASS_ALL);
		assert_int_equal(counter->packets, 1);
		assert_int_equal(counter->bytes, 54);
	}
	site_free(&site);
}

static void test_deadline(void **state)
{
	struct site site;

	(void)state;
	site_make(&site);
	/* On trial until the tenth second; from then on all passes, as before the first apply. */
	site.judge.control.word = ZG_WORD(0, ZG_PASS_ALL, 10000);
	site.judge.now_ns = 10 * SECOND_NS - 1;
	assert_false(syn_judge(&site.judge, ZG_INGRESS).pass);
	assert_false(syn_judge(&site.judge, ZG_EGRESS).pass);
	site.judge.now_ns = 10 * SECOND_NS;
	assert_true(syn_judge(&site.judge, ZG_INGRESS).pass);
	assert_true(syn_judge(&site.judge, ZG_EGRESS).pass);
	site_free(&site);
}

static void test_events_are_bounded(void **state)
{
	struct site site;

	(void)state;
	site_make(&site);
	syn_judge(&site.judge, ZG_INGRESS);
	assert_int_equal(site.judge.events, 0); /* nobody listens */
	site.judge.control.events_per_s = 3;
	for (int i = 0; i < 10; i++)
		syn_judge(&site.judge, ZG_INGRESS);
	assert_int_equal(site.judge.events, 3);
	assert_int_equal(site.judge.event_rate.suppressed, 7);
	site.judge.now_ns += SECOND_NS;
	syn_judge(&site.judge, ZG_EGRESS);
	assert_int_equal(site.judge.events, 4);
	assert_int_equal(site.judge.event.hook, ZG_EGRESS);
	site_free(&site);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pass_all),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_events_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
