/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Aligned columns for people. Owns the cells until they are printed; knows nothing of what is in
 * them.
 */
#ifndef USER_CLI_TABLE_H
#define USER_CLI_TABLE_H

#include <stddef.h>

#include "util/arena.h"

#define TABLE_COLUMNS_MAX 12

struct table {
	struct arena arena;
	size_t columns;
	const char *const *titles;
	const char **cells;	/* rows of columns */
	size_t count, capacity; /* rows */
};

/* Adds a row; a NULL cell is shown as "-". Texts are copied. -ENOMEM. */
int table_add(struct table *table, const char *const *cells);
/* Titles and rows on stdout, blanks between columns, none at the end of a line. */
void table_print(const struct table *table);
void table_free(struct table *table);

#endif
