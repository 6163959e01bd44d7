// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * zonegate metrics: all metrics once, for node_exporter's textfile folder. Owns the command's words
 * and status.
 */
#include <errno.h>
#include <stdio.h>

#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/report_print.h"
#include "service/scrape.h"
#include "util/cleanup.h"

int command_metrics(struct context *context)
{
	CLEANUP(report_free) struct report report = {0};
	AUTO_FREE char *text = NULL;
	size_t length;
	int error;

	if (context->argc > 1)
		return usage_error(context, "metrics takes no '%s'", context->argv[1]);
	error = scrape_text(context->instance, NULL, &report, &text, &length);
	if (error == -ENOENT && !report.error)
		return report_print_nothing(context, "");
	if (error)
		return report_print_failure(context, &report, error);
	return fwrite(text, 1, length, stdout) == length && !fflush(stdout) ? EXIT_DONE
									    : EXIT_SYSTEM;
}
