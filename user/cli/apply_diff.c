// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What an apply is about to change in meaning.
 */
#include "cli/apply_diff.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/diff_print.h"
#include "config/snapshot.h"
#include "resolve/load.h"
#include "util/cleanup.h"

/* The refinement of so many classes takes well under a second. */
#define CLASSES_MAX 4096

static int load_old(const struct context *context, const char *folder, struct resolved *ret_policy,
		    struct image *ret_image)
{
	CLEANUP(diags_free) struct diags diags = {0};
	const struct load_options options = {.names = context->names};
	struct resolved policy = {0};
	char config[SNAPSHOT_PATH];
	int error = snapshot_use(folder, SNAPSHOT_GOOD, config);

	if (error)
		return error;
	error = policy_load(config, &options, &diags, &policy);
	snapshot_leave();
	if (error)
		return error;
	error = image_build(&policy, &diags, ret_image);
	if (error)
		resolved_free(&policy);
	else
		*ret_policy = policy;
	return error;
}

void apply_diff_show(const struct context *context, const char *folder,
		     const struct resolved *policy, const struct image *image)
{
	CLEANUP(resolved_free) struct resolved old_policy = {0};
	CLEANUP(image_free) struct image old_image = {0};
	CLEANUP(policy_diff_free) struct policy_diff diff = {0};
	int error;

	if (image->class_count > CLASSES_MAX) {
		fprintf(stderr, "zonegate: too many classes of addresses to compare on the way: "
				"'zonegate diff OLD NEW' does it\n");
		return;
	}
	error = load_old(context, folder, &old_policy, &old_image);
	if (error == -ENOENT) {
		fprintf(stderr,
			"zonegate: no policy was applied before: nothing to compare with\n");
		return;
	}
	if (!error && old_image.class_count <= CLASSES_MAX)
		error = policy_diff(&old_policy, &old_image, policy, image, &diff);
	if (!error)
		error = diff_print(context, &old_policy, policy, &diff);
	if (error)
		fprintf(stderr,
			"zonegate: the change cannot be compared with what was applied before: "
			"%s\n",
			strerror(-error));
}
