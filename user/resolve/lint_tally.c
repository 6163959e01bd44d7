/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Counts findings and writes lists of names that stay readable. Owns no judgement.
 */
#include "resolve/lint_tally.h"

void lint_names_add(struct lint_names *names, const char *name)
{
	if (names->count < LINT_NAMES_MAX)
		names->first[names->count] = name;
	names->count++;
}

char *lint_names_text(const struct lint_names *names, struct arena *arena)
{
	char *text = arena_strdup(arena, "");

	for (size_t i = 0; text && i < names->count && i < LINT_NAMES_MAX; i++)
		text = arena_printf(arena, "%s%s%s", text, i ? ", " : "", names->first[i]);
	if (text && names->count > LINT_NAMES_MAX)
		text = arena_printf(arena, "%s and %zu more", text, names->count - LINT_NAMES_MAX);
	return text;
}

bool lint_tally_add(struct lint_tally *tally, size_t rule, const char *name)
{
	if (!lint_tally_full(tally)) {
		tally->told++;
		return true;
	}
	if (!tally->rest.count)
		tally->rest_first = rule;
	lint_names_add(&tally->rest, name);
	return false;
}
