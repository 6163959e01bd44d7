/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * zonegate check: all that is wrong with a policy, on this host, without changing anything.
 * Owns the command's words and status.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "compile/image.h"
#include "resolve/load.h"
#include "util/cleanup.h"

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void print_summary(const struct context *context, const struct resolved *policy,
			  const struct diags *diags, size_t table_bytes)
{
	size_t accept = 0, open = 0, others = 0;

	for (size_t i = 0; i < policy->rule_count; i++) {
		enum role role = policy->rules[i].role;

		accept += role == ROLE_ACCEPT || role == ROLE_BOTH;
		open += role == ROLE_OPEN || role == ROLE_BOTH;
		others += role == ROLE_NOT_HERE || role == ROLE_DISABLED;
	}
	printf("%s: good: %zu rule%s accept, %zu open, %zu of %zu are not for this host or "
	       "disabled; "
	       "%zu zones, %zu tcpoport line%s, %zu KiB of tables",
	       context->config, accept, plural(accept), open, others, policy->rule_count,
	       policy->zone_count, policy->line_count, plural(policy->line_count),
	       (table_bytes + 1023) / 1024);
	if (diags->warnings)
		printf("; %zu warning%s", diags->warnings, plural(diags->warnings));
	putchar('\n');
}

/* What apply would meet before it asks the kernel: the limits of the tables. */
static int check_image(const struct resolved *policy, struct diags *diags, size_t *ret_bytes)
{
	struct image image;
	int err = image_build(policy, diags, &image);

	if (err)
		return err;
	*ret_bytes = image_size_bytes(&image);
	image_free(&image);
	return 0;
}

int command_check(struct context *context)
{
	CLEANUP(diags_free) struct diags diags = {0};
	CLEANUP(resolved_free) struct resolved policy = {0};
	const struct load_options options = {.names = cli_names(context)};
	bool strict = option_flag(context, "--strict");
	size_t table_bytes = 0;
	int err;

	if (context->argc > 1)
		return usage_error(context, "check takes no '%s'", context->argv[1]);
	err = policy_load(context->config, &options, &diags, &policy);
	if (!err)
		err = check_image(&policy, &diags, &table_bytes);
	if (context->json)
		diags_print_json(&diags);
	else
		diags_print(context, &diags);
	cli_names_tell(context);
	if (err == -ENOMEM || diags.out_of_memory) {
		fprintf(stderr, "zonegate: cannot check %s: %s\n", context->config,
			strerror(ENOMEM));
		return EXIT_SYSTEM;
	}
	if (err || diags.errors || (strict && diags.warnings)) {
		fprintf(stderr, "zonegate: %s: %zu error%s, %zu warning%s\n", context->config,
			diags.errors, plural(diags.errors), diags.warnings, plural(diags.warnings));
		return EXIT_POLICY;
	}
	if (!context->json)
		print_summary(context, &policy, &diags, table_bytes);
	return EXIT_DONE;
}
