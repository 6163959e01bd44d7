// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Command lines, the control word, pin names and reports: what needs neither kernel nor root.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "kernel/firewall.h"
#include "kernel/pins.h"
#include "kernel/report.h"

static char *rest[16];

#define PARSE(arguments, ...)                                                                      \
	do {                                                                                       \
		char *argv_[] = {"zonegate", __VA_ARGS__, NULL};                                   \
                                                                                                   \
		arguments_parse((int)(sizeof(argv_) / sizeof(argv_[0])) - 1, argv_, rest,          \
				&(arguments));                                                     \
	} while (0)

static void common_options_stand_anywhere(void **state)
{
	struct arguments arguments;

	(void)state;
	PARSE(arguments, "-c", "a.conf", "show", "--json", "rules", "--instance=two");
	assert_null(arguments.error);
	assert_string_equal(arguments.context.config, "a.conf");
	assert_string_equal(arguments.context.instance, "two");
	assert_true(arguments.context.json);
	assert_int_equal(arguments.context.argc, 2);
	assert_string_equal(arguments.context.argv[0], "show");
	assert_string_equal(arguments.context.argv[1], "rules");
	assert_null(arguments.context.argv[2]);
}

static void defaults_and_words_after_two_dashes(void **state)
{
	struct arguments arguments;

	(void)state;
	PARSE(arguments, "explain", "-", "--", "--json");
	assert_string_equal(arguments.context.config, "/etc/zonegate/zonegate.conf");
	assert_string_equal(arguments.context.instance, "zonegate");
	assert_false(arguments.context.json);
	assert_int_equal(arguments.context.argc, 3);
	assert_string_equal(arguments.context.argv[1], "-");
	assert_string_equal(arguments.context.argv[2], "--json");
}

static void what_is_wrong_is_said(void **state)
{
	struct arguments arguments;

	(void)state;
	PARSE(arguments, "status", "-c");
	assert_non_null(arguments.error);
	PARSE(arguments, "status", "--instance", "../etc");
	assert_non_null(arguments.error);
	assert_string_equal(arguments.error_word, "../etc");
}

static void instance_names_become_folders(void **state)
{
	(void)state;
	assert_true(instance_name_is_valid("zonegate"));
	assert_true(instance_name_is_valid("Edge_2-b"));
	assert_false(instance_name_is_valid(""));
	assert_false(instance_name_is_valid("-c"));
	assert_false(instance_name_is_valid("a.b"));
	assert_false(instance_name_is_valid("a/b"));
	assert_false(instance_name_is_valid("a~next"));
	assert_false(instance_name_is_valid("0123456789012345678901234567890123"));
}

static void a_commands_own_options(void **state)
{
	struct arguments arguments;
	const char *value = NULL;

	(void)state;
	PARSE(arguments, "apply", "--confirm", "60", "--force", "x");
	assert_int_equal(option_value(&arguments.context, "--confirm", &value), 1);
	assert_string_equal(value, "60");
	assert_int_equal(option_value(&arguments.context, "--confirm", &value), 0);
	assert_true(option_flag(&arguments.context, "--force"));
	assert_false(option_flag(&arguments.context, "--force"));
	assert_null(option_unknown(&arguments.context));
	assert_int_equal(arguments.context.argc, 2);
	assert_string_equal(arguments.context.argv[1], "x");
	PARSE(arguments, "apply", "--confirm=5", "--odd");
	assert_int_equal(option_value(&arguments.context, "--confirm", &value), 1);
	assert_string_equal(value, "5");
	assert_string_equal(option_unknown(&arguments.context), "--odd");
	PARSE(arguments, "apply", "--confirm");
	assert_int_equal(option_value(&arguments.context, "--confirm", &value), -EINVAL);
}

static void commands_are_found_and_guessed(void **state)
{
	(void)state;
	assert_non_null(command_find("apply"));
	assert_null(command_find("aply"));
	assert_string_equal(command_did_you_mean("aply"), "apply");
	assert_null(command_did_you_mean("frobnicate"));
}

static void the_word_at_a_time(void **state)
{
	uint64_t word = ZG_WORD(1, 0, 5000);

	(void)state;
	assert_true(word_is_pending(word, 4999));
	assert_int_equal(word_in_force(word, 4999), 1);
	assert_false(word_is_pending(word, 5000));
	assert_int_equal(word_in_force(word, 5000), 0);
	word = ZG_WORD(0, ZG_PASS_ALL, 5000);
	assert_int_equal(word_in_force(word, 9000), ZG_PASS_ALL);
	word = ZG_WORD(1, 1, 0);
	assert_false(word_is_pending(word, UINT64_MAX));
	assert_int_equal(word_in_force(word, UINT64_MAX), 1);
}

static void pin_names_hold_no_dot(void **state)
{
	char name[PINS_NAME], path[PINS_PATH], folder[PINS_PATH];

	(void)state;
	pins_link_name("xdp", "eth0.100", name);
	assert_string_equal(name, "link_xdp_eth0:100");
	assert_int_equal(pins_path("/sys/fs/bpf/zonegate", name, path), 0);
	assert_string_equal(path, "/sys/fs/bpf/zonegate/link_xdp_eth0:100");
	memset(folder, 'x', sizeof(folder));
	folder[sizeof(folder) - 1] = '\0';
	assert_int_equal(pins_path(folder, name, path), -ENAMETOOLONG);
}

static void the_first_failure_stands(void **state)
{
	struct report report = {0};
	char text[REPORT_DETAIL];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	report_detail(&report, text);
	report_detail(&report, "the end");
	assert_int_equal(strlen(report.detail), sizeof(report.detail) - 1);
	assert_string_equal(report.detail + strlen(report.detail) - 7, "the end");
	assert_int_equal(report_fail(&report, -ENOMEM, "doing %d", 1), -ENOMEM);
	assert_int_equal(report_refuse(&report, -EBUSY, "clearing up"), -EBUSY);
	report_hint(&report, "one");
	report_hint(&report, "two");
	assert_int_equal(report.error, -ENOMEM);
	assert_false(report.complete);
	assert_string_equal(report.doing, "doing 1");
	assert_string_equal(report.hint, "one");
	report_note(&report, "eth%d", 0);
	assert_int_equal(report.note_count, 1);
	assert_string_equal(report.notes[0], "eth0");
	report_free(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(common_options_stand_anywhere),
		cmocka_unit_test(defaults_and_words_after_two_dashes),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(instance_names_become_folders),
		cmocka_unit_test(a_commands_own_options),
		cmocka_unit_test(commands_are_found_and_guessed),
		cmocka_unit_test(the_word_at_a_time),
		cmocka_unit_test(pin_names_hold_no_dot),
		cmocka_unit_test(the_first_failure_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
