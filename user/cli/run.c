// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * zonegate run: the service. Owns the command's status.
 */
#include <errno.h>

#include "cli/arguments.h"
#include "cli/cli.h"
#include "service/service.h"

int command_run(struct context *context)
{
	const struct service_options options = {.config = context->config,
						.instance = context->instance};
	int error;

	if (context->argc > 1)
		return usage_error(context, "run takes no '%s'", context->argv[1]);
	error = service_run(&options);
	if (!error)
		return EXIT_DONE;
	return error == -EINVAL ? EXIT_POLICY : EXIT_SYSTEM;
}
