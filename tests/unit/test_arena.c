/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * util/arena, util/vec, util/strmap: memory that is zeroed, aligned and freed at once, and what
 * grows in it.
 */
#include "text_make.h"

#include "util/strmap.h"
#include "util/vec.h"

static void test_alloc_is_zeroed_and_aligned(void **state)
{
	struct arena arena = {0};

	(void)state;
	for (size_t size = 0; size < 70000; size = size * 2 + 1) {
		unsigned char *memory = arena_alloc(&arena, size, 1);

		assert_non_null(memory);
		assert_int_equal((uintptr_t)memory % 16, 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(memory[i], 0);
		memset(memory, 0xff, size);
	}
	assert_true(arena.used_bytes > 65535);
	arena_free(&arena);
	assert_int_equal(arena.used_bytes, 0);
	arena_free(&arena); /* free of nothing */
}

static void test_alloc_overflow(void **state)
{
	struct arena arena = {0};

	(void)state;
	assert_null(arena_alloc(&arena, SIZE_MAX / 2, 3));
	assert_null(arena_alloc(&arena, SIZE_MAX, 1));
	assert_null(arena_alloc(&arena, SIZE_MAX - 20, 1));
	assert_non_null(arena_alloc(&arena, 0, 0));
	arena_free(&arena);
}

/* A large block goes behind the first one, whose rest stays in use. */
static void test_large_keeps_the_small_block(void **state)
{
	struct arena arena = {0};
	char *before = arena_alloc(&arena, 16, 1), *large = arena_alloc(&arena, 1 << 20, 1);
	char *after = arena_alloc(&arena, 16, 1);

	(void)state;
	assert_non_null(large);
	assert_ptr_equal(after, before + 16);
	arena_free(&arena);
}

static void test_strings(void **state)
{
	struct arena arena = {0};

	(void)state;
	assert_string_equal(arena_strdup(&arena, ""), "");
	assert_string_equal(arena_strdup(&arena, "abc"), "abc");
	assert_string_equal(arena_strndup(&arena, "abc", 2), "ab");
	assert_string_equal(arena_strndup(&arena, "abc", 9), "abc");
	assert_string_equal(arena_printf(&arena, "%s-%d", "x", 42), "x-42");
	arena_free(&arena);
}

static void test_vec_keeps_what_is_there(void **state)
{
	struct arena arena = {0};
	size_t capacity = 0;
	int *list = NULL;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		list = vec_extend(&arena, list, (size_t)i, &capacity, sizeof(*list));
		assert_non_null(list);
		list[i] = i;
	}
	for (int i = 0; i < 1000; i++)
		assert_int_equal(list[i], i);
	arena_free(&arena);
}

static void test_strmap(void **state)
{
	struct arena arena = {0};
	struct strmap map = {.arena = &arena};

	(void)state;
	assert_int_equal(strmap_get(&map, "none"), -1);
	for (int i = 0; i < 5000; i++)
		assert_int_equal(strmap_put(&map, arena_printf(&arena, "name-%d", i), i), 0);
	for (int i = 0; i < 5000; i++)
		assert_int_equal(strmap_get(&map, arena_printf(&arena, "name-%d", i)), i);
	assert_int_equal(strmap_get(&map, "name-5000"), -1);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alloc_is_zeroed_and_aligned),
		cmocka_unit_test(test_alloc_overflow),
		cmocka_unit_test(test_large_keeps_the_small_block),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_vec_keeps_what_is_there),
		cmocka_unit_test(test_strmap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
