// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Copies of a policy's texts: taken as they are read, read instead of the originals, confirmed,
 * revoked. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "config/snapshot.h"
#include "config/source.h"

static char root[] = "/tmp/zonegate-snapshot-XXXXXX";

static int make_root(void **state)
{
	(void)state;
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

static void write_text(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void read_text(const char *name, const char *expected)
{
	struct arena arena = {0};
	struct diags diags = {0};
	struct source source;
	char path[128];
	int error;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	error = source_read(path, NULL, &arena, &diags, &source);
	if (expected) {
		assert_int_equal(error, 0);
		assert_string_equal(source.text, expected);
	} else {
		assert_true(error < 0);
	}
	diags_free(&diags);
	arena_free(&arena);
}

static void test_copies_outlive_changes(void **state)
{
	char folder[128], config[SNAPSHOT_PATH];

	(void)state;
	snprintf(folder, sizeof(folder), "%s/state/one", root);
	write_text("a.conf", "first");
	write_text("b.csv", "second");
	assert_int_equal(snapshot_begin(folder), 0);
	read_text("a.conf", "first");
	read_text("b.csv", "second");
	assert_int_equal(snapshot_commit(SNAPSHOT_GOOD, "a.conf"), 0);
	write_text("a.conf", "changed");
	read_text("a.conf", "changed");

	assert_int_equal(snapshot_use(folder, SNAPSHOT_GOOD, config), 0);
	assert_string_equal(config, "a.conf");
	read_text("a.conf", "first");
	read_text("c.txt", NULL); /* was not read then, so it is not there now */
	snapshot_leave();
	read_text("a.conf", "changed");
}

static void test_trial(void **state)
{
	char folder[128], config[SNAPSHOT_PATH];

	(void)state;
	snprintf(folder, sizeof(folder), "%s/state/two", root);
	assert_int_equal(snapshot_use(folder, SNAPSHOT_GOOD, config), -ENOENT);
	for (int round = 0; round < 2; round++) {
		write_text("a.conf", round ? "new" : "old");
		assert_int_equal(snapshot_begin(folder), 0);
		read_text("a.conf", round ? "new" : "old");
		assert_int_equal(snapshot_commit(round ? SNAPSHOT_TRIAL : SNAPSHOT_GOOD, "a.conf"),
				 0);
	}
	assert_int_equal(snapshot_use(folder, SNAPSHOT_GOOD, config), 0);
	read_text("a.conf", "old");
	snapshot_leave();
	assert_int_equal(snapshot_confirm(folder), 0);
	assert_int_equal(snapshot_use(folder, SNAPSHOT_GOOD, config), 0);
	read_text("a.conf", "new");
	snapshot_leave();
	assert_int_equal(snapshot_use(folder, SNAPSHOT_TRIAL, config), -ENOENT);
	assert_int_equal(snapshot_confirm(folder), 0); /* nothing waits */
	assert_int_equal(snapshot_revoke(folder), 0);
}

static void test_revoke_and_discard(void **state)
{
	char folder[128], config[SNAPSHOT_PATH];

	(void)state;
	snprintf(folder, sizeof(folder), "%s/state/three", root);
	write_text("a.conf", "x");
	assert_int_equal(snapshot_begin(folder), 0);
	read_text("a.conf", "x");
	assert_int_equal(snapshot_commit(SNAPSHOT_TRIAL, "a.conf"), 0);
	assert_int_equal(snapshot_revoke(folder), 0);
	assert_int_equal(snapshot_use(folder, SNAPSHOT_TRIAL, config), -ENOENT);
	assert_int_equal(snapshot_begin(folder), 0);
	read_text("a.conf", "x");
	snapshot_discard();
	assert_int_equal(snapshot_use(folder, SNAPSHOT_GOOD, config), -ENOENT);
	assert_int_equal(snapshot_use(folder, "new", config), -ENOENT);
}

static void test_folder_that_cannot_be(void **state)
{
	char folder[128];

	(void)state;
	write_text("file", "");
	snprintf(folder, sizeof(folder), "%s/file/under", root);
	assert_true(snapshot_begin(folder) < 0);
	read_text("file", ""); /* goes on without copies */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copies_outlive_changes),
		cmocka_unit_test(test_trial),
		cmocka_unit_test(test_revoke_and_discard),
		cmocka_unit_test(test_folder_that_cannot_be),
	};

	return cmocka_run_group_tests_name("snapshot", tests, make_root, remove_root);
}
