/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * zonegate export nft: the policy in the language of another filter, on stdout. Owns the command's
 * arguments; the text is compile/export_nft.c.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "compile/export_nft.h"
#include "util/cleanup.h"

int command_export(struct context *context)
{
	CLEANUP(resolved_free) struct resolved policy = {0};
	int status;

	if (context->argc != 2)
		return usage_error(context, "export wants a format: nft");
	if (strcmp(context->argv[1], "nft") != 0)
		return usage_error(context, "export knows nft, not '%s'", context->argv[1]);
	status = cli_load(context, &policy);
	if (status != EXIT_DONE)
		return status;
	if (export_nft(&policy, stdout) || fflush(stdout)) {
		fprintf(stderr, "zonegate: cannot write the ruleset: %m\n");
		return EXIT_SYSTEM;
	}
	return EXIT_DONE;
}
