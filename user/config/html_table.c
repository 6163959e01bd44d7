/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The tables of an HTML page. libxml2 reads the markup, as browsers do: what is not closed is
 * closed, what is not known is passed over. Owns cells that span, and white space.
 */
#include "config/html_table.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libxml/HTMLparser.h>

#include "util/cleanup.h"
#include "util/vec.h"

#define DEPTH_MAX 256 /* of nested markup; libxml2 has a bound of its own */

/* A cell that reaches into rows below. */
struct hanging {
	struct word cell;
	unsigned int rows;
};

struct reader {
	const struct source *source;
	struct arena *arena;
	struct html_table *tables;
	size_t count, capacity;
	struct hanging hanging[HTML_COLUMNS_MAX]; /* of the table that is read */
};

static bool is_element(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && !strcasecmp((const char *)node->name, name);
}

/* ---- texts ---- */

struct text {
	char *bytes;
	size_t size, capacity;
	struct arena *arena;
	bool failed;
};

static void text_put(struct text *text, char byte)
{
	if (text->size + 1 >= text->capacity) {
		size_t capacity = text->capacity ? text->capacity * 2 : 64;
		char *bytes = arena_grow(text->arena, text->bytes, text->size, capacity, 1);

		if (!bytes) {
			text->failed = true;
			return;
		}
		text->bytes = bytes;
		text->capacity = capacity;
	}
	text->bytes[text->size++] = byte;
	text->bytes[text->size] = '\0';
}

/* One blank for any white space, none at the beginning. */
static void text_put_blank(struct text *text)
{
	if (text->size && text->bytes[text->size - 1] != ' ')
		text_put(text, ' ');
}

static void text_add(struct text *text, const char *more)
{
	for (; *more; more++) {
		unsigned char byte = (unsigned char)*more, next = (unsigned char)more[1];

		if (byte == 0xc2 && next == 0xa0) { /* &nbsp; */
			text_put_blank(text);
			more++;
		} else if (byte <= ' ' || byte == 0x7f) {
			text_put_blank(text);
		} else {
			text_put(text, *more);
		}
	}
}

static void text_collect(struct text *text, const xmlNode *node, int depth)
{
	for (; node; node = node->next) {
		if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
			text_add(text, (const char *)node->content);
		if (node->type != XML_ELEMENT_NODE || is_element(node, "script") ||
		    is_element(node, "style"))
			continue;
		/* What begins a line of its own ends a word. */
		if (is_element(node, "br") || is_element(node, "p") || is_element(node, "li") ||
		    is_element(node, "div"))
			text_put_blank(text);
		if (depth < DEPTH_MAX)
			text_collect(text, node->children, depth + 1);
	}
}

/* ---- rows ---- */

static unsigned int span_of(xmlNode *cell, const char *name)
{
	xmlChar *value = xmlGetProp(cell, (const xmlChar *)name);
	long span = value ? strtol((const char *)value, NULL, 10) : 1;

	xmlFree(value);
	return span < 1 ? 1 : span > HTML_COLUMNS_MAX ? HTML_COLUMNS_MAX : (unsigned int)span;
}

static int cell_read(struct reader *reader, xmlNode *node, struct word *ret_cell)
{
	struct text text = {.arena = reader->arena};
	long line = xmlGetLineNo(node);

	text_collect(&text, node->children, 0);
	if (text.failed)
		return -ENOMEM;
	while (text.size && text.bytes[text.size - 1] == ' ')
		text.bytes[--text.size] = '\0';
	*ret_cell = (struct word){text.bytes ? text.bytes : "",
				  {reader->source->path, line > 0 ? (unsigned int)line : 1, 1}};
	return 0;
}

/* Cells that hang down from rows above come where they are. */
static void row_fill(struct reader *reader, struct html_row *row)
{
	while (row->count < HTML_COLUMNS_MAX && reader->hanging[row->count].rows) {
		reader->hanging[row->count].rows--;
		row->cells[row->count] = reader->hanging[row->count].cell;
		row->count++;
	}
}

static int row_read(struct reader *reader, xmlNode *node, struct html_row *ret_row)
{
	struct html_row row = {.is_heading = true};
	unsigned int written = 0;

	row.cells = arena_alloc(reader->arena, HTML_COLUMNS_MAX, sizeof(*row.cells));
	if (!row.cells)
		return -ENOMEM;
	for (xmlNode *cell = node->children; cell; cell = cell->next) {
		unsigned int columns, rows;
		struct word word;

		if (!is_element(cell, "td") && !is_element(cell, "th"))
			continue;
		row_fill(reader, &row);
		if (cell_read(reader, cell, &word))
			return -ENOMEM;
		row.is_heading = row.is_heading && is_element(cell, "th");
		columns = span_of(cell, "colspan");
		rows = span_of(cell, "rowspan");
		for (; columns && row.count < HTML_COLUMNS_MAX; columns--) {
			reader->hanging[row.count] = (struct hanging){word, rows - 1};
			row.cells[row.count++] = word;
		}
		written++;
	}
	row.is_one = written == 1 && row.count > 1;
	row_fill(reader, &row);
	row.is_heading = row.is_heading && written;
	*ret_row = row;
	return 0;
}

/* Rows of a table, also within <thead> and such, not those of a table inside it. */
static int rows_read(struct reader *reader, xmlNode *node, struct html_table *table,
		     size_t *capacity)
{
	int err = 0;

	for (; node && !err; node = node->next) {
		struct html_row row;

		if (is_element(node, "thead") || is_element(node, "tbody") ||
		    is_element(node, "tfoot")) {
			err = rows_read(reader, node->children, table, capacity);
			continue;
		}
		if (!is_element(node, "tr"))
			continue;
		err = row_read(reader, node, &row);
		if (err || !row.count)
			continue;
		table->rows = vec_extend(reader->arena, table->rows, table->count, capacity,
					 sizeof(*table->rows));
		if (!table->rows)
			return -ENOMEM;
		table->rows[table->count++] = row;
	}
	return err;
}

static int tables_find(struct reader *reader, xmlNode *node, int depth, bool *ret_found);

static int table_read_node(struct reader *reader, xmlNode *node, int depth)
{
	struct html_table table = {.line = (unsigned int)xmlGetLineNo(node)};
	size_t capacity = 0;
	bool inner = false;
	int err = tables_find(reader, node->children, depth + 1, &inner);

	/* A table around tables lays a page out. */
	if (err || inner)
		return err;
	memset(reader->hanging, 0, sizeof(reader->hanging));
	err = rows_read(reader, node->children, &table, &capacity);
	if (err)
		return err;
	reader->tables = vec_extend(reader->arena, reader->tables, reader->count, &reader->capacity,
				    sizeof(*reader->tables));
	if (!reader->tables)
		return -ENOMEM;
	reader->tables[reader->count++] = table;
	return 0;
}

static int tables_find(struct reader *reader, xmlNode *node, int depth, bool *ret_found)
{
	int err = 0;

	for (; node && !err && depth < DEPTH_MAX; node = node->next) {
		if (is_element(node, "table")) {
			*ret_found = true;
			err = table_read_node(reader, node, depth);
		} else if (node->type == XML_ELEMENT_NODE) {
			err = tables_find(reader, node->children, depth + 1, ret_found);
		}
	}
	return err;
}

/* A page that does not say its encoding is taken for UTF-8, not for Latin 1 as of old. */
static const char *encoding_of(const struct source *source)
{
	size_t head = source->size_bytes < 2048 ? source->size_bytes : 2048;

	for (size_t i = 0; i + 7 <= head; i++)
		if (!strncasecmp(source->text + i, "charset", 7))
			return NULL;
	return "UTF-8";
}

int html_tables_parse(const struct source *source, struct arena *arena,
		      struct html_table **ret_tables, size_t *ret_count)
{
	struct reader reader = {.source = source, .arena = arena};
	bool found = false;
	htmlDocPtr page;
	int err;

	if (source->size_bytes > INT_MAX)
		return -EFBIG;
	/* No network, no word on stderr. */
	page = htmlReadMemory(source->text, (int)source->size_bytes, NULL, encoding_of(source),
			      HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
				      HTML_PARSE_NONET);
	err = page ? tables_find(&reader, xmlDocGetRootElement(page), 0, &found) : 0;
	xmlFreeDoc(page);
	if (err)
		return err;
	*ret_tables = reader.tables;
	*ret_count = reader.count;
	return 0;
}
