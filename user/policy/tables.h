/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The rule tables (CSV) with what [rule NAME] sections change in them, as rows.
 * Owns columns, overrides and directions. Knows zones by name only.
 */
#ifndef USER_POLICY_TABLES_H
#define USER_POLICY_TABLES_H

#include "policy/policy.h"

struct override {
	struct word name;
	/* text NULL: as in the table */
	struct word ports, source, destination, protocol, direction;
	bool disabled;
	bool used;
};

struct table_set {
	struct override *overrides;
	size_t override_count, override_capacity;
	struct strmap override_index;
	struct row *rows;
	size_t row_count, row_capacity;
	struct strmap row_index;
};

/* Takes one [rule NAME] section. 0 or -ENOMEM. */
int override_add(struct table_set *set, const struct ini_section *section, struct arena *arena,
		 struct diags *diags);

/* Reads one table; overrides must be there already. Rows that are wrong are left out, the errors
 * being in diags. 0 or -ENOMEM. */
int table_read(struct table_set *set, const struct word *name, const char *path,
	       struct arena *arena, struct diags *diags);

/* Overrides of rules that no table has. */
void overrides_check(const struct table_set *set, struct diags *diags);

#endif
