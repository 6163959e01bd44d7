/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is in force, for people and as JSON, from the same records. Owns the words.
 */
#ifndef USER_CLI_STATUS_PRINT_H
#define USER_CLI_STATUS_PRINT_H

#include "cli/cli.h"

/* Reads and prints; an exit status. Also the end of apply. */
int status_show(struct context *context);

#endif
