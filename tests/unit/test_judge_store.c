/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The judge's hash table against a plain list: the same keys, the same values, whatever was taken
 * out in between.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "judge/store.h"

#define KEYS 512

static void like_a_list(void **state)
{
	uint64_t value[KEYS] = {0}, seed = 1;
	struct store store;

	(void)state;
	store_init(&store, sizeof(uint32_t), sizeof(uint64_t), KEYS);
	for (int step = 1; step < 20000; step++) {
		uint32_t key;

		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		key = (uint32_t)(seed >> 33) % KEYS;
		if (seed >> 63) {
			uint64_t wanted = (uint64_t)step;

			assert_int_equal(store_update(&store, &key, &wanted), 0);
			value[key] = wanted;
		} else {
			assert_int_equal(store_remove(&store, &key), value[key] ? 0 : -ENOENT);
			value[key] = 0;
		}
		if (step % 100)
			continue;
		for (uint32_t each = 0; each < KEYS; each++) {
			const uint64_t *found = store_lookup(&store, &each);

			assert_int_equal(found ? *found : 0, value[each]);
		}
	}
	store_free(&store);
}

static void full(void **state)
{
	uint64_t value = 7;
	struct store store;
	uint32_t key;

	(void)state;
	store_init(&store, sizeof(key), sizeof(value), 100);
	assert_null(store_lookup(&store, &(uint32_t){1}));
	assert_int_equal(store_remove(&store, &(uint32_t){1}), -ENOENT);
	for (key = 0; key < 100; key++)
		assert_int_equal(store_update(&store, &key, &value), 0);
	assert_int_equal(store_update(&store, &key, &value), -E2BIG);
	key = 50;
	assert_int_equal(store_update(&store, &key, &value), 0); /* is there already */
	store_clear(&store);
	assert_null(store_lookup(&store, &key));
	key = 1000;
	assert_int_equal(store_update(&store, &key, &value), 0);
	store_free(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(like_a_list),
		cmocka_unit_test(full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
