// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * zonegate confirm: keep the policy that apply --confirm put into force. Owns the command's words
 * and status.
 */
#include "kernel/confirm.h"

#include <errno.h>
#include <stdio.h>

#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/report_print.h"
#include "config/snapshot.h"
#include "util/cleanup.h"

static int say(enum confirm_outcome outcome, uint64_t left_s)
{
	switch (outcome) {
	case CONFIRM_KEPT:
		fprintf(stderr, "zonegate: confirmed, %llu s before the way back\n",
			(unsigned long long)left_s);
		return EXIT_DONE;
	case CONFIRM_NOTHING:
		fprintf(stderr, "zonegate: nothing waits for confirmation\n");
		return EXIT_DONE;
	case CONFIRM_TOO_LATE:
		break;
	}
	fprintf(stderr,
		"zonegate: too late: the time had passed, and the policy before is in force\n"
		"  'zonegate apply --confirm SECONDS' tries the new one again\n");
	return EXIT_SYSTEM;
}

/* The copies that the service refreshes from are those of the policy that stays. */
static void copies_follow(const struct context *context, enum confirm_outcome outcome)
{
	char folder[SNAPSHOT_PATH];

	if (snapshot_folder(context->instance, folder))
		return;
	if (outcome == CONFIRM_KEPT)
		snapshot_confirm(folder);
	else
		snapshot_revoke(folder);
}

int command_confirm(struct context *context)
{
	CLEANUP(report_free) struct report report = {0};
	enum confirm_outcome outcome = CONFIRM_NOTHING;
	uint64_t left_s;
	int error;

	if (context->argc > 1)
		return usage_error(context, "confirm takes no '%s'", context->argv[1]);
	error = instance_confirm(context->instance, &report, &outcome, &left_s);
	if (error == -ENOENT && !report.error)
		return report_print_nothing(context, "");
	if (error)
		return report_print_failure(context, &report, error);
	copies_follow(context, outcome);
	return say(outcome, left_s);
}
