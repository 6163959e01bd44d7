/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * resolve/names: answers are kept for five minutes, good ones through failures.
 */
#include "text_make.h"

#include <netdb.h>

#include "resolve/names.h"

static int asked, answer_error;
static uint32_t answer_v4[4];
static size_t answer_count;

static int fake_asker(const char *name, struct name_addresses *ret_addresses)
{
	(void)name;
	asked++;
	if (answer_error)
		return answer_error;
	ret_addresses->v4 = calloc(4, sizeof(uint32_t));
	assert_non_null(ret_addresses->v4);
	memcpy(ret_addresses->v4, answer_v4, sizeof(answer_v4));
	ret_addresses->count4 = answer_count;
	return 0;
}

static int setup(void **state)
{
	struct name_cache *cache = name_cache_new();

	assert_non_null(cache);
	name_cache_set_asker(cache, fake_asker);
	asked = answer_error = 0;
	answer_v4[0] = 1;
	answer_count = 1;
	*state = cache;
	return 0;
}

static int teardown(void **state)
{
	name_cache_free(*state);
	return 0;
}

static void test_fresh_for_five_minutes(void **state)
{
	struct name_cache *cache = *state;

	assert_null(name_cache_find(cache, "a.example"));
	assert_non_null(name_cache_get(cache, "a.example", 1000));
	assert_non_null(name_cache_get(cache, "A.Example", 1000 + NAME_FRESH_MS));
	assert_int_equal(asked, 1);
	assert_non_null(name_cache_get(cache, "a.example", 1001 + NAME_FRESH_MS));
	assert_int_equal(asked, 2);
	assert_int_equal(name_cache_count(cache), 1);
}

static void test_failure_keeps_the_last_good_answer(void **state)
{
	struct name_cache *cache = *state;
	const struct name_entry *entry;

	name_cache_get(cache, "a.example", 0);
	answer_error = EAI_AGAIN;
	entry = name_cache_get(cache, "a.example", 400000);
	assert_int_equal(entry->error, EAI_AGAIN);
	assert_true(entry->resolved);
	assert_int_equal(entry->answer.count4, 1);
	assert_int_equal(entry->answered_ms, 0);
	assert_int_equal(entry->asked_ms, 400000);
	answer_error = 0;
	entry = name_cache_get(cache, "a.example", 800000);
	assert_int_equal(entry->error, 0);
	assert_int_equal(entry->answered_ms, 800000);
}

static void test_never_resolved(void **state)
{
	const struct name_entry *entry;

	answer_error = EAI_NONAME;
	entry = name_cache_get(*state, "a.example", 0);
	assert_non_null(entry);
	assert_false(entry->resolved);
	assert_int_equal(entry->error, EAI_NONAME);
	/* A failure is an answer, too: it is not asked again at once. */
	name_cache_get(*state, "a.example", 1000);
	assert_int_equal(asked, 1);
}

static void test_store_tells_changes(void **state)
{
	static const struct {
		size_t count;
		uint32_t v4[2];
		bool changed;
	} steps[] = {{1, {1}, true},
		     {1, {1}, false},
		     {2, {1, 2}, true},
		     {2, {1, 3}, true},
		     {2, {1, 3}, false}};
	struct name_addresses addresses = {0};
	bool changed;

	for (size_t i = 0; i < COUNT(steps); i++) {
		addresses.v4 = calloc(2, sizeof(uint32_t));
		assert_non_null(addresses.v4);
		memcpy(addresses.v4, steps[i].v4, sizeof(steps[i].v4));
		addresses.count4 = steps[i].count;
		assert_int_equal(name_cache_store(*state, "a", 0, &addresses, (int64_t)i, &changed),
				 0);
		assert_int_equal(changed, steps[i].changed);
		assert_null(addresses.v4); /* the cache's now */
	}
	assert_int_equal(name_cache_store(*state, "a", EAI_FAIL, &addresses, 9, &changed), 0);
	assert_false(changed);
	assert_int_equal(asked, 0);
}

/* The system's resolver answers this without a network. */
static void test_query_localhost(void **state)
{
	struct name_addresses addresses = {0};
	bool found = false;

	(void)state;
	assert_int_equal(name_query("localhost", &addresses), 0);
	for (size_t i = 0; i < addresses.count4; i++) {
		found |= addresses.v4[i] == 0x7f000001;
		assert_true(!i || addresses.v4[i] > addresses.v4[i - 1]);
	}
	assert_true(found);
	name_addresses_free(&addresses);
	assert_int_not_equal(name_query("no such name", &addresses), 0);
	assert_null(addresses.v4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_fresh_for_five_minutes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_failure_keeps_the_last_good_answer, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_never_resolved, setup, teardown),
		cmocka_unit_test_setup_teardown(test_store_tells_changes, setup, teardown),
		cmocka_unit_test(test_query_localhost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
