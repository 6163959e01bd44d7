/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is wrong with a policy's text: collected by every stage, sorted and shown once by the
 * command. Owns its strings. Knows nothing of the stages and prints nothing; cli/ prints.
 */
#ifndef USER_UTIL_DIAG_H
#define USER_UTIL_DIAG_H

#include <stdbool.h>
#include <stddef.h>

/* A place in a text file. line and column count from 1, in bytes; line 0: the file as a whole; file
 * NULL: no place. */
struct place {
	const char
		*file; /* lives as long as the policy's arena; in a struct diag: the entry's own */
	unsigned int line;
	unsigned int column;
};

enum diag_severity {
	DIAG_ERROR,
	DIAG_WARNING,
	DIAG_NOTE,
};

struct diag {
	enum diag_severity severity;
	const char *code; /* stable, kebab-case: "zone-undefined" */
	struct place place;
	unsigned int width; /* bytes the caret underlines, at least 1 */
	char *text;
	struct place second; /* "declared here"; file NULL: none */
	char *second_text;
	char *hint; /* what to do; NULL: none */
};

struct diags {
	struct diag *list;
	size_t count, capacity;
	size_t errors, warnings;
	bool out_of_memory; /* an entry was lost: counts as an error */
};

/* Adds an entry and returns it for diag_hint() and diag_second(), never NULL (a scratch entry when
 * memory is out). */
struct diag *diag_add(struct diags *diags, enum diag_severity severity, const char *code,
		      struct place place, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
void diag_hint(struct diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));
void diag_second(struct diag *diag, struct place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* By file (in the order files were first named), line, column; equal entries are shown once. */
void diags_sort(struct diags *diags);
void diags_free(struct diags *diags);
/* Frees what one entry owns: for who takes entries out of a list. */
void diag_release(struct diag *diag);

/* The candidate nearest to word by edits (Damerau-Levenshtein, at most a third of its length), or
 * NULL. */
const char *diag_did_you_mean(const char *word, const char *const *candidates, size_t count);

#endif
