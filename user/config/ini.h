/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * zonegate.conf as sections of keys and values, each with its place.
 * Owns the INI grammar. Knows no section and no key by name.
 */
#ifndef USER_CONFIG_INI_H
#define USER_CONFIG_INI_H

#include "config/source.h"

struct ini_entry {
	struct word key, value;
};

struct ini_section {
	struct word kind; /* "rule" of [rule 3] */
	struct word name; /* "3"; text NULL: none */
	struct ini_entry *entries;
	size_t count;
};

struct ini {
	struct ini_section *sections;
	size_t count;
};

/* Syntax errors, doubled sections and doubled keys go to diags; the rest is still returned, so that
 * all errors of a run are seen. 0 or -ENOMEM. */
int ini_parse(const struct source *source, struct arena *arena, struct diags *diags,
	      struct ini *ret_ini);

#endif
