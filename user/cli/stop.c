/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * zonegate stop: takes the filter away. Owns the command's words and status.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/json_text.h"
#include "cli/report_print.h"
#include "kernel/instance.h"
#include "util/cleanup.h"

int command_stop(struct context *context)
{
	CLEANUP(report_free) struct report report = {0};
	unsigned int nics = 0;
	int error;

	if (context->argc > 1)
		return usage_error(context, "stop takes no '%s'", context->argv[1]);
	error = instance_stop(context->instance, &report, &nics);
	if (error && error != -ENOENT)
		return report_print_failure(context, &report, error);
	report_print_notes(context, &report);
	if (context->json)
		return json_print(
			       json_pack("{s:b, s:I}", "stopped", !error, "nics", (json_int_t)nics))
			       ? EXIT_SYSTEM
			       : EXIT_DONE;
	if (error)
		printf("Nothing is in force: instance %s was not applied.\n", context->instance);
	else
		printf("Stopped: %u NIC%s no longer guarded. This host is unfiltered now, unless "
		       "something else filters it.\n",
		       nics, nics == 1 ? " is" : "s are");
	return EXIT_DONE;
}
