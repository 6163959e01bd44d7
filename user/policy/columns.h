/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The columns of a rule table. Owns their names and their order in a header that is written; one
 * that is read may have them in any.
 */
#ifndef USER_POLICY_COLUMNS_H
#define USER_POLICY_COLUMNS_H

enum column {
	COLUMN_RULE,
	COLUMN_SOURCE,
	COLUMN_DESTINATION,
	COLUMN_PROTOCOL,
	COLUMN_PORTS,
	COLUMN_DIRECTION,
	COLUMN_PURPOSE,
	COLUMNS,
};

extern const char *const column_names[COLUMNS];

#endif
