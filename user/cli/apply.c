/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * zonegate apply: from the policy's text to what is in force. Owns the command's words and status.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/report_print.h"
#include "cli/status_print.h"
#include "compile/image.h"
#include "kernel/instance.h"
#include "util/cleanup.h"

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
		fprintf(stderr, "zonegate: new programs were put in the old ones' place; flows "
				"and counters went with them\n");
	if (result->first && adoption->flows)
		fprintf(stderr,
			"zonegate: %zu open connection%s of this host taken over, %zu of them "
			"under no rule\n",
			adoption->flows, adoption->flows == 1 ? "" : "s", adoption->unruled);
}

static int put_into_force(struct context *context, const struct resolved *policy,
			  const struct image *image, const struct apply_options *options)
{
	CLEANUP(report_free) struct report report = {0};
	struct apply_result result;
	int error = instance_apply(context->instance, policy, image, options, &report, &result);

	if (error) {
		report_print_failure(context, &report, error);
		fprintf(stderr, "zonegate: nothing was changed: what was in force, if anything, "
				"still is\n");
		return EXIT_SYSTEM;
	}
	report_print_notes(context, &report);
	print_result(&result);
	/* In force it is, whether or not it can be shown: that failure was said. */
	status_show(context);
	return EXIT_DONE;
}

int command_apply(struct context *context)
{
	struct apply_options options = {.allow_missing = option_flag(context, "--allow-missing")};
	CLEANUP(resolved_free) struct resolved policy = {0};
	CLEANUP(image_free) struct image image = {0};
	int status;

	if (context->argc > 1)
		return usage_error(context, "apply takes no '%s'", context->argv[1]);
	status = cli_load(context, &policy);
	if (status)
		return status;
	if (!policy.settings.interfaces)
		fprintf(stderr, "zonegate: [host] interfaces lists no NIC: the policy is loaded, "
				"and guards nothing\n");
	status = compile(context, &policy, &image);
	return status ? status : put_into_force(context, &policy, &image, &options);
}
