/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What an apply is about to change in meaning, shown before it does. Owns where the old policy
 * comes from: the copies of what was put into force last.
 */
#ifndef USER_CLI_APPLY_DIFF_H
#define USER_CLI_APPLY_DIFF_H

#include "cli/cli.h"
#include "compile/image.h"

/*
 * Compares with the policy that was put into force last; folder: of its copies. Says so where there
 * is none, or where it is too much to compare on the way. Never a reason not to apply.
 */
void apply_diff_show(const struct context *context, const char *folder,
		     const struct resolved *policy, const struct image *image);

#endif
