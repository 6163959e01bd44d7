// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Answers to names over a restart: written, read back with their age, damaged files passed over. */
#include <netdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "service/names_file.h"

static int answer_two(const char *name, struct name_addresses *ret_addresses)
{
	if (!strcmp(name, "gone.example"))
		return EAI_NONAME;
	ret_addresses->v4 = malloc(sizeof(*ret_addresses->v4));
	ret_addresses->v6 = malloc(sizeof(*ret_addresses->v6));
	*ret_addresses->v4 = 0xc0000201;
	*ret_addresses->v6 = (struct addr6){0x20010db800000000, 7};
	ret_addresses->count4 = ret_addresses->count6 = 1;
	return 0;
}

static void test_there_and_back(void **state)
{
	char path[] = "/tmp/zonegate-names-XXXXXX";
	struct name_cache *cache = name_cache_new(), *other = name_cache_new();
	const struct name_entry *entry;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	name_cache_set_asker(cache, answer_two);
	name_cache_get(cache, "mail.example", name_now_ms() - 60000);
	name_cache_get(cache, "gone.example", name_now_ms());
	assert_int_equal(names_file_write(path, cache), 0);
	assert_int_equal(names_file_read(path, other), 0);
	assert_int_equal(name_cache_count(other), 1);
	entry = name_cache_find(other, "mail.example");
	assert_non_null(entry);
	assert_true(entry->resolved);
	assert_int_equal(entry->answer.count4, 1);
	assert_int_equal(entry->answer.v4[0], 0xc0000201);
	assert_int_equal(entry->answer.count6, 1);
	assert_true(entry->answer.v6[0].high == 0x20010db800000000 && entry->answer.v6[0].low == 7);
	assert_true(name_now_ms() - entry->answered_ms >= 58000);
	assert_true(name_now_ms() - entry->answered_ms <= 63000);
	name_cache_free(cache);
	name_cache_free(other);
	unlink(path);
}

/* What the cache knows is not replaced by what another process has kept; what it lacks is taken. */
static void test_fill(void **state)
{
	char path[] = "/tmp/zonegate-names-XXXXXX";
	struct name_cache *cache = name_cache_new();
	FILE *file = fdopen(mkstemp(path), "w");

	(void)state;
	assert_non_null(file);
	fputs("mail.example 1 198.51.100.1\nnew.example 1 198.51.100.2\n"
	      "gone.example 1 198.51.100.3\n",
	      file);
	fclose(file);
	name_cache_set_asker(cache, answer_two);
	name_cache_get(cache, "mail.example", name_now_ms());
	name_cache_get(cache, "gone.example", name_now_ms());
	assert_int_equal(names_file_fill(path, cache), 0);
	assert_int_equal(name_cache_count(cache), 3);
	assert_int_equal(name_cache_find(cache, "mail.example")->answer.v4[0], 0xc0000201);
	assert_int_equal(name_cache_find(cache, "new.example")->answer.v4[0], 0xc6336402);
	assert_int_equal(name_cache_find(cache, "gone.example")->answer.v4[0], 0xc6336403);
	assert_int_equal(names_file_read(path, cache), 0);
	assert_int_equal(name_cache_find(cache, "mail.example")->answer.v4[0], 0xc6336401);
	name_cache_free(cache);
	unlink(path);
}

static void test_damage(void **state)
{
	char path[] = "/tmp/zonegate-names-XXXXXX";
	struct name_cache *cache = name_cache_new();
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");

	(void)state;
	fputs("\nname\nname 12\nname x nonsense\n\xff\xfe 1 2 3\ngood 1 192.0.2.1 300.1.1.1\n",
	      file);
	fclose(file);
	assert_int_equal(names_file_read(path, cache), 0);
	assert_int_equal(name_cache_count(cache), 1);
	assert_int_equal(name_cache_find(cache, "good")->answer.count4, 1);
	name_cache_free(cache);
	unlink(path);
	cache = name_cache_new();
	assert_int_equal(names_file_read("/nonexistent/names", cache), 0);
	assert_int_equal(name_cache_count(cache), 0);
	assert_true(names_file_write("/nonexistent/names", cache) < 0);
	name_cache_free(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests_name("names_file", tests, NULL, NULL);
}
