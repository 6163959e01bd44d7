/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * util/diag: what is collected, its order, what is told once, "did you mean".
 */
#include "text_make.h"

static const struct place a1 = {"a", 1, 1}, a2 = {"a", 2, 1}, a2b = {"a", 2, 5}, b1 = {"b", 1, 1};

static void test_counts_and_ownership(void **state)
{
	struct diags diags = {0};
	char file[] = "a";
	struct place place = {file, 3, 4};
	struct diag *diag;

	(void)state;
	diag = diag_add(&diags, DIAG_ERROR, "code", place, "%s %d", "text", 1);
	diag_hint(diag, "first");
	diag_hint(diag, "hint %d", 2);
	diag_second(diag, place, "second");
	diag_add(&diags, DIAG_WARNING, "code", place, "warning");
	diag_add(&diags, DIAG_NOTE, "code", (struct place){0}, "note");
	file[0] = 'x'; /* the entry outlives the policy's arena */
	assert_int_equal(diags.errors, 1);
	assert_int_equal(diags.warnings, 1);
	assert_string_equal(diags.list[0].place.file, "a");
	assert_string_equal(diags.list[0].second.file, "a");
	assert_string_equal(diags.list[0].text, "text 1");
	assert_string_equal(diags.list[0].hint, "hint 2");
	assert_string_equal(diags.list[0].second_text, "second");
	assert_int_equal(diags.list[0].width, 1);
	assert_null(diags.list[2].place.file);
	diags_free(&diags);
	assert_int_equal(diags.count, 0);
}

static void test_order(void **state)
{
	const struct {
		struct place place;
		const char *text;
	} given[] = {{b1, "1"}, {a2b, "5"}, {a2, "3"}, {a1, "2"}, {a2, "4"}};
	struct diags diags = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(given); i++)
		diag_add(&diags, DIAG_ERROR, "code", given[i].place, "%s", given[i].text);
	diags_sort(&diags);
	for (size_t i = 0; i < COUNT(given); i++)
		assert_int_equal(diags.list[i].text[0], '1' + (int)i);
	diags_free(&diags);
}

static void test_equal_entries_are_told_once(void **state)
{
	struct diags diags = {0};

	(void)state;
	diag_add(&diags, DIAG_ERROR, "code", a1, "same");
	diag_add(&diags, DIAG_WARNING, "code", a1, "same");
	diag_add(&diags, DIAG_ERROR, "code", a1, "same");
	diag_add(&diags, DIAG_ERROR, "other", a1, "same");
	diag_add(&diags, DIAG_WARNING, "code", a1, "same");
	diags_sort(&diags);
	assert_int_equal(diags.count, 3);
	assert_int_equal(diags.errors, 2);
	assert_int_equal(diags.warnings, 1);
	diags_free(&diags);
}

static void test_did_you_mean(void **state)
{
	static const char *const words[] = {"ftps", "https", "edge", "edge-vip", NULL, ""};

	(void)state;
	assert_string_equal(diag_did_you_mean("egde", words, COUNT(words)), "edge");
	assert_string_equal(diag_did_you_mean("EDGE", words, COUNT(words)), "edge");
	assert_string_equal(diag_did_you_mean("edgevip", words, COUNT(words)), "edge-vip");
	assert_string_equal(diag_did_you_mean("htps", words, COUNT(words)), "https");
	assert_null(diag_did_you_mean("servers", words, COUNT(words)));
	assert_null(diag_did_you_mean("x", words, COUNT(words)));
	assert_null(diag_did_you_mean("", words, COUNT(words)));
	assert_null(diag_did_you_mean("edge", words, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts_and_ownership),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_equal_entries_are_told_once),
		cmocka_unit_test(test_did_you_mean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
