/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * CSV by libcsv. It reports no places, so it is fed byte by byte: what its callbacks hand over
 * began behind the delimiter before. Owns that bookkeeping; the quoting rules are the library's.
 */
#include "config/csv.h"

#include <csv.h>
#include <errno.h>
#include <string.h>

#include "util/vec.h"

struct csv_reader {
	struct arena *arena;
	struct csv_table table;
	size_t row_capacity;
	struct csv_row row; /* being read */
	size_t field_capacity;
	struct place field_place; /* first byte that is neither blank nor the quote */
	bool field_begun;	  /* field_place is known */
	bool in_quotes;		  /* strict: quotes are where a field is quoted, and nowhere else */
	bool at_row_start;
	bool out_of_memory;
};

static void on_field(void *text, size_t length, void *context)
{
	struct csv_reader *reader = context;
	struct word *fields = vec_extend(reader->arena, reader->row.fields, reader->row.count,
					 &reader->field_capacity, sizeof(*fields));
	char *copy = fields ? arena_alloc(reader->arena, length + 1, 1) : NULL;

	if (!copy) {
		reader->out_of_memory = true;
		return;
	}
	if (length)
		memcpy(copy, text, length);
	reader->row.fields = fields;
	fields[reader->row.count++] = (struct word){copy, reader->field_place};
	reader->field_begun = false;
	reader->in_quotes = false;
}

static void on_row(int end, void *context)
{
	struct csv_reader *reader = context;
	struct csv_row *rows = vec_extend(reader->arena, reader->table.rows, reader->table.count,
					  &reader->row_capacity, sizeof(*rows));

	(void)end;
	if (!rows) {
		reader->out_of_memory = true;
		return;
	}
	reader->table.rows = rows;
	rows[reader->table.count++] = reader->row;
	reader->row = (struct csv_row){0};
	reader->field_capacity = 0;
	reader->at_row_start = true;
}

static void report_quote(const struct csv_reader *reader, struct diags *diags, struct place place)
{
	struct diag *diag;

	if (place.file) {
		diag = diag_add(diags, DIAG_ERROR, "csv-quote", place,
				"a quote inside a field, or text behind its closing quote");
	} else {
		diag = diag_add(diags, DIAG_ERROR, "csv-quote", reader->field_place,
				"the quote that opens this field is not closed on its line");
	}
	diag_hint(diag, "a field with quotes looks so: \"ports \"\"A\"\" and B\"");
}

static size_t line_end(const struct source *source, size_t at)
{
	const char *end = memchr(source->text + at, '\n', source->size_bytes - at);

	return end ? (size_t)(end - source->text) : source->size_bytes;
}

/* One byte to the library; false after a quoting error, the row being lost. */
static bool feed(struct csv_parser *parser, struct csv_reader *reader, const char *byte,
		 struct place place)
{
	bool blank = text_is_blank(*byte) || *byte == '\r' || *byte == '\n';

	if (!reader->field_begun) {
		/* An empty field is shown where its delimiter is. */
		reader->field_place = place;
		if (!blank)
			reader->field_begun = true;
		if (*byte == '"')
			reader->field_place = place_after(place, 1);
	}
	if (!blank)
		reader->at_row_start = false;
	if (*byte == '"')
		reader->in_quotes = !reader->in_quotes;
	return csv_parse(parser, byte, 1, on_field, on_row, reader) == 1;
}

static void reader_drop_row(struct csv_reader *reader)
{
	reader->row = (struct csv_row){0};
	reader->field_capacity = 0;
	reader->field_begun = false;
	reader->in_quotes = false;
	reader->at_row_start = true;
}

/* After a quoting error: from the next line on. 0 or -ENOMEM. */
static int reader_restart(struct csv_parser *parser, struct csv_reader *reader)
{
	reader_drop_row(reader);
	csv_free(parser);
	return csv_init(parser, CSV_STRICT | CSV_STRICT_FINI) ? -ENOMEM : 0;
}

static int parse_all(struct csv_parser *parser, struct csv_reader *reader,
		     const struct source *source, struct diags *diags)
{
	struct place place = {source->path, 1, 1};

	for (size_t at = source->start; at < source->size_bytes; at++) {
		const char *byte = source->text + at;
		bool fed = true;

		if (reader->at_row_start && *byte == '#') {
			at = line_end(source, at);
			byte = source->text + at;
		} else {
			fed = feed(parser, reader, byte, place);
		}
		if (reader->out_of_memory || (!fed && csv_error(parser) != CSV_EPARSE))
			return -ENOMEM;
		if (!fed) {
			report_quote(reader, diags, place);
			if (reader_restart(parser, reader))
				return -ENOMEM;
			at = line_end(source, at);
			byte = source->text + at;
		} else if (*byte == '\n' && reader->in_quotes) {
			/* No name or port has a line end; a forgotten quote swallows rows. */
			report_quote(reader, diags, (struct place){0});
			if (reader_restart(parser, reader))
				return -ENOMEM;
		}
		place.column++;
		if (*byte == '\n')
			place = (struct place){source->path, place.line + 1, 1};
	}
	if (csv_fini(parser, on_field, on_row, reader))
		report_quote(reader, diags, (struct place){0});
	return reader->out_of_memory ? -ENOMEM : 0;
}

int csv_table_parse(const struct source *source, struct arena *arena, struct diags *diags,
		    struct csv_table *ret_table)
{
	struct csv_reader reader = {.arena = arena, .at_row_start = true};
	struct csv_parser parser;
	int err;

	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI))
		return -ENOMEM;
	err = parse_all(&parser, &reader, source, diags);
	csv_free(&parser);
	if (err)
		return err;
	*ret_table = reader.table;
	return 0;
}
