/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the kernel side reports, for people on stderr. Owns the words around it.
 */
#include "cli/report_print.h"

#include <stdio.h>
#include <string.h>

static const char *paint(const struct context *context, const char *code)
{
	return context->colour ? code : "";
}

void report_print_notes(const struct context *context, const struct report *report)
{
	for (size_t i = 0; i < report->note_count; i++)
		fprintf(stderr, "zonegate: %snote:%s %s\n", paint(context, "\033[36m"),
			paint(context, "\033[0m"), report->notes[i]);
}

/* The kernel's words are many lines, the last ones telling most. */
static void print_detail(const char *detail)
{
	while (*detail) {
		size_t length = strcspn(detail, "\n");

		fprintf(stderr, "  | %.*s\n", (int)length, detail);
		detail += length;
		detail += *detail == '\n';
	}
}

int report_print_failure(const struct context *context, const struct report *report, int error)
{
	report_print_notes(context, report);
	print_detail(report->detail);
	fprintf(stderr, "zonegate: %serror:%s ", paint(context, "\033[1;31m"),
		paint(context, "\033[0m"));
	if (!report->error)
		fprintf(stderr, "%s\n", strerror(-error));
	else if (report->complete)
		fprintf(stderr, "%s\n", report->doing);
	else
		fprintf(stderr, "%s: %s\n", report->doing, strerror(-report->error));
	if (*report->hint)
		fprintf(stderr, "  try: %s\n", report->hint);
	return EXIT_SYSTEM;
}

int report_print_nothing(const struct context *context, const char *also)
{
	fprintf(stderr,
		"zonegate: nothing is in force: instance %s was not applied\n"
		"  try: zonegate apply%s\n",
		context->instance, also);
	return EXIT_SYSTEM;
}
