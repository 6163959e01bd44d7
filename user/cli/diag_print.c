/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Shows diagnostics: place, sentence, the line with a caret, where the other one stands, what to
 * do. Owns their form. Texts of files are shown with control characters masked: they reach a
 * terminal.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/json_text.h"
#include "util/cleanup.h"

#define EXCERPT_BYTES 160 /* of a long line around the caret */

static const char *const severity_names[] = {"error", "warning", "note"};
static const char *const severity_colours[] = {"\033[1;31m", "\033[1;35m", "\033[1;36m"};

/* The file that is being read forward: entries come sorted. */
struct excerpt {
	FILE *file;
	const char *path;
	unsigned int line; /* the one in text */
	char *text;
	size_t size;
	ssize_t length; /* without line end; -1: none */
};

static void excerpt_close(struct excerpt *excerpt)
{
	if (excerpt->file)
		fclose(excerpt->file);
	free(excerpt->text);
	*excerpt = (struct excerpt){.length = -1};
}

/* Moves to the place's line; false when it cannot be read (again). */
static bool excerpt_seek(struct excerpt *excerpt, const struct place *place)
{
	if (!excerpt->file || strcmp(excerpt->path, place->file) || excerpt->line > place->line) {
		excerpt_close(excerpt);
		excerpt->file = fopen(place->file, "re");
		excerpt->path = place->file;
	}
	if (!excerpt->file)
		return false;
	while (excerpt->line < place->line) {
		excerpt->length = getline(&excerpt->text, &excerpt->size, excerpt->file);
		if (excerpt->length < 0)
			return false;
		excerpt->line++;
	}
	while (excerpt->length > 0 && strchr("\r\n", excerpt->text[excerpt->length - 1]))
		excerpt->length--;
	return excerpt->length >= 0;
}

/* Continuation bytes of UTF-8 take no column of their own on a terminal. */
static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static void put_masked(FILE *out, char c)
{
	unsigned char byte = (unsigned char)c;

	fputc(byte < 0x20 || byte == 0x7f ? (c == '\t' ? '\t' : '?') : c, out);
}

static void print_masked(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n') /* of a hint: below its first line */
			fputs("\n    ", out);
		else
			put_masked(out, *text);
	}
}

static void print_excerpt(FILE *out, const struct excerpt *excerpt, const struct diag *diag,
			  const char *colour, const char *plain)
{
	size_t length = (size_t)excerpt->length, start = 0, end = length;
	size_t caret = diag->place.column ? diag->place.column - 1 : 0;
	size_t width = diag->width ? diag->width : 1;

	if (caret > length)
		caret = length;
	if (length > EXCERPT_BYTES) {
		start = caret > EXCERPT_BYTES / 3 ? caret - EXCERPT_BYTES / 3 : 0;
		while (start && is_continuation(excerpt->text[start]))
			start--;
		end = start + EXCERPT_BYTES < length ? start + EXCERPT_BYTES : length;
	}
	if (width > end - caret)
		width = end > caret ? end - caret : 1;
	fprintf(out, "%5u | %s", excerpt->line, start ? "..." : "");
	for (size_t i = start; i < end; i++)
		put_masked(out, excerpt->text[i]);
	fprintf(out, "%s\n      | %s", end < length ? "..." : "", start ? "   " : "");
	for (size_t i = start; i < caret; i++) {
		if (!is_continuation(excerpt->text[i]))
			fputc(excerpt->text[i] == '\t' ? '\t' : ' ', out);
	}
	fputs(colour, out);
	fputc('^', out);
	for (size_t i = caret + 1; i < caret + width; i++) {
		if (i >= length || !is_continuation(excerpt->text[i]))
			fputc('~', out);
	}
	fprintf(out, "%s\n", plain);
}

static void print_place(FILE *out, const struct place *place)
{
	if (!place->file)
		return;
	print_masked(out, place->file);
	if (place->line)
		fprintf(out, ":%u:%u", place->line, place->column);
	fputs(": ", out);
}

static void diag_print(const struct context *context, const struct diag *diag,
		       struct excerpt *excerpt)
{
	const char *colour = context->colour ? severity_colours[diag->severity] : "";
	const char *bold = context->colour ? "\033[1m" : "";
	const char *plain = context->colour ? "\033[0m" : "";

	fputs(bold, stderr);
	print_place(stderr, &diag->place);
	fprintf(stderr, "%s%s%s:%s ", plain, colour, severity_names[diag->severity], plain);
	print_masked(stderr, diag->text);
	fprintf(stderr, " [%s]\n", diag->code);
	if (diag->place.file && diag->place.line && excerpt_seek(excerpt, &diag->place))
		print_excerpt(stderr, excerpt, diag, colour, plain);
	if (diag->second_text) {
		fputs("    ", stderr);
		print_place(stderr, &diag->second);
		print_masked(stderr, diag->second_text);
		fputc('\n', stderr);
	}
	if (diag->hint) {
		fprintf(stderr, "    %shint:%s ", bold, plain);
		print_masked(stderr, diag->hint);
		fputc('\n', stderr);
	}
}

void diags_print(const struct context *context, struct diags *diags)
{
	CLEANUP(excerpt_close) struct excerpt excerpt = {.length = -1};

	diags_sort(diags);
	for (size_t i = 0; i < diags->count; i++)
		diag_print(context, &diags->list[i], &excerpt);
	if (diags->out_of_memory)
		fputs("zonegate: memory is out; some messages are lost\n", stderr);
}

void diags_print_json(struct diags *diags)
{
	json_t *list = json_array();

	diags_sort(diags);
	for (size_t i = 0; i < diags->count; i++) {
		const struct diag *diag = &diags->list[i];

		json_array_append_new(list, json_pack("{s:o, s:i, s:i, s:s, s:s, s:o}", "file",
						      json_text(diag->place.file), "line",
						      (int)diag->place.line, "column",
						      (int)diag->place.column, "severity",
						      severity_names[diag->severity], "code",
						      diag->code, "text", json_text(diag->text)));
	}
	json_print(list);
}
