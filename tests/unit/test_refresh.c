// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Names asked in the background: a resolver that hangs holds nobody up, a failure keeps the last
 * good answer, a change is told. The resolver is the test's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>

#include "resolve/refresh.h"

/* What the resolver answers: one address a name; "slow" names wait for the gate. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_opens = PTHREAD_COND_INITIALIZER;
static bool gate_open;
static uint32_t address;
static int failure;
static unsigned int questions, left;

static int ask(const char *name, struct name_addresses *ret_addresses)
{
	int error;

	pthread_mutex_lock(&lock);
	questions++;
	pthread_cond_broadcast(&gate_opens);
	while (!strncmp(name, "slow", 4) && !gate_open)
		pthread_cond_wait(&gate_opens, &lock);
	error = failure;
	if (!error) {
		ret_addresses->v4 = malloc(sizeof(uint32_t));
		ret_addresses->v4[0] = address;
		ret_addresses->count4 = 1;
	}
	left++;
	pthread_cond_broadcast(&gate_opens);
	pthread_mutex_unlock(&lock);
	return error;
}

static void resolver_set(uint32_t new_address, int new_failure)
{
	pthread_mutex_lock(&lock);
	address = new_address;
	failure = new_failure;
	questions = left = 0;
	gate_open = false;
	pthread_mutex_unlock(&lock);
}

static void gate_let_through(unsigned int wanted)
{
	pthread_mutex_lock(&lock);
	gate_open = true;
	pthread_cond_broadcast(&gate_opens);
	while (left < wanted)
		pthread_cond_wait(&gate_opens, &lock);
	pthread_mutex_unlock(&lock);
}

static void questions_wait(unsigned int wanted)
{
	pthread_mutex_lock(&lock);
	while (questions < wanted)
		pthread_cond_wait(&gate_opens, &lock);
	pthread_mutex_unlock(&lock);
}

struct fixture {
	struct name_cache *cache;
	struct name_refresh *refresh;
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fixture->cache = name_cache_new();
	name_cache_defer(fixture->cache, true);
	assert_int_equal(name_refresh_new(fixture->cache, ask, &fixture->refresh), 0);
	resolver_set(0x0a000001, 0);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	name_refresh_free(fixture->refresh);
	name_cache_free(fixture->cache);
	free(fixture);
	return 0;
}

static size_t settle(struct fixture *fixture)
{
	size_t changed = 0;

	assert_int_equal(name_refresh_settle(fixture->refresh, 5000, &changed), 0);
	assert_int_equal(name_refresh_pending(fixture->refresh), 0);
	return changed;
}

/* As settle(), but at a time of the test's choice. */
static size_t refresh_at(struct fixture *fixture, int64_t now_ms)
{
	struct pollfd wait = {.fd = name_refresh_fd(fixture->refresh), .events = POLLIN};
	size_t changed = 0, sum = 0;

	assert_int_equal(name_refresh_start(fixture->refresh, now_ms), 0);
	while (name_refresh_pending(fixture->refresh)) {
		assert_int_equal(poll(&wait, 1, 5000), 1);
		assert_int_equal(name_refresh_collect(fixture->refresh, now_ms, &changed), 0);
		sum += changed;
	}
	return sum;
}

static void a_deferred_cache_asks_nobody(void **state)
{
	struct fixture *fixture = *state;
	const struct name_entry *entry = name_cache_get(fixture->cache, "a.example", 0);

	assert_non_null(entry);
	assert_false(entry->resolved);
	assert_true(name_entry_is_due(entry, 0));
	assert_int_equal(questions, 0);
}

static void answers_come_by_the_descriptor(void **state)
{
	struct fixture *fixture = *state;
	const struct name_entry *entry = name_cache_get(fixture->cache, "a.example", 0);

	name_cache_get(fixture->cache, "b.example", 0);
	assert_int_equal(settle(fixture), 2);
	assert_true(entry->resolved);
	assert_int_equal(entry->error, 0);
	assert_int_equal(entry->answer.v4[0], 0x0a000001);
	assert_int_equal(questions, 2);
	/* fresh: nothing to ask, and not due for five minutes */
	assert_int_equal(settle(fixture), 0);
	assert_int_equal(questions, 2);
	assert_true(name_refresh_wait_ms(fixture->refresh, name_now_ms()) > NAME_FRESH_MS - 10000);
}

static void five_minutes_are_to_the_letter(void **state)
{
	struct fixture *fixture = *state;
	const int64_t start_ms = 1000000;

	name_cache_get(fixture->cache, "a.example", start_ms);
	assert_int_equal(refresh_at(fixture, start_ms), 1);
	assert_int_equal(refresh_at(fixture, start_ms + NAME_FRESH_MS), 0);
	assert_int_equal(questions, 1);
	assert_int_equal(refresh_at(fixture, start_ms + NAME_FRESH_MS + 1), 0);
	assert_int_equal(questions, 2);
}

static void a_change_is_told_once(void **state)
{
	struct fixture *fixture = *state;
	const struct name_entry *entry = name_cache_get(fixture->cache, "a.example", 0);

	refresh_at(fixture, 0);
	resolver_set(0x0a000002, 0);
	assert_int_equal(refresh_at(fixture, NAME_FRESH_MS + 1), 1);
	assert_int_equal(entry->answer.v4[0], 0x0a000002);
	assert_int_equal(refresh_at(fixture, 2 * (NAME_FRESH_MS + 1)), 0);
}

static void a_failure_keeps_the_last_good_answer(void **state)
{
	struct fixture *fixture = *state;
	const struct name_entry *entry = name_cache_get(fixture->cache, "a.example", 0);
	int64_t now_ms = NAME_FRESH_MS + 1;

	refresh_at(fixture, 0);
	resolver_set(0, EAI_AGAIN);
	assert_int_equal(refresh_at(fixture, now_ms), 0);
	assert_true(entry->resolved);
	assert_int_equal(entry->error, EAI_AGAIN);
	assert_int_equal(entry->answer.v4[0], 0x0a000001);
	assert_int_equal(entry->answered_ms, 0);
	/* asked again soon, and the recovery is a change only when the answer is another one */
	assert_false(name_entry_is_due(entry, now_ms + NAME_RETRY_MS));
	resolver_set(0x0a000001, 0);
	assert_int_equal(refresh_at(fixture, now_ms + NAME_RETRY_MS + 1), 0);
	assert_int_equal(entry->error, 0);
	assert_int_equal(entry->answered_ms, now_ms + NAME_RETRY_MS + 1);
}

static void a_slow_resolver_holds_nobody_up(void **state)
{
	struct fixture *fixture = *state;
	const struct name_entry *quick;
	size_t changed = 0;

	name_cache_get(fixture->cache, "slow.example", 0);
	quick = name_cache_get(fixture->cache, "a.example", 0);
	assert_int_equal(name_refresh_settle(fixture->refresh, 300, &changed), 0);
	assert_int_equal(changed, 1);
	assert_true(quick->resolved);
	assert_int_equal(name_refresh_pending(fixture->refresh), 1);
	/* one that is under way is not asked again */
	assert_int_equal(name_refresh_start(fixture->refresh, name_now_ms()), 0);
	assert_int_equal(name_refresh_pending(fixture->refresh), 1);
	gate_let_through(2);
	assert_int_equal(settle(fixture), 1);
	assert_int_equal(questions, 2);
}

static void leaving_does_not_wait(void **state)
{
	struct name_cache *cache = name_cache_new();
	struct name_refresh *refresh;

	name_cache_defer(cache, true);
	assert_int_equal(name_refresh_new(cache, ask, &refresh), 0);
	for (char name[] = "slow0.example"; name[4] < '8'; name[4]++)
		name_cache_get(cache, name, 0);
	assert_int_equal(name_refresh_start(refresh, 0), 0);
	assert_int_equal(name_refresh_pending(refresh), 8);
	questions_wait(4); /* all workers are in the resolver */
	name_refresh_free(refresh);
	name_cache_free(cache);
	/* Workers end by themselves; the other questions are dropped. */
	gate_let_through(4);
	(void)state;
}

static void names_that_nobody_wants_go(void **state)
{
	struct fixture *fixture = *state;

	name_cache_get(fixture->cache, "old.example", 0);
	name_cache_get(fixture->cache, "kept.example", 0);
	settle(fixture);
	name_cache_mark(fixture->cache);
	name_cache_get(fixture->cache, "KEPT.example", 0);
	name_cache_prune(fixture->cache);
	assert_int_equal(name_cache_count(fixture->cache), 1);
	assert_string_equal(name_cache_at(fixture->cache, 0)->name, "kept.example");
	assert_true(name_cache_at(fixture->cache, 0)->resolved);
}

static void an_answer_for_a_pruned_name_is_dropped(void **state)
{
	struct fixture *fixture = *state;

	name_cache_get(fixture->cache, "slow.example", 0);
	assert_int_equal(name_refresh_start(fixture->refresh, 0), 0);
	name_cache_mark(fixture->cache);
	name_cache_prune(fixture->cache);
	gate_let_through(1);
	assert_int_equal(settle(fixture), 0);
	assert_int_equal(name_cache_count(fixture->cache), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_deferred_cache_asks_nobody),
		TEST(answers_come_by_the_descriptor),
		TEST(five_minutes_are_to_the_letter),
		TEST(a_change_is_told_once),
		TEST(a_failure_keeps_the_last_good_answer),
		TEST(a_slow_resolver_holds_nobody_up),
		TEST(leaving_does_not_wait),
		TEST(names_that_nobody_wants_go),
		TEST(an_answer_for_a_pruned_name_is_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
