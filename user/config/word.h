/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A piece of a policy's text with the place it came from: what every reader hands on.
 * Owns nothing: texts live in the policy's arena.
 */
#ifndef USER_CONFIG_WORD_H
#define USER_CONFIG_WORD_H

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"
#include "util/diag.h"

struct word {
	const char *text; /* NULL: not given */
	struct place place;
};

struct words {
	struct word *list;
	size_t count;
	bool given;
	struct place place; /* of the first, or where it would be */
};

static inline bool text_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The same place, so many bytes to the right. */
static inline struct place place_after(struct place place, size_t bytes)
{
	place.column += (unsigned int)bytes;
	return place;
}

/* As diag_add(), with the whole word underlined. */
struct diag *word_diag(struct diags *diags, enum diag_severity severity, const char *code,
		       const struct word *word, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Splits at blanks (and commas). -ENOMEM. */
int words_split(const struct word *text, struct arena *arena, struct words *ret_words);

/* A copy without blanks at both ends, and the place of its first byte. text NULL: memory is out. */
struct word word_trim(const char *text, size_t length, struct place place, struct arena *arena);

/* A copy in lower case without a remark in parentheses at its end, blanks squeezed; NULL: memory
 * is out. What a vendor's label is compared by. */
char *text_fold(const char *text, bool drop_remark, struct arena *arena);

#endif
