/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Loading the policy for a command: once, with its messages on stderr.
 * Owns the choice of what is shown: notes are for `check`, warnings for it and for what changes
 * something; commands that only answer say how many there are.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/names.h"
#include "resolve/load.h"
#include "util/cleanup.h"

static void diags_drop(struct diags *diags, enum diag_severity severity)
{
	size_t kept = 0;

	for (size_t i = 0; i < diags->count; i++) {
		if (diags->list[i].severity == severity)
			diag_release(&diags->list[i]);
		else
			diags->list[kept++] = diags->list[i];
	}
	diags->count = kept;
}

static bool only_answers(const struct context *context)
{
	static const char *const names[] = {"show",   "explain",  "sheet",
					    "status", "counters", "diff"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && context->argc; i++) {
		if (!strcmp(names[i], context->argv[0]))
			return true;
	}
	return false;
}

int cli_load(struct context *context, struct resolved *ret_policy)
{
	CLEANUP(diags_free) struct diags diags = {0};
	const struct load_options options = {.names = cli_names(context)};
	int err = policy_load(context->config, &options, &diags, ret_policy);

	diags_drop(&diags, DIAG_NOTE);
	if (!err && diags.warnings && only_answers(context)) {
		diags_drop(&diags, DIAG_WARNING);
		fprintf(stderr, "zonegate: %s has %zu warning%s: see zonegate check\n",
			context->config, diags.warnings, diags.warnings == 1 ? "" : "s");
	}
	diags_print(context, &diags);
	cli_names_tell(context);
	if (!err)
		return EXIT_DONE;
	if (err == -EINVAL) {
		fprintf(stderr, "zonegate: the policy has %zu error%s; nothing was done\n",
			diags.errors, diags.errors == 1 ? "" : "s");
		return EXIT_POLICY;
	}
	fprintf(stderr, "zonegate: cannot load %s: %s\n", context->config, strerror(-err));
	return EXIT_SYSTEM;
}
