// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * zonegate run: the service. Owns the command's status.
 */
#include <errno.h>
#include <stdlib.h>

#include "cli/arguments.h"
#include "cli/cli.h"
#include "service/drops.h"
#include "service/service.h"

/* 0, or an exit status. */
static int take_log_drops(struct context *context, struct service_options *options)
{
	const char *value;
	char *end;
	unsigned long per_s;
	int there = option_value(context, "--log-drops", &value);

	if (!there)
		return EXIT_DONE;
	if (there < 0)
		return usage_error(context, "--log-drops takes how many a second");
	per_s = strtoul(value, &end, 10);
	if (*end || end == value || per_s < 1 || per_s > DROPS_PER_S_MAX)
		return usage_error(context, "--log-drops %s: between 1 and %d a second", value,
				   DROPS_PER_S_MAX);
	options->drops_per_s = (unsigned int)per_s;
	return EXIT_DONE;
}

int command_run(struct context *context)
{
	struct service_options options = {.config = context->config, .instance = context->instance};
	int error = take_log_drops(context, &options);

	if (error)
		return error;
	if (context->argc > 1)
		return usage_error(context, "run takes no '%s'", context->argv[1]);
	error = service_run(&options);
	if (!error)
		return EXIT_DONE;
	return error == -EINVAL ? EXIT_POLICY : EXIT_SYSTEM;
}
