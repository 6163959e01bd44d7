/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From argv to a context: options that every command knows, before or after its name. Owns their
 * spelling. Knows no command.
 */
#ifndef USER_CLI_ARGUMENTS_H
#define USER_CLI_ARGUMENTS_H

#include "cli/cli.h"

struct arguments {
	struct context context; /* argc, argv: the command's name and what is left for it */
	bool help;
	bool version;
	const char *error; /* NULL, or what is wrong; static text */
	const char *error_word;
};

/*
 * Reads argv. What is not a common option stays in order for the command; all after "--" does. The
 * caller keeps argv, and room for argc + 1 pointers in ret_rest.
 */
void arguments_parse(int argc, char **argv, char **ret_rest, struct arguments *ret_arguments);

/* An instance's name becomes a folder's: 1-32 of a-z, A-Z, 0-9, '_' and '-', the first no '-'. */
bool instance_name_is_valid(const char *name);

/* A command's own flag: true and taken out of context->argv when it is there. */
bool option_flag(struct context *context, const char *name);
/*
 * A command's own option with a value ("--name VALUE" or "--name=VALUE"). 1 and taken out when
 * there; 0 when not; -EINVAL when the value is missing.
 */
int option_value(struct context *context, const char *name, const char **ret_value);
/* The first argument that looks like an option and was not taken; NULL: none. "-" is none. */
const char *option_unknown(const struct context *context);

#endif
