/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The columns of a rule table. Owns their names.
 */
#include "policy/columns.h"

const char *const column_names[COLUMNS] = {
	"rule", "source", "destination", "protocol", "ports", "direction", "purpose",
};
