/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * policy/tcpoport: every form of a line, every way to get one wrong, and how many there may be.
 */
#include "text_make.h"

#include <zonegate/tables.h>

#include "policy/tcpoport.h"

struct parsed {
	struct stage stage;
	struct tcpoport_line *lines;
	size_t count;
};

static void parse(struct parsed *parsed, const char *text)
{
	struct source source;

	*parsed = (struct parsed){0};
	source = source_of(&parsed->stage, text);
	assert_int_equal(tcpoport_parse(&source, &parsed->stage.arena, &parsed->stage.diags,
					&parsed->lines, &parsed->count),
			 0);
}

static void test_forms(void **state)
{
	static const struct {
		const char *text, *identity;
		bool negated;
		enum origin_kind kind;
		int16_t octet[4];
		struct port_range ports, origin;
	} cases[] = {
		{"10.1.1.1 21: 65001",
		 "10.1.1.1 21: 65001",
		 false,
		 ORIGIN_PATTERN,
		 {10, 1, 1, 1},
		 {21, 21},
		 {65001, 65001}},
		{"10.*.5.* 2200-2300: 65000-65100",
		 "10.*.5.* 2200-2300: 65000-65100",
		 false,
		 ORIGIN_PATTERN,
		 {10, -1, 5, -1},
		 {2200, 2300},
		 {65000, 65100}},
		{"*.*.*.7 *:0",
		 "*.*.*.7 *: 0",
		 false,
		 ORIGIN_PATTERN,
		 {-1, -1, -1, 7},
		 {0, 65535},
		 {0, 0}},
		/* the guide's own spacing */
		{"! 10.*.*.*  *:  42000-43000",
		 "! 10.*.*.* *: 42000-43000",
		 true,
		 ORIGIN_PATTERN,
		 {10, -1, -1, -1},
		 {0, 65535},
		 {42000, 43000}},
		{"!10.*.*.*\t22 - 23 :42000 - 43000",
		 "! 10.*.*.* 22-23: 42000-43000",
		 true,
		 ORIGIN_PATTERN,
		 {10, -1, -1, -1},
		 {22, 23},
		 {42000, 43000}},
		{"machine.domain 21:65001",
		 "machine.domain 21: 65001",
		 false,
		 ORIGIN_NAME,
		 {0},
		 {21, 21},
		 {65001, 65001}},
		{"3com.example 1-65535: 1-65535",
		 "3com.example 1-65535: 1-65535",
		 false,
		 ORIGIN_NAME,
		 {0},
		 {1, 65535},
		 {1, 65535}},
		{"[2001:db8::/32] 443: 64000",
		 "[2001:db8::/32] 443: 64000",
		 false,
		 ORIGIN_IPV6,
		 {0},
		 {443, 443},
		 {64000, 64000}},
		{"! 2001:db8::1 443: 64000",
		 "! 2001:db8::1 443: 64000",
		 true,
		 ORIGIN_IPV6,
		 {0},
		 {443, 443},
		 {64000, 64000}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct parsed parsed;

		parse(&parsed, cases[i].text);
		assert_int_equal(parsed.stage.diags.errors, 0);
		assert_int_equal(parsed.count, 1);
		assert_string_equal(parsed.lines[0].text, cases[i].identity);
		assert_int_equal(parsed.lines[0].negated, cases[i].negated);
		assert_int_equal(parsed.lines[0].kind, cases[i].kind);
		assert_memory_equal(parsed.lines[0].octet, cases[i].octet, 8);
		assert_memory_equal(&parsed.lines[0].ports, &cases[i].ports, 4);
		assert_memory_equal(&parsed.lines[0].origin, &cases[i].origin, 4);
		assert_int_equal(parsed.lines[0].any_port, cases[i].ports.first == 0);
		stage_free(&parsed.stage);
	}
}

static void test_comments_and_places(void **state)
{
	struct parsed parsed;

	(void)state;
	parse(&parsed, "# comment\n\n ; another\r\n  10.1.1.1 21: 65001 # behind\r\n"
		       "! 10.1.1.2  22:  65002");
	assert_clean(&parsed.stage.diags);
	assert_int_equal(parsed.count, 2);
	assert_int_equal(parsed.lines[0].place.line, 4);
	assert_int_equal(parsed.lines[0].place.column, 3);
	assert_int_equal(parsed.lines[1].origin_text.place.line, 5);
	assert_int_equal(parsed.lines[1].origin_text.place.column, 18);
	stage_free(&parsed.stage);
}

static void test_wrong_lines(void **state)
{
	static const struct {
		const char *text, *code;
		unsigned int column;
	} cases[] = {
		{"10.1.1.1", "origin-syntax", 1},
		{"10.1.1.1 21", "origin-syntax", 1},
		{"10.1.1.1: 65001", "origin-syntax", 1},
		{"10.1.1.1 : 65001", "origin-syntax", 10},
		{"10.1.1.1 21:", "origin-syntax", 12},
		{"!", "origin-syntax", 1},
		{"10.1.1.1 0: 65001", "port-zero", 10},
		{"10.1.1.1 0-5: 65001", "port-zero", 10},
		{"10.1.1.1 21: 0-5", "port-zero", 14},
		{"10.1.1.1 65536: 1", "port-range", 10},
		{"10.1.1.1 21: 70000", "port-range", 14},
		{"10.1.1.1 30-20: 1", "port-reversed", 10},
		{"10.1.1.1 21: 30-20", "port-reversed", 14},
		{"10.1.1.1 ftp: 1", "port-syntax", 10},
		{"10.1.1.1 21: *", "port-syntax", 14},
		{"10.1.1.1 21,22: 1", "port-syntax", 10},
		{"10.1.1.1 21: 1: 2", "port-syntax", 14},
		{"10.1.1.256 21: 1", "origin-address", 1},
		{"10.1.1 21: 1", "origin-address", 1},
		{"10.1.1.1.1 21: 1", "origin-address", 1},
		{"10.1*.1.1 21: 1", "origin-address", 1},
		{"10.01.1.1 21: 1", "origin-address", 1},
		{"* 21: 1", "origin-address", 1},
		{"10.0.0.0/8 21: 1", "origin-address", 1},
		{"! 10.0.0.1-10.0.0.9 21: 1", "origin-address", 3},
		{"[2001:db8::/129] 21: 1", "origin-address", 1},
		{"[10.1.1.1] 21: 1", "origin-address", 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct parsed parsed;

		parse(&parsed, cases[i].text);
		assert_diag(&parsed.stage.diags, cases[i].code, 1, cases[i].column);
		assert_int_equal(parsed.stage.diags.errors, 1);
		assert_int_equal(parsed.count, 0);
		stage_free(&parsed.stage);
	}
}

/* One message a mistake, also where a line has several; the lines behind it are read. */
static void test_all_errors_are_shown(void **state)
{
	struct parsed parsed;

	(void)state;
	parse(&parsed, "10.1.1 ftp: 70000\n10.1.1.1 21: 65001\n");
	assert_int_equal(parsed.stage.diags.errors, 3);
	assert_int_equal(parsed.count, 1);
	stage_free(&parsed.stage);
}

static void test_warnings(void **state)
{
	struct parsed parsed;

	(void)state;
	parse(&parsed, "10.*.*.*  *:  64000-64100\n! 10.*.*.*  *:  42000-43000\n");
	assert_diag(&parsed.stage.diags, "origin-any-port", 1, 11);
	assert_int_equal(parsed.stage.diags.count, 1); /* not on the line with '!' */
	stage_free(&parsed.stage);
	parse(&parsed, "[2001:db8::1/32] 22: 64000\n");
	assert_diag(&parsed.stage.diags, "origin-ipv6-extension", 1, 1);
	assert_diag(&parsed.stage.diags, "host-bits", 1, 1);
	stage_free(&parsed.stage);
}

static void test_too_many(void **state)
{
	struct parsed parsed;
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	(void)state;
	assert_non_null(file);
	for (unsigned int i = 0; i < ZG_LINES_MAX + 5; i++)
		fprintf(file, "10.1.%u.%u 21: 65001\n", i / 256, i % 256);
	fclose(file);
	parse(&parsed, text);
	assert_int_equal(parsed.count, ZG_LINES_MAX);
	assert_diag(&parsed.stage.diags, "origin-many", ZG_LINES_MAX + 1, 1);
	assert_int_equal(parsed.stage.diags.errors, 1);
	stage_free(&parsed.stage);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),	    cmocka_unit_test(test_comments_and_places),
		cmocka_unit_test(test_wrong_lines), cmocka_unit_test(test_all_errors_are_shown),
		cmocka_unit_test(test_warnings),    cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
