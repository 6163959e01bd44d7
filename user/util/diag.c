/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The collection of what is wrong with a policy's text, its order, and "did you mean".
 * Owns the entries' strings, also the files' names: entries outlive the policy. Prints nothing.
 */
#include "util/diag.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

/* Stands in for an entry that found no memory; nothing is ever kept in it. */
static _Thread_local struct diag scratch;

__attribute__((format(printf, 1, 0))) static char *format_text(const char *format, va_list args)
{
	char *text;

	return vasprintf(&text, format, args) < 0 ? NULL : text;
}

static struct diag *diags_lost(struct diags *diags)
{
	diags->out_of_memory = true;
	diags->errors++;
	scratch = (struct diag){.severity = DIAG_ERROR, .code = "out-of-memory", .width = 1};
	return &scratch;
}

struct diag *diag_add(struct diags *diags, enum diag_severity severity, const char *code,
		      struct place place, const char *format, ...)
{
	char *text, *file = NULL;
	struct diag *diag;
	va_list args;

	if (diags->count == diags->capacity) {
		size_t capacity = diags->capacity ? diags->capacity * 2 : 16;
		struct diag *list = reallocarray(diags->list, capacity, sizeof(*list));

		if (!list)
			return diags_lost(diags);
		diags->list = list;
		diags->capacity = capacity;
	}
	va_start(args, format);
	text = format_text(format, args);
	va_end(args);
	if (place.file)
		file = strdup(place.file);
	if (!text || (place.file && !file)) {
		free(text);
		return diags_lost(diags);
	}

	place.file = file;
	diag = &diags->list[diags->count++];
	*diag = (struct diag){
		.severity = severity,
		.code = code,
		.place = place,
		.width = 1,
		.text = text,
	};
	if (severity == DIAG_ERROR)
		diags->errors++;
	else if (severity == DIAG_WARNING)
		diags->warnings++;
	return diag;
}

void diag_hint(struct diag *diag, const char *format, ...)
{
	va_list args;

	if (diag == &scratch)
		return;
	free(diag->hint);
	va_start(args, format);
	diag->hint = format_text(format, args);
	va_end(args);
}

void diag_second(struct diag *diag, struct place place, const char *format, ...)
{
	va_list args;

	if (diag == &scratch)
		return;
	free(diag->second_text);
	free((char *)diag->second.file);
	diag->second = place;
	if (place.file)
		diag->second.file = strdup(place.file); /* NULL: shown without its place */
	va_start(args, format);
	diag->second_text = format_text(format, args);
	va_end(args);
}

void diag_release(struct diag *diag)
{
	free((char *)diag->place.file);
	free((char *)diag->second.file);
	free(diag->text);
	free(diag->second_text);
	free(diag->hint);
}

void diags_free(struct diags *diags)
{
	for (size_t i = 0; i < diags->count; i++)
		diag_release(&diags->list[i]);
	free(diags->list);
	*diags = (struct diags){0};
}

/* ---- order ---- */

struct sort_key {
	size_t file; /* rank of the file: the first entry that names it */
	size_t index;
	const struct diag *diag;
};

static bool same_file(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static int sort_key_compare(const void *left, const void *right)
{
	const struct sort_key *a = left, *b = right;

	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	if (a->diag->place.line != b->diag->place.line)
		return a->diag->place.line < b->diag->place.line ? -1 : 1;
	if (a->diag->place.column != b->diag->place.column)
		return a->diag->place.column < b->diag->place.column ? -1 : 1;
	return a->index < b->index ? -1 : 1;
}

static bool diag_equal(const struct diag *a, const struct diag *b)
{
	return a->severity == b->severity && same_file(a->place.file, b->place.file) &&
	       a->place.line == b->place.line && a->place.column == b->place.column &&
	       !strcmp(a->code, b->code) && !strcmp(a->text, b->text);
}

/* Ranks of files; a run has few files and messages come in runs, so the last one is tried first. */
static void keys_fill(const struct diags *diags, struct sort_key *keys)
{
	for (size_t i = 0; i < diags->count; i++) {
		const char *file = diags->list[i].place.file;
		size_t first =
			i && same_file(diags->list[i - 1].place.file, file) ? keys[i - 1].file : 0;

		while (!same_file(diags->list[first].place.file, file))
			first++;
		keys[i] = (struct sort_key){first, i, &diags->list[i]};
	}
}

/* Whether an equal entry stands among the sorted ones of the same place. */
static bool is_repeated(const struct diag *sorted, size_t count, const struct diag *diag)
{
	while (count--) {
		if (diag_equal(&sorted[count], diag))
			return true;
		if (sorted[count].place.line != diag->place.line ||
		    sorted[count].place.column != diag->place.column)
			return false;
	}
	return false;
}

void diags_sort(struct diags *diags)
{
	AUTO_FREE struct sort_key *keys = NULL;
	struct diag *sorted;
	size_t kept = 0;

	if (diags->count < 2)
		return;
	keys = calloc(diags->count, sizeof(*keys));
	sorted = calloc(diags->count, sizeof(*sorted));
	if (!keys || !sorted) { /* unsorted is still all of it */
		free(sorted);
		return;
	}
	keys_fill(diags, keys);
	qsort(keys, diags->count, sizeof(*keys), sort_key_compare);
	for (size_t i = 0; i < diags->count; i++) {
		struct diag *diag = &diags->list[keys[i].index];

		if (!is_repeated(sorted, kept, diag)) {
			sorted[kept++] = *diag;
			continue;
		}
		if (diag->severity == DIAG_ERROR)
			diags->errors--;
		else if (diag->severity == DIAG_WARNING)
			diags->warnings--;
		diag_release(diag);
	}
	free(diags->list);
	diags->list = sorted;
	diags->capacity = diags->count;
	diags->count = kept;
}

/* ---- did you mean ---- */

#define WORD_MAX 64

static size_t min2(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edits between two words, neighbours swapped being one edit (optimal string alignment). */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t rows[3][WORD_MAX + 1];

	for (size_t j = 0; j <= b_length; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two = rows[(i + 1) % 3];
		int ca = tolower((unsigned char)a[i - 1]);

		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			int cb = tolower((unsigned char)b[j - 1]);

			row[j] = min2(above[j] + 1, row[j - 1] + 1);
			row[j] = min2(row[j], above[j - 1] + (ca != cb));
			if (i > 1 && j > 1 && ca == tolower((unsigned char)b[j - 2]) &&
			    cb == tolower((unsigned char)a[i - 2]))
				row[j] = min2(row[j], two[j - 2] + 1);
		}
	}
	return rows[a_length % 3][b_length];
}

const char *diag_did_you_mean(const char *word, const char *const *candidates, size_t count)
{
	size_t length = strlen(word);
	size_t best = (length + 2) / 3 + 1; /* a third, rounded up */
	int first = tolower((unsigned char)*word);
	const char *nearest = NULL;

	if (!length || length > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t candidate_length = candidates[i] ? strlen(candidates[i]) : 0;
		size_t distance;

		if (!candidate_length || candidate_length > WORD_MAX)
			continue;
		distance = edit_distance(word, length, candidates[i], candidate_length);
		/* As many edits as letters would be another word altogether; among equals, the
		 * first letter is rarely the wrong one. */
		if (distance >= length || distance > best || (distance == best && !nearest) ||
		    (distance == best && tolower((unsigned char)*candidates[i]) != first))
			continue;
		if (distance == best && tolower((unsigned char)*nearest) == first)
			continue;
		best = distance;
		nearest = candidates[i];
	}
	return nearest;
}
