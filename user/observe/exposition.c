// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Prometheus' text format: growing text, escaping (backslash, newline; in label values the double
 * quote too).
 */
#include "observe/exposition.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void append(struct exposition *exposition, const char *text, size_t length)
{
	if (exposition->out_of_memory)
		return;
	if (exposition->length + length + 1 > exposition->capacity) {
		size_t capacity = exposition->capacity ? exposition->capacity * 2 : 4096;
		char *grown;

		while (capacity < exposition->length + length + 1)
			capacity *= 2;
		grown = realloc(exposition->text, capacity);
		if (!grown) {
			exposition->out_of_memory = true;
			return;
		}
		exposition->text = grown;
		exposition->capacity = capacity;
	}
	memcpy(exposition->text + exposition->length, text, length);
	exposition->length += length;
	exposition->text[exposition->length] = '\0';
}

static void append_text(struct exposition *exposition, const char *text)
{
	append(exposition, text, strlen(text));
}

static void append_escaped(struct exposition *exposition, const char *text, bool quotes)
{
	for (; *text; text++) {
		if (*text == '\\')
			append_text(exposition, "\\\\");
		else if (*text == '\n')
			append_text(exposition, "\\n");
		else if (*text == '"' && quotes)
			append_text(exposition, "\\\"");
		else
			append(exposition, text, 1);
	}
}

void exposition_family(struct exposition *exposition, const char *name, const char *type,
		       const char *help)
{
	append_text(exposition, "# HELP ");
	append_text(exposition, name);
	append_text(exposition, " ");
	append_escaped(exposition, help, false);
	append_text(exposition, "\n# TYPE ");
	append_text(exposition, name);
	append_text(exposition, " ");
	append_text(exposition, type);
	append_text(exposition, "\n");
}

static void append_series(struct exposition *exposition, const char *name,
			  const struct exposition_label *labels)
{
	const char *before = "{";

	append_text(exposition, name);
	for (; labels && labels->name; labels++) {
		append_text(exposition, before);
		append_text(exposition, labels->name);
		append_text(exposition, "=\"");
		append_escaped(exposition, labels->value, true);
		append_text(exposition, "\"");
		before = ",";
	}
	append_text(exposition, *before == ',' ? "} " : " ");
}

void exposition_sample(struct exposition *exposition, const char *name,
		       const struct exposition_label *labels, double value)
{
	char number[64];

	if (isnan(value))
		snprintf(number, sizeof(number), "NaN\n");
	else if (isinf(value))
		snprintf(number, sizeof(number), "%sInf\n", value < 0 ? "-" : "+");
	else
		snprintf(number, sizeof(number), "%.15g\n", value);
	append_series(exposition, name, labels);
	append_text(exposition, number);
}

void exposition_count(struct exposition *exposition, const char *name,
		      const struct exposition_label *labels, uint64_t value)
{
	char number[32];

	snprintf(number, sizeof(number), "%" PRIu64 "\n", value);
	append_series(exposition, name, labels);
	append_text(exposition, number);
}

void exposition_free(struct exposition *exposition)
{
	free(exposition->text);
	*exposition = (struct exposition){};
}
