/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Findings that come by the thousand: the first of a kind have messages of their own, the rest are
 * counted in one; a message names a few rules and counts the others. Owns no judgement.
 */
#ifndef USER_RESOLVE_LINT_TALLY_H
#define USER_RESOLVE_LINT_TALLY_H

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"

#define LINT_NAMES_MAX 10 /* named in one message */
#define LINT_EACH_MAX 20  /* findings of a kind with a message each */

struct lint_names {
	const char *first[LINT_NAMES_MAX];
	size_t count; /* all that were added */
};

void lint_names_add(struct lint_names *names, const char *name);
/* "a, b, c", or "a, b, c and 17 more". NULL: out of memory. */
char *lint_names_text(const struct lint_names *names, struct arena *arena);

struct lint_tally {
	size_t told;
	struct lint_names rest; /* rules without a message of their own */
	size_t rest_first;	/* index of the first of them */
};

static inline bool lint_tally_full(const struct lint_tally *tally)
{
	return tally->told >= LINT_EACH_MAX;
}

/* Notes a finding about the rule; true: it is to have a message of its own. */
bool lint_tally_add(struct lint_tally *tally, size_t rule, const char *name);

#endif
