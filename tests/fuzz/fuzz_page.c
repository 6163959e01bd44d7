// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The fuzzer's bytes are an HTML page. What is read of it can be written as CSV: texts without
 * control characters, rows within their bounds.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/html_table.h"
#include "must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void row_holds(const struct html_row *row)
{
	MUST(row->count && row->count <= HTML_COLUMNS_MAX, "%zu cells", row->count);
	for (size_t i = 0; i < row->count; i++) {
		const char *text = row->cells[i].text;

		MUST(text, "a cell without a text");
		MUST(row->cells[i].place.line, "a cell without a line");
		MUST(*text != ' ' && (!*text || text[strlen(text) - 1] != ' '), "blanks around");
		for (; *text; text++)
			MUST((unsigned char)*text >= ' ' && *text != 0x7f, "byte %d", *text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	struct html_table *tables = NULL;
	struct source source = {.path = "page.html", .size_bytes = size};
	size_t count = 0;
	int err;

	source.text = arena_alloc(&arena, size + 1, 1);
	MUST(source.text, "memory");
	if (size)
		memcpy(source.text, data, size);
	err = html_tables_parse(&source, &arena, &tables, &count);
	MUST(!err, "html_tables_parse: %s", strerror(-err));
	for (size_t i = 0; i < count; i++)
		for (size_t row = 0; row < tables[i].count; row++)
			row_holds(&tables[i].rows[row]);
	arena_free(&arena);
	return 0;
}
