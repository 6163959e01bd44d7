/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table of commands and the words about them: usage, help. Owns the table.
 */
#ifndef USER_CLI_COMMANDS_H
#define USER_CLI_COMMANDS_H

#include <stdio.h>

#include "cli/cli.h"

/* NULL: there is no such command. */
const struct command *command_find(const char *name);
/* The command whose name is nearest to a mistyped one, or NULL. */
const char *command_did_you_mean(const char *name);

/* All commands, one a line. */
void commands_help(FILE *stream);
void command_help(FILE *stream, const struct command *command);

#endif
