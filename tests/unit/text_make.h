/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * For tests of the stages from text to the resolved policy: files in a folder of their own, words
 * and sources in memory, questions to diags. Owns the folder; knows no stage.
 */
#ifndef TESTS_UNIT_TEXT_MAKE_H
#define TESTS_UNIT_TEXT_MAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/source.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

struct stage { /* what every stage needs; zeroed before use */
	struct arena arena;
	struct diags diags;
};

static inline void stage_free(struct stage *stage)
{
	arena_free(&stage->arena);
	diags_free(&stage->diags);
}

/* The text as a file "test" in memory. */
static inline struct source source_of(struct stage *stage, const char *text)
{
	return (struct source){
		.path = "test",
		.text = arena_strdup(&stage->arena, text),
		.size_bytes = strlen(text),
	};
}

/* The word as if it stood in line 1, column 1. */
static inline struct word word_of(struct stage *stage, const char *text)
{
	return (struct word){arena_strdup(&stage->arena, text), {"test", 1, 1}};
}

static inline const struct diag *diag_find(const struct diags *diags, const char *code)
{
	for (size_t i = 0; i < diags->count; i++) {
		if (!strcmp(diags->list[i].code, code))
			return &diags->list[i];
	}
	return NULL;
}

/* Exactly one entry with this code, there. */
static inline const struct diag *assert_diag(const struct diags *diags, const char *code,
					     unsigned int line, unsigned int column)
{
	const struct diag *found = diag_find(diags, code);

	if (!found) {
		for (size_t i = 0; i < diags->count; i++)
			print_message("there is: %s [%s]\n", diags->list[i].text,
				      diags->list[i].code);
		fail_msg("no message [%s]", code);
		return NULL;
	}
	assert_int_equal(found->place.line, line);
	assert_int_equal(found->place.column, column);
	return found;
}

static inline void assert_clean(const struct diags *diags)
{
	for (size_t i = 0; i < diags->count; i++)
		print_message("unexpected: %s:%u:%u: %s [%s]\n", diags->list[i].place.file,
			      diags->list[i].place.line, diags->list[i].place.column,
			      diags->list[i].text, diags->list[i].code);
	assert_int_equal(diags->count, 0);
}

/* A folder of files, removed with what is in it. */
struct folder {
	char path[64];
	char *files[16];
	size_t count;
};

static inline void folder_make(struct folder *folder)
{
	*folder = (struct folder){0};
	strcpy(folder->path, "/tmp/zonegate-unit-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
}

static inline const char *folder_write(struct folder *folder, const char *name, const char *text)
{
	FILE *file;
	char *path;

	assert_true(folder->count < COUNT(folder->files));
	assert_true(asprintf(&path, "%s/%s", folder->path, name) > 0);
	folder->files[folder->count++] = path;
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	return path;
}

static inline void folder_remove(struct folder *folder)
{
	for (size_t i = 0; i < folder->count; i++) {
		unlink(folder->files[i]);
		free(folder->files[i]);
	}
	assert_int_equal(rmdir(folder->path), 0);
}

#endif
