/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Aligned columns. Owns layout; widths count characters, not bytes of UTF-8.
 */
#include "cli/table.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int table_add(struct table *table, const char *const *cells)
{
	const char **row;

	if (table->count == table->capacity) {
		size_t capacity = table->capacity ? table->capacity * 2 : 32;
		const char **grown =
			arena_grow(&table->arena, table->cells, table->count * table->columns,
				   capacity * table->columns, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		table->cells = grown;
		table->capacity = capacity;
	}
	row = table->cells + table->count * table->columns;
	for (size_t i = 0; i < table->columns; i++) {
		row[i] = arena_strdup(&table->arena, cells[i] && *cells[i] ? cells[i] : "-");
		if (!row[i])
			return -ENOMEM;
	}
	table->count++;
	return 0;
}

static size_t text_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

/* Texts come from files: nothing in them may steer the terminal. */
static void cell_print(const char *text)
{
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		putchar(byte < 0x20 || byte == 0x7f ? '?' : byte);
	}
}

static void row_print(const struct table *table, const char *const *cells, const size_t *widths)
{
	for (size_t i = 0; i < table->columns; i++) {
		cell_print(cells[i]);
		if (i + 1 < table->columns)
			printf("%*s", (int)(widths[i] - text_width(cells[i]) + 2), "");
	}
	putchar('\n');
}

void table_print(const struct table *table)
{
	size_t widths[TABLE_COLUMNS_MAX] = {0};

	for (size_t i = 0; i < table->columns; i++) {
		widths[i] = text_width(table->titles[i]);
		for (size_t row = 0; row < table->count; row++) {
			size_t width = text_width(table->cells[row * table->columns + i]);

			if (width > widths[i])
				widths[i] = width;
		}
	}
	row_print(table, table->titles, widths);
	for (size_t row = 0; row < table->count; row++)
		row_print(table, table->cells + row * table->columns, widths);
}

void table_free(struct table *table)
{
	arena_free(&table->arena);
}
