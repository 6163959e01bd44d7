/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * zonegate import: the rule tables of a vendor's page as CSV in our header. Owns the words that
 * columns are known by, and the CSV that is written. What rows mean is `check`'s affair.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/csv_print.h"
#include "config/html_table.h"
#include "policy/columns.h"
#include "util/cleanup.h"

/* A heading is the column of the first of these words that it holds: "destination port" is ports.
 */
static const struct {
	const char *word;
	enum column column;
} heading_words[] = {
	{"port", COLUMN_PORTS},
	{"source", COLUMN_SOURCE},
	{"destination", COLUMN_DESTINATION},
	{"protocol", COLUMN_PROTOCOL},
	{"direction", COLUMN_DIRECTION},
	{"purpose", COLUMN_PURPOSE},
	{"description", COLUMN_PURPOSE},
	{"#", COLUMN_RULE},
	{"rule", COLUMN_RULE},
	{"no.", COLUMN_RULE},
};

/* Fewer known headings: a table about something else. */
#define HEADINGS_LEAST 3
/* Without these a row says nothing. */
static const enum column columns_needed[] = {COLUMN_RULE, COLUMN_SOURCE, COLUMN_DESTINATION,
					     COLUMN_PROTOCOL, COLUMN_DIRECTION};

struct import {
	struct arena arena;
	struct diags diags;
	size_t rows;
};

static void import_free(struct import *import)
{
	arena_free(&import->arena);
	diags_free(&import->diags);
}

/* The word begins where no other word goes on: "transport" is no port. */
static bool text_has_word(const char *text, const char *word)
{
	for (const char *at = text; (at = strstr(at, word)); at++)
		if (at == text || !isalpha((unsigned char)at[-1]))
			return true;
	return false;
}

/* -1: not known. */
static int heading_column(const char *text, struct arena *arena)
{
	const char *folded = text_fold(text, false, arena);

	for (size_t i = 0; folded && i < sizeof(heading_words) / sizeof(*heading_words); i++)
		if (text_has_word(folded, heading_words[i].word))
			return (int)heading_words[i].column;
	return -1;
}

/* How many rows the heading has: all rows of <th> at the beginning, else the first. */
static size_t heading_rows(const struct html_table *table)
{
	size_t count = 0;

	while (count < table->count && table->rows[count].is_heading)
		count++;
	return count ? count : 1;
}

/* The heading of a column: what its rows say from above, said once. */
static struct word heading_text(const struct html_table *table, size_t rows, size_t column,
				struct arena *arena)
{
	struct word heading = {"", {0}};

	for (size_t row = 0; row < rows; row++) {
		const struct word *cell = &table->rows[row].cells[column];

		if (column >= table->rows[row].count || table->rows[row].is_one)
			continue;
		if (*heading.text && !strcmp(heading.text, cell->text))
			continue;
		heading.text = *heading.text
				       ? arena_printf(arena, "%s %s", heading.text, cell->text)
				       : cell->text;
		heading.place = cell->place;
	}
	return heading;
}

struct columns {
	int at[COLUMNS]; /* of the page's table; -1: it has none */
	size_t heading_rows;
};

static void column_take(struct import *import, const struct word *heading, size_t at,
			struct columns *columns)
{
	int column = heading_column(heading->text, &import->arena);
	struct diag *diag;

	if (column < 0) {
		diag = word_diag(&import->diags, DIAG_ERROR, "import-column", heading,
				 "'%s' is not a column of rule tables", heading->text);
		diag_hint(diag, "known are #, source, destination, protocol, destination port, "
				"direction, purpose; take the column out of the page");
		return;
	}
	if (columns->at[column] >= 0) {
		word_diag(&import->diags, DIAG_ERROR, "import-column-twice", heading,
			  "'%s' is the second column for %s", heading->text, column_names[column]);
		return;
	}
	columns->at[column] = (int)at;
}

/* False: not a table of rules. */
static bool columns_find(struct import *import, const struct html_table *table,
			 struct columns *ret_columns)
{
	struct columns columns = {.heading_rows = heading_rows(table)};
	size_t width = table->count ? table->rows[columns.heading_rows - 1].count : 0, known = 0;

	for (size_t i = 0; i < width; i++) {
		struct word heading = heading_text(table, columns.heading_rows, i, &import->arena);

		known += heading_column(heading.text, &import->arena) >= 0;
	}
	if (known < HEADINGS_LEAST)
		return false;
	for (size_t i = 0; i < COLUMNS; i++)
		columns.at[i] = -1;
	for (size_t i = 0; i < width; i++) {
		struct word heading = heading_text(table, columns.heading_rows, i, &import->arena);

		column_take(import, &heading, i, &columns);
	}
	for (size_t i = 0; i < sizeof(columns_needed) / sizeof(*columns_needed); i++)
		if (columns.at[columns_needed[i]] < 0)
			word_diag(&import->diags, DIAG_ERROR, "import-column-missing",
				  &table->rows[0].cells[0], "the table has no column for %s",
				  column_names[columns_needed[i]]);
	*ret_columns = columns;
	return true;
}

/* ---- CSV ---- */

static const char *cell_text(const struct html_row *row, int at)
{
	return at >= 0 && (size_t)at < row->count ? row->cells[at].text : "";
}

static bool row_is_empty(const struct html_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		if (*row->cells[i].text)
			return false;
	return true;
}

/* Rows without a rule's number or name cannot be counted; all others are rules. */
static bool row_is_rule(struct import *import, const struct html_row *row,
			const struct columns *columns)
{
	if (row->is_one || row->is_heading || row_is_empty(row))
		return false;
	if (*cell_text(row, columns->at[COLUMN_RULE]))
		return true;
	word_diag(&import->diags, DIAG_ERROR, "import-rule", &row->cells[0],
		  "the row has no number or name");
	return false;
}

static void table_print_csv(struct import *import, const struct html_table *table,
			    const struct columns *columns, bool print)
{
	for (size_t i = columns->heading_rows; i < table->count; i++) {
		const struct html_row *row = &table->rows[i];

		if (!row_is_rule(import, row, columns))
			continue;
		import->rows++;
		for (int column = 0; print && column < COLUMNS; column++) {
			const char *text = cell_text(row, columns->at[column]);

			/* A row that begins with '#' would be a comment. */
			csv_print_field(text, column == 0 && *text == '#');
			putchar(column + 1 < COLUMNS ? ',' : '\n');
		}
	}
}

/* All tables are looked at before the first word is written: a half is of no use. */
static int import_tables(struct import *import, const struct html_table *tables, size_t count,
			 bool print)
{
	if (print)
		for (int column = 0; column < COLUMNS; column++)
			printf("%s%c", column_names[column], column + 1 < COLUMNS ? ',' : '\n');
	import->rows = 0;
	for (size_t i = 0; i < count; i++) {
		struct columns columns;

		if (columns_find(import, &tables[i], &columns))
			table_print_csv(import, &tables[i], &columns, print);
	}
	return import->diags.errors ? -EINVAL : 0;
}

static int import_page(struct context *context, const char *path, struct import *import)
{
	const struct word named = {0};
	struct html_table *tables = NULL;
	struct source source;
	size_t count = 0;
	int err = source_read(path, &named, &import->arena, &import->diags, &source);

	if (!err)
		err = html_tables_parse(&source, &import->arena, &tables, &count);
	if (!err)
		err = import_tables(import, tables, count, false);
	if (!err && !import->rows) {
		diag_hint(diag_add(&import->diags, DIAG_ERROR, "import-nothing",
				   (struct place){.file = path}, "the page has no table of rules"),
			  "its columns are #, source, destination, protocol, destination port, "
			  "direction, purpose");
		err = -EINVAL;
	}
	diags_print(context, &import->diags);
	return err ? err : import_tables(import, tables, count, true);
}

int command_import(struct context *context)
{
	CLEANUP(import_free) struct import import = {0};
	const char *unknown = option_unknown(context);
	int err;

	if (unknown)
		return usage_error(context, "import knows no '%s'", unknown);
	if (context->argc != 2)
		return usage_error(context, "import takes one page");
	err = import_page(context, context->argv[1], &import);
	if (import.diags.errors)
		return EXIT_POLICY;
	if (err) {
		fprintf(stderr, "zonegate: cannot import %s: %s\n", context->argv[1],
			strerror(-err));
		return EXIT_SYSTEM;
	}
	fprintf(stderr, "zonegate: %zu rules; next: zonegate check with the table in [rules]\n",
		import.rows);
	return EXIT_DONE;
}
