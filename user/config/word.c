/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Pieces of text with their places: splitting, trimming, folding.
 * Owns nothing; knows no formats.
 */
#include "config/word.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/vec.h"

struct diag *word_diag(struct diags *diags, enum diag_severity severity, const char *code,
		       const struct word *word, const char *format, ...)
{
	AUTO_FREE char *text = NULL;
	struct diag *diag;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0)
		text = NULL;
	diag = diag_add(diags, severity, code, word->place, "%s", text ? text : code);
	if (word->text && *word->text)
		diag->width = (unsigned int)strlen(word->text);
	return diag;
}

static bool is_separator(char c)
{
	return text_is_blank(c) || c == ',';
}

int words_split(const struct word *text, struct arena *arena, struct words *ret_words)
{
	struct words words = {.given = true, .place = text->place};
	const char *p = text->text;
	size_t capacity = 0;

	for (;;) {
		const char *start;
		struct word *list;

		while (is_separator(*p))
			p++;
		if (!*p)
			break;
		start = p;
		while (*p && !is_separator(*p))
			p++;
		list = vec_extend(arena, words.list, words.count, &capacity, sizeof(*list));
		if (!list)
			return -ENOMEM;
		words.list = list;
		list[words.count] = (struct word){
			arena_strndup(arena, start, (size_t)(p - start)),
			place_after(text->place, (size_t)(start - text->text)),
		};
		if (!list[words.count++].text)
			return -ENOMEM;
	}
	*ret_words = words;
	return 0;
}

struct word word_trim(const char *text, size_t length, struct place place, struct arena *arena)
{
	size_t start = 0;

	while (start < length && text_is_blank(text[start]))
		start++;
	while (length > start && text_is_blank(text[length - 1]))
		length--;
	return (struct word){
		arena_strndup(arena, text + start, length - start),
		place_after(place, start),
	};
}

char *text_fold(const char *text, bool drop_remark, struct arena *arena)
{
	size_t length = strlen(text);
	char *folded = arena_alloc(arena, length + 1, 1), *out = folded;

	if (!folded)
		return NULL;
	if (drop_remark && length && text[length - 1] == ')') {
		const char *open = strrchr(text, '(');

		if (open)
			length = (size_t)(open - text);
	}
	for (size_t i = 0; i < length; i++) {
		if (!isspace((unsigned char)text[i]))
			*out++ = (char)tolower((unsigned char)text[i]);
		else if (out > folded && out[-1] != ' ')
			*out++ = ' ';
	}
	if (out > folded && out[-1] == ' ')
		out--;
	*out = '\0';
	return folded;
}
