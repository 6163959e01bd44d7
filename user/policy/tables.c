/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Rule tables: columns to rows, with this site's overrides applied, every field checked.
 * Knows zones by name only.
 */
#include "policy/tables.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "config/csv.h"
#include "policy/columns.h"
#include "util/vec.h"

struct table_reader {
	struct table_set *set;
	struct arena *arena;
	struct diags *diags;
	const char *table;	/* its name: "protocol" */
	size_t column[COLUMNS]; /* index of the field */
	size_t fields;		/* in the header */
};

#define HEADER_HINT "the header is: rule,source,destination,protocol,ports,direction,purpose"

static int column_find(const char *folded)
{
	for (int i = 0; i < COLUMNS; i++) {
		if (!strcmp(column_names[i], folded))
			return i;
	}
	return -1;
}

/* Columns may stand in any order; -EINVAL: the table cannot be read. */
static int header_parse(struct table_reader *reader, const struct csv_row *header)
{
	bool seen[COLUMNS] = {false};
	size_t errors = reader->diags->errors;

	for (size_t i = 0; i < header->count; i++) {
		const struct word *field = &header->fields[i];
		char *folded = text_fold(field->text, false, reader->arena);
		int column;

		if (!folded)
			return -ENOMEM;
		column = column_find(folded);
		if (column < 0) {
			const char *near = diag_did_you_mean(folded, column_names, COLUMNS);
			struct diag *diag =
				word_diag(reader->diags, DIAG_ERROR, "column-unknown", field,
					  "there is no column '%s'", field->text);

			if (near)
				diag_hint(diag, "did you mean '%s'?", near);
			else
				diag_hint(diag, HEADER_HINT);
		} else if (seen[column]) {
			word_diag(reader->diags, DIAG_ERROR, "column-twice", field,
				  "column '%s' is there twice", field->text);
		} else {
			seen[column] = true;
			reader->column[column] = i;
		}
	}
	for (int i = 0; i < COLUMNS && reader->diags->errors == errors; i++) {
		if (!seen[i])
			diag_hint(word_diag(reader->diags, DIAG_ERROR, "column-missing",
					    &header->fields[0], "column '%s' is missing",
					    column_names[i]),
				  HEADER_HINT);
	}
	reader->fields = header->count;
	return reader->diags->errors == errors ? 0 : -EINVAL;
}

/* ---- fields ---- */

static int direction_parse(const struct word *text, struct arena *arena, struct diags *diags,
			   enum direction *ret_direction)
{
	static const struct {
		const char *name;
		enum direction direction;
	} names[] = {
		{"inbound", DIRECTION_INBOUND},
		{"outbound", DIRECTION_OUTBOUND},
		{"both", DIRECTION_BOTH},
		{"server-to-server", DIRECTION_BOTH},
	};
	const char *candidates[sizeof(names) / sizeof(*names)], *near;
	char *folded = text_fold(text->text, true, arena);
	struct diag *diag;

	if (!folded)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		candidates[i] = names[i].name;
		if (!strcmp(folded, names[i].name)) {
			*ret_direction = names[i].direction;
			return 0;
		}
	}
	diag = word_diag(diags, DIAG_ERROR, "direction-unknown", text,
			 *text->text ? "'%s' is not a direction" : "the direction is missing",
			 text->text);
	near = diag_did_you_mean(folded, candidates, sizeof(names) / sizeof(*names));
	if (near)
		diag_hint(diag, "did you mean '%s'?", near);
	else
		diag_hint(diag, "write inbound, outbound or both");
	return -EINVAL;
}

/* Everything that can be judged without zones; all errors of the row are shown. */
static int fields_parse(const struct table_reader *reader, struct row *row)
{
	struct arena *arena = reader->arena;
	struct diags *diags = reader->diags;
	int protocol = protocol_parse(&row->protocol_label, arena, diags, &row->protocol);
	int direction = direction_parse(&row->direction_text, arena, diags, &row->direction);
	int ports = 0;

	if (!protocol) /* what ports may be depends on it */
		ports = ports_parse(&row->ports_text, &row->protocol, arena, diags, &row->ports);
	if (!*row->source.text || !*row->destination.text) {
		word_diag(diags, DIAG_ERROR, "zone-missing",
			  *row->source.text ? &row->destination : &row->source,
			  "the zone is missing");
		return -EINVAL;
	}
	return protocol ? protocol : direction ? direction : ports;
}

/* ---- rows ---- */

static void override_apply(struct override *override, struct row *row)
{
	const struct {
		const struct word *from;
		struct word *to;
	} moves[] = {
		{&override->ports, &row->ports_text},
		{&override->source, &row->source},
		{&override->destination, &row->destination},
		{&override->protocol, &row->protocol_label},
		{&override->direction, &row->direction_text},
	};

	for (size_t i = 0; i < sizeof(moves) / sizeof(*moves); i++) {
		if (moves[i].from->text)
			*moves[i].to = *moves[i].from;
	}
	row->disabled = override->disabled;
	override->used = true;
}

/* -EEXIST after an error in diags: the row has no name of its own. */
static int row_name_check(const struct table_reader *reader, const struct row *row)
{
	int32_t before;
	struct diag *diag;

	if (!*row->name.text) {
		word_diag(reader->diags, DIAG_ERROR, "rule-name", &row->name,
			  "the rule has no name");
		return -EEXIST;
	}
	before = strmap_get(&reader->set->row_index, row->name.text);
	if (before < 0)
		return 0;
	diag = word_diag(reader->diags, DIAG_ERROR, "rule-twice", &row->name,
			 "rule '%s' is there twice", row->name.text);
	diag_second(diag, reader->set->rows[before].name.place, "declared here");
	diag_hint(diag, "names are unique over all tables: counters are kept under them");
	return -EEXIST;
}

static int row_add(struct table_reader *reader, const struct csv_row *csv)
{
	struct table_set *set = reader->set;
	const struct word *fields = csv->fields;
	struct row row = {
		.name = fields[reader->column[COLUMN_RULE]],
		.table = reader->table,
		.source = fields[reader->column[COLUMN_SOURCE]],
		.destination = fields[reader->column[COLUMN_DESTINATION]],
		.protocol_label = fields[reader->column[COLUMN_PROTOCOL]],
		.ports_text = fields[reader->column[COLUMN_PORTS]],
		.direction_text = fields[reader->column[COLUMN_DIRECTION]],
		.purpose = fields[reader->column[COLUMN_PURPOSE]],
	};
	int32_t override;
	struct row *rows;
	int err;

	if (row_name_check(reader, &row))
		return 0;
	rows = vec_extend(reader->arena, set->rows, set->row_count, &set->row_capacity,
			  sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	set->rows = rows;
	override = strmap_get(&set->override_index, row.name.text);
	if (override >= 0)
		override_apply(&set->overrides[override], &row);
	err = fields_parse(reader, &row);
	if (err == -ENOMEM)
		return err;
	/* A wrong row keeps its name: errors stop the policy anyway, and a double is a double. */
	rows[set->row_count] = row;
	return strmap_put(&set->row_index, row.name.text, (int32_t)set->row_count++);
}

static int rows_read(struct table_reader *reader, const struct csv_table *table)
{
	for (size_t i = 1; i < table->count; i++) {
		const struct csv_row *csv = &table->rows[i];
		struct diag *diag;
		int err;

		if (csv->count != reader->fields) {
			diag = word_diag(reader->diags, DIAG_ERROR, "row-fields", &csv->fields[0],
					 "the row has %zu fields, the header has %zu", csv->count,
					 reader->fields);
			if (csv->count > reader->fields)
				diag_hint(diag, "a field with commas needs quotes: \"80, 443\"");
			continue;
		}
		err = row_add(reader, csv);
		if (err)
			return err;
	}
	return 0;
}

/* "protocol" of "tables/protocol.csv" */
static char *table_name(const char *path, struct arena *arena)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	size_t length = strlen(base);

	if (length > 4 && !strcmp(base + length - 4, ".csv"))
		length -= 4;
	return arena_strndup(arena, base, length);
}

int table_read(struct table_set *set, const struct word *name, const char *path,
	       struct arena *arena, struct diags *diags)
{
	struct table_reader reader = {set, arena, diags, .table = table_name(path, arena)};
	struct csv_table table;
	struct source source;
	int err;

	if (!reader.table)
		return -ENOMEM;
	err = source_read(path, name, arena, diags, &source);
	if (err)
		return err == -ENOMEM ? err : 0;
	err = csv_table_parse(&source, arena, diags, &table);
	if (err)
		return err;
	if (!table.count) {
		diag_hint(diag_add(diags, DIAG_ERROR, "table-empty",
				   (struct place){.file = source.path}, "the table has no header"),
			  HEADER_HINT);
		return 0;
	}
	err = header_parse(&reader, &table.rows[0]);
	if (err)
		return err == -ENOMEM ? err : 0;
	return rows_read(&reader, &table);
}
