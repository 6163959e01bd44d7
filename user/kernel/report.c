/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What happened while the system was asked for something. Owns its strings. Prints nothing.
 */
#include "kernel/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(struct report *report, int error, bool complete, const char *format, va_list values)
{
	if (report->error)
		return error;
	report->error = error;
	report->complete = complete;
	vsnprintf(report->doing, sizeof(report->doing), format, values);
	return error;
}

int report_fail(struct report *report, int error, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	fail(report, error, false, format, values);
	va_end(values);
	return error;
}

int report_refuse(struct report *report, int error, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	fail(report, error, true, format, values);
	va_end(values);
	return error;
}

void report_hint(struct report *report, const char *format, ...)
{
	va_list values;

	if (report->hint[0])
		return;
	va_start(values, format);
	vsnprintf(report->hint, sizeof(report->hint), format, values);
	va_end(values);
}

void report_overcome(struct report *report, const char *way)
{
	report_note(report, "%s%s%s: %s", report->doing, report->complete ? "" : ": ",
		    report->complete ? "" : strerror(-report->error), way);
	report->error = 0;
	report->complete = false;
	report->doing[0] = report->hint[0] = report->detail[0] = '\0';
}

void report_note(struct report *report, const char *format, ...)
{
	char **notes;
	char *text;
	va_list values;
	int length;

	va_start(values, format);
	length = vasprintf(&text, format, values);
	va_end(values);
	if (length < 0)
		return;
	notes = realloc(report->notes, (report->note_count + 1) * sizeof(*notes));
	if (!notes) {
		free(text);
		return;
	}
	report->notes = notes;
	report->notes[report->note_count++] = text;
}

void report_detail(struct report *report, const char *text)
{
	size_t have = strlen(report->detail), more = strlen(text);

	if (report->error)
		return;
	if (more >= sizeof(report->detail)) {
		text += more - (sizeof(report->detail) - 1);
		more = sizeof(report->detail) - 1;
	}
	if (have + more >= sizeof(report->detail)) {
		size_t drop = have + more - (sizeof(report->detail) - 1);

		memmove(report->detail, report->detail + drop, have - drop);
		have -= drop;
	}
	memcpy(report->detail + have, text, more);
	report->detail[have + more] = '\0';
}

void report_free(struct report *report)
{
	for (size_t i = 0; i < report->note_count; i++)
		free(report->notes[i]);
	free(report->notes);
	memset(report, 0, sizeof(*report));
}
