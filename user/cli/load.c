/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Loading the policy for a command: once, with its messages on stderr.
 * Owns the choice of what is shown: notes are for `check` alone.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "resolve/load.h"
#include "util/cleanup.h"

static void diags_drop_notes(struct diags *diags)
{
	for (size_t i = 0; i < diags->count; i++) {
		if (diags->list[i].severity != DIAG_NOTE)
			continue;
		diag_release(&diags->list[i]);
		memmove(&diags->list[i], &diags->list[i + 1],
			(diags->count - i - 1) * sizeof(*diags->list));
		diags->count--;
		i--;
	}
}

int cli_load(struct context *context, struct resolved *ret_policy)
{
	CLEANUP(diags_free) struct diags diags = {0};
	const struct load_options options = {0};
	int err = policy_load(context->config, &options, &diags, ret_policy);

	diags_drop_notes(&diags);
	diags_print(context, &diags);
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
