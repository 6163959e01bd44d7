/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * config/: files, lines, words, INI, with the place of everything.
 */
#include "text_make.h"

#include <errno.h>
#include <sys/stat.h>

#include "config/csv.h"
#include "config/ini.h"

static void test_lines(void **state)
{
	struct stage stage = {0};
	struct source source = source_of(&stage, "one\r\n\ntwo # c\nthree;no\n;all");
	static const struct {
		unsigned int line;
		size_t length, content;
	} expected[] = {{1, 3, 3}, {2, 0, 0}, {3, 7, 4}, {4, 8, 8}, {5, 4, 0}};
	struct source_line line = {0};
	size_t count = 0;

	(void)state;
	for (; source_next_line(&source, &line); count++) {
		assert_int_equal(line.place.line, expected[count].line);
		assert_int_equal(line.length, expected[count].length);
		assert_int_equal(source_line_content(&line), expected[count].content);
	}
	assert_int_equal(count, COUNT(expected));
	stage_free(&stage);
}

static void test_source_failures(void **state)
{
	struct stage stage = {0};
	struct folder folder;
	struct source source;
	char path[128];
	FILE *file;

	(void)state;
	folder_make(&folder);
	assert_int_equal(source_read("/nonexistent", NULL, &stage.arena, &stage.diags, &source),
			 -ENOENT);
	assert_int_equal(source_read(folder.path, NULL, &stage.arena, &stage.diags, &source),
			 -EISDIR);
	snprintf(path, sizeof(path), "%s/pipe", folder.path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(source_read(path, NULL, &stage.arena, &stage.diags, &source), -EINVAL);
	unlink(path);
	file = fopen(folder_write(&folder, "nul", ""), "w");
	assert_non_null(file);
	fwrite("line\nab\0cd\n", 1, 11, file);
	fclose(file);
	assert_int_equal(source_read(folder.files[0], NULL, &stage.arena, &stage.diags, &source),
			 -EINVAL);
	assert_diag(&stage.diags, "file-not-text", 2, 3);
	assert_int_equal(stage.diags.errors, 4);
	folder_remove(&folder);
	stage_free(&stage);
}

static void test_paths(void **state)
{
	struct arena arena = {0};

	(void)state;
	assert_string_equal(source_path("/etc/z/z.conf", "tables/a.csv", &arena),
			    "/etc/z/tables/a.csv");
	assert_string_equal(source_path("/etc/z/z.conf", "/a.csv", &arena), "/a.csv");
	assert_string_equal(source_path("z.conf", "a.csv", &arena), "a.csv");
	arena_free(&arena);
}

static void test_words(void **state)
{
	struct stage stage = {0};
	struct word text = word_of(&stage, " a,  bc\t,d ");
	struct words words;

	(void)state;
	assert_int_equal(words_split(&text, &stage.arena, &words), 0);
	assert_int_equal(words.count, 3);
	assert_string_equal(words.list[1].text, "bc");
	assert_int_equal(words.list[1].place.column, 6);
	assert_int_equal(words.list[2].place.column, 10);
	assert_string_equal(text_fold(" Edge  (FTP server) ", false, &stage.arena),
			    "edge (ftp server)");
	assert_string_equal(text_fold("Edge (FTP server)", true, &stage.arena), "edge");
	stage_free(&stage);
}

static void test_ini(void **state)
{
	struct stage stage = {0};
	struct source source = source_of(&stage, "; comment\n"
						 "  [host]\n"
						 "\tzones = edge  vip   ; two\n"
						 "empty =\n"
						 "[ rule  by hand ]\n"
						 "ports=1=2#3\n");
	struct ini ini;

	(void)state;
	assert_int_equal(ini_parse(&source, &stage.arena, &stage.diags, &ini), 0);
	assert_clean(&stage.diags);
	assert_int_equal(ini.count, 2);
	assert_string_equal(ini.sections[0].kind.text, "host");
	assert_null(ini.sections[0].name.text);
	assert_int_equal(ini.sections[0].kind.place.column, 4);
	assert_string_equal(ini.sections[0].entries[0].key.text, "zones");
	assert_int_equal(ini.sections[0].entries[0].key.place.column, 2);
	assert_string_equal(ini.sections[0].entries[0].value.text, "edge  vip");
	assert_int_equal(ini.sections[0].entries[0].value.place.line, 3);
	assert_int_equal(ini.sections[0].entries[0].value.place.column, 10);
	assert_string_equal(ini.sections[0].entries[1].value.text, "");
	assert_string_equal(ini.sections[1].kind.text, "rule");
	assert_string_equal(ini.sections[1].name.text, "by hand");
	assert_int_equal(ini.sections[1].name.place.column, 9);
	assert_string_equal(ini.sections[1].entries[0].value.text, "1=2#3");
	stage_free(&stage);
}

static void test_ini_doubles(void **state)
{
	struct stage stage = {0};
	struct source source = source_of(&stage, "[a]\nk = 1\nk = 2\n[b]\nk = 3\n[a]\nx = 4\n"
						 "[rule 1]\n[rule 2]\n");
	const struct diag *diag;
	struct ini ini;

	(void)state;
	assert_int_equal(ini_parse(&source, &stage.arena, &stage.diags, &ini), 0);
	diag = assert_diag(&stage.diags, "key-twice", 3, 1);
	assert_int_equal(diag->second.line, 2);
	diag = assert_diag(&stage.diags, "section-twice", 6, 2);
	assert_int_equal(diag->second.line, 1);
	assert_int_equal(stage.diags.errors, 2);
	assert_int_equal(ini.count, 4);
	assert_int_equal(ini.sections[0].count, 1);
	stage_free(&stage);
}

/* ---- CSV ---- */

static void test_csv_places(void **state)
{
	struct stage stage = {0};
	struct source source = source_of(&stage, "rule, ports ,purpose\n"
						 "# a comment, with a \" in it\n"
						 "\n"
						 "1,\"21, 22\",  \"say \"\"hi\"\"\"\n"
						 "2,,\r\n"
						 "3,x,last");
	struct csv_table table;

	(void)state;
	assert_int_equal(csv_table_parse(&source, &stage.arena, &stage.diags, &table), 0);
	assert_clean(&stage.diags);
	assert_int_equal(table.count, 4);
	assert_string_equal(table.rows[0].fields[1].text, "ports");
	assert_int_equal(table.rows[0].fields[1].place.column, 7);
	assert_string_equal(table.rows[1].fields[1].text, "21, 22");
	assert_int_equal(table.rows[1].fields[1].place.line, 4);
	assert_int_equal(table.rows[1].fields[1].place.column, 4);
	assert_string_equal(table.rows[1].fields[2].text, "say \"hi\"");
	assert_int_equal(table.rows[1].fields[2].place.column, 15);
	assert_int_equal(table.rows[2].count, 3);
	assert_string_equal(table.rows[2].fields[1].text, "");
	assert_int_equal(table.rows[2].fields[1].place.column, 3);
	assert_string_equal(table.rows[2].fields[2].text, "");
	assert_string_equal(table.rows[3].fields[2].text, "last");
	assert_int_equal(table.rows[3].fields[2].place.line, 6);
	assert_int_equal(table.rows[3].fields[2].place.column, 5);
	stage_free(&stage);
}

/* A wrong row is lost, the ones behind it are not. */
static void test_csv_quotes(void **state)
{
	struct stage stage = {0};
	struct source source = source_of(&stage, "a,b\n1,x\"y\"\n2,\"ok\"\n3,\"never\n"
						 "4,closed\n5,\"nor");
	struct csv_table table;

	(void)state;
	assert_int_equal(csv_table_parse(&source, &stage.arena, &stage.diags, &table), 0);
	assert_int_equal(stage.diags.errors, 3);
	assert_diag(&stage.diags, "csv-quote", 2, 4);
	for (unsigned int i = 1; i < 3; i++) {
		assert_int_equal(stage.diags.list[i].place.line, i == 1 ? 4 : 6);
		assert_int_equal(stage.diags.list[i].place.column, 4);
	}
	assert_string_equal(table.rows[2].fields[1].text, "closed");
	assert_int_equal(table.rows[2].fields[1].place.line, 5);
	assert_string_equal(table.rows[1].fields[1].text, "ok");
	assert_int_equal(table.rows[1].fields[0].place.line, 3);
	stage_free(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),	   cmocka_unit_test(test_source_failures),
		cmocka_unit_test(test_paths),	   cmocka_unit_test(test_words),
		cmocka_unit_test(test_ini),	   cmocka_unit_test(test_ini_doubles),
		cmocka_unit_test(test_csv_places), cmocka_unit_test(test_csv_quotes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
