/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Names for a command: the resolver is asked each time, and where it fails, what the service and
 * earlier applies were answered stands, as it does for the service. Owns when that is read, told
 * and kept.
 */
#ifndef USER_CLI_NAMES_H
#define USER_CLI_NAMES_H

#include "cli/cli.h"
#include "resolve/names.h"

/* The context's, made at the first call; NULL, memory being out: names are asked without it. */
struct name_cache *cli_names(struct context *context);
/* Which kept answers stand in for one that did not come, on stderr. */
void cli_names_tell(const struct context *context);
/* What is in force was made from these answers: they are kept for the service. */
void cli_names_keep(const struct context *context);

#endif
