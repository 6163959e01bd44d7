// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * zonegate apply: from the policy's text to what is in force. Owns the command's words and status.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/apply_diff.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/lockout_print.h"
#include "cli/names.h"
#include "cli/report_print.h"
#include "cli/status_print.h"
#include "compile/image.h"
#include "config/snapshot.h"
#include "kernel/instance.h"
#include "util/cleanup.h"

#define CONFIRM_S_MIN 5
#define CONFIRM_S_MAX 86400

/* What the command line asks for. */
struct wish {
	struct apply_options options;
	bool force, dry_run, no_diff;
	char folder[SNAPSHOT_PATH]; /* of the texts' copies */
};

static int compile(struct context *context, const struct resolved *policy, struct image *ret_image)
{
	CLEANUP(diags_free) struct diags diags = {0};
	int error = image_build(policy, &diags, ret_image);

	if (!error)
		return EXIT_DONE;
	diags_print(context, &diags);
	if (diags.errors)
		return EXIT_POLICY;
	fprintf(stderr, "zonegate: compiling %s: %s\n", context->config, strerror(-error));
	return EXIT_SYSTEM;
}

static void print_result(const struct apply_result *result)
{
	const struct adoption *adoption = &result->adoption;

	if (result->object_new)
		fprintf(stderr,
			"zonegate: new programs were put in the old ones' place, at all hooks "
			"within %.0f us; flows and counters went with them\n",
			(double)result->moved_ns / 1000);
	if (result->first && adoption->flows)
		fprintf(stderr,
			"zonegate: %zu open connection%s of this host taken over, %zu of them "
			"under no rule\n",
			adoption->flows, adoption->flows == 1 ? "" : "s", adoption->unruled);
}

/* Copies that are there are of the policy before: the service must not take them for what comes. */
static void copies_put_aside(const struct wish *wish)
{
	int error = wish->options.confirm_ms ? snapshot_revoke(wish->folder)
					     : snapshot_put_aside(wish->folder);

	if (error)
		fprintf(stderr,
			"zonegate: %s: the copies of the policy before cannot be put aside: %s\n"
			"  'zonegate run' may go back to it: stop it, or make room and apply "
			"again\n",
			wish->folder, strerror(-error));
}

static int put_into_force(struct context *context, const struct resolved *policy,
			  const struct image *image, const struct wish *wish)
{
	CLEANUP(report_free) struct report report = {0};
	const struct apply_options *options = &wish->options;
	struct apply_result result;
	int error;

	copies_put_aside(wish);
	error = instance_apply(context->instance, policy, image, options, &report, &result);
	if (error) {
		if (!options->confirm_ms)
			snapshot_put_back(wish->folder);
		report_print_failure(context, &report, error);
		fprintf(stderr, "zonegate: what was in force before is still so\n");
		return EXIT_SYSTEM;
	}
	report_print_notes(context, &report);
	cli_names_keep(context);
	print_result(&result);
	if (options->confirm_ms)
		fprintf(stderr,
			"zonegate: on trial: 'zonegate confirm' within %llu s keeps it, else %s\n",
			(unsigned long long)options->confirm_ms / 1000,
			result.first ? "everything passes again"
				     : "the policy before it comes back");
	return EXIT_DONE;
}

static int load_and_apply(struct context *context, const struct wish *wish)
{
	CLEANUP(resolved_free) struct resolved policy = {0};
	CLEANUP(image_free) struct image image = {0};
	int status = cli_load(context, &policy);

	if (status)
		return status;
	if (!policy.settings.interfaces)
		fprintf(stderr, "zonegate: [host] interfaces lists no NIC: the policy is loaded, "
				"and guards nothing\n");
	status = compile(context, &policy, &image);
	if (!status)
		status = lockout_check(context, &policy, &image, wish->force);
	if (status)
		return status;
	/* As JSON an answer is one document: the change with --dry-run, else what is in force. */
	if (!wish->no_diff && (!context->json || wish->dry_run))
		apply_diff_show(context, wish->folder, &policy, &image);
	if (wish->dry_run) {
		fprintf(stderr, "zonegate: --dry-run: nothing was changed\n");
		return EXIT_DONE;
	}
	return put_into_force(context, &policy, &image, wish);
}

/* The texts are copied as they are read: the service refreshes from what was applied, not from what
 * is being edited. */
static int apply_with_copies(struct context *context, const struct wish *wish)
{
	const char *name = wish->options.confirm_ms ? SNAPSHOT_TRIAL : SNAPSHOT_GOOD;
	int copying = wish->dry_run ? 0 : snapshot_begin(wish->folder), status;

	if (copying == -EBUSY) {
		fprintf(stderr,
			"zonegate: another zonegate command is changing instance %s\n"
			"  try: wait for it to end, then try again\n",
			context->instance);
		return EXIT_SYSTEM;
	}
	status = load_and_apply(context, wish);
	if (wish->dry_run)
		return status;
	if (!copying && status)
		snapshot_discard();
	else if (!copying)
		copying = snapshot_commit(name, context->config);
	if (copying && !status)
		fprintf(stderr,
			"zonegate: %s: no copies of the policy's files can be kept: %s\n"
			"  the filter is in force; 'zonegate run' will not refresh names for it\n",
			wish->folder, strerror(-copying));
	return status;
}

/* 0, or an exit status. */
static int take_confirm(struct context *context, struct wish *wish)
{
	const char *value;
	char *end;
	unsigned long seconds;
	int there = option_value(context, "--confirm", &value);

	if (!there)
		return EXIT_DONE;
	if (there < 0)
		return usage_error(context, "--confirm takes the seconds to confirm in");
	seconds = strtoul(value, &end, 10);
	if (*end || end == value || seconds < CONFIRM_S_MIN || seconds > CONFIRM_S_MAX)
		return usage_error(context, "--confirm %s: between %d and %d seconds", value,
				   CONFIRM_S_MIN, CONFIRM_S_MAX);
	wish->options.confirm_ms = seconds * 1000;
	return EXIT_DONE;
}

int command_apply(struct context *context)
{
	struct wish wish = {
		.options.allow_missing = option_flag(context, "--allow-missing"),
		.force = option_flag(context, "--force"),
		.dry_run = option_flag(context, "--dry-run"),
		.no_diff = option_flag(context, "--no-diff"),
	};
	int status = take_confirm(context, &wish);

	if (status)
		return status;
	if (context->argc > 1)
		return usage_error(context, "apply takes no '%s'", context->argv[1]);
	if (snapshot_folder(context->instance, wish.folder))
		return usage_error(context, "ZONEGATE_STATE is too long a path");
	status = apply_with_copies(context, &wish);
	if (status || wish.dry_run)
		return status;
	/* In force it is, whether or not it can be shown: that failure was said. */
	status_show(context);
	return EXIT_DONE;
}
