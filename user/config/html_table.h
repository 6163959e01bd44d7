/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The tables of an HTML page as rows of texts, each with its line. Owns the reading of HTML,
 * cells that span, and white space. Knows no column by name.
 */
#ifndef USER_CONFIG_HTML_TABLE_H
#define USER_CONFIG_HTML_TABLE_H

#include "config/source.h"

#define HTML_COLUMNS_MAX 64

struct html_row {
	struct word *cells; /* text "": empty. Column 1: a page's columns are of no use */
	size_t count;
	bool is_heading; /* <th> alone */
	bool is_one;	 /* one cell over all columns: a title between rows */
};

struct html_table {
	struct html_row *rows;
	size_t count;
	unsigned int line;
};

/* Innermost tables in order. Whatever the bytes are, something is read. 0 or -ENOMEM. */
int html_tables_parse(const struct source *source, struct arena *arena,
		      struct html_table **ret_tables, size_t *ret_count);

#endif
