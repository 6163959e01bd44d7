/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * zonegate diff OLD NEW: what a change of policy permits newly, and no longer. OLD and NEW are
 * configuration files, or folders with a zonegate.conf. Owns the command's arguments and status.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/diff_print.h"
#include "cli/names.h"
#include "util/cleanup.h"

/* One of the two policies, as the host understands it now, and its image. */
struct side {
	char *path;
	struct resolved policy;
	struct image image;
};

static void side_free(struct side *side)
{
	image_free(&side->image);
	resolved_free(&side->policy);
	free(side->path);
}

static char *config_path(const char *path)
{
	struct stat st;
	char *joined;

	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return strdup(path);
	return asprintf(&joined, "%s/zonegate.conf", path) < 0 ? NULL : joined;
}

/* 0, or an exit status; what is wrong was said. */
static int side_load(const struct context *context, const char *path, struct side *side)
{
	CLEANUP(diags_free) struct diags diags = {0};
	struct context one = *context;
	int status, err;

	side->path = config_path(path);
	one.config = side->path;
	status = side->path ? cli_load(&one, &side->policy) : EXIT_SYSTEM;
	if (status)
		return status;
	err = image_build(&side->policy, &diags, &side->image);
	if (!err)
		return EXIT_DONE;
	diags_print(&one, &diags);
	if (diags.errors)
		return EXIT_POLICY;
	fprintf(stderr, "zonegate: compiling %s: %s\n", side->path, strerror(-err));
	return EXIT_SYSTEM;
}

int command_diff(struct context *context)
{
	CLEANUP(side_free) struct side before = {0};
	CLEANUP(side_free) struct side after = {0};
	CLEANUP(policy_diff_free) struct policy_diff diff = {0};
	const char *unknown = option_unknown(context);
	int status, err;

	if (unknown)
		return usage_error(context, "diff takes no '%s'", unknown);
	if (context->argc != 3)
		return usage_error(context, "diff takes two policies: files or folders");
	cli_names(context); /* one for both sides */
	status = side_load(context, context->argv[1], &before);
	if (!status)
		status = side_load(context, context->argv[2], &after);
	if (status)
		return status;
	err = policy_diff(&before.policy, &before.image, &after.policy, &after.image, &diff);
	if (!err)
		err = diff_print(context, &before.policy, &after.policy, &diff);
	if (!err)
		return EXIT_DONE;
	fprintf(stderr, "zonegate: comparing %s with %s: %s\n", before.path, after.path,
		strerror(-err));
	return EXIT_SYSTEM;
}
