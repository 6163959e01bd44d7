/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A rule table as rows of fields, each with its place.
 * Owns the CSV reading. Knows no column by name.
 */
#ifndef USER_CONFIG_CSV_H
#define USER_CONFIG_CSV_H

#include "config/source.h"

struct csv_row {
	struct word *fields;
	size_t count;
};

struct csv_table {
	struct csv_row *rows; /* the header is the first */
	size_t count;
};

/* A '#' at the start of a row makes it a comment; empty rows are left out. Quoting errors go to
 * diags. 0 or -ENOMEM. */
int csv_table_parse(const struct source *source, struct arena *arena, struct diags *diags,
		    struct csv_table *ret_table);

#endif
