// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The text format that Prometheus reads: families, labels, escaping, numbers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "observe/exposition.h"

static void test_family_and_samples(void **state)
{
	struct exposition text = {};

	(void)state;
	exposition_family(&text, "a_total", "counter", "Counts.");
	exposition_count(&text, "a_total", LABELS({"rule", "3"}, {"direction", "in"}), UINT64_MAX);
	exposition_sample(&text, "a_total", NULL, 0.25);
	assert_string_equal(text.text, "# HELP a_total Counts.\n# TYPE a_total counter\n"
				       "a_total{rule=\"3\",direction=\"in\"} 18446744073709551615\n"
				       "a_total 0.25\n");
	assert_int_equal(text.length, strlen(text.text));
	exposition_free(&text);
	assert_null(text.text);
}

static void test_escaping(void **state)
{
	struct exposition text = {};

	(void)state;
	exposition_family(&text, "b", "gauge", "a \"quote\", a \\ and a\nline");
	exposition_sample(&text, "b", LABELS({"rule", "say \"x\\y\"\n"}), 1);
	assert_string_equal(text.text, "# HELP b a \"quote\", a \\\\ and a\\nline\n# TYPE b gauge\n"
				       "b{rule=\"say \\\"x\\\\y\\\"\\n\"} 1\n");
	exposition_free(&text);
}

static void test_numbers_that_are_none(void **state)
{
	struct exposition text = {};

	(void)state;
	exposition_sample(&text, "c", NULL, NAN);
	exposition_sample(&text, "c", NULL, INFINITY);
	exposition_sample(&text, "c", NULL, -INFINITY);
	assert_string_equal(text.text, "c NaN\nc +Inf\nc -Inf\n");
	exposition_free(&text);
}

static void test_grows(void **state)
{
	struct exposition text = {};

	(void)state;
	for (int i = 0; i < 5000; i++)
		exposition_count(&text, "d_total", LABELS({"line", "12"}), (uint64_t)i);
	assert_false(text.out_of_memory);
	assert_true(text.length > 5000 * 20);
	exposition_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_family_and_samples),
		cmocka_unit_test(test_escaping),
		cmocka_unit_test(test_numbers_that_are_none),
		cmocka_unit_test(test_grows),
	};

	return cmocka_run_group_tests_name("exposition", tests, NULL, NULL);
}
