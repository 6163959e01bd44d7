/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The words about a policy that would shut its operator out. Owns them alone.
 */
#ifndef USER_CLI_LOCKOUT_PRINT_H
#define USER_CLI_LOCKOUT_PRINT_H

#include "cli/cli.h"
#include "compile/image.h"

/*
 * Refuses, with the rule to write, a policy that would cut the SSH session of the one who asks,
 * another open one, or the management zone. EXIT_DONE: it would not, or force is set (it is said
 * all the same).
 */
int lockout_check(const struct context *context, const struct resolved *policy,
		  const struct image *image, bool force);

#endif
