/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The semantic diff for people and as JSON: of `diff`, and of `apply` before it flips.
 */
#ifndef USER_CLI_DIFF_PRINT_H
#define USER_CLI_DIFF_PRINT_H

#include "cli/cli.h"
#include "compile/diff.h"

/*
 * On stdout: traffic newly and no longer permitted, settings and tcpoport lines that differ; one
 * sentence when nothing does. 0; -ENOMEM; -EIO.
 */
int diff_print(const struct context *context, const struct resolved *old_policy,
	       const struct resolved *new_policy, const struct policy_diff *diff);

#endif
