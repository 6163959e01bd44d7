/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The program: finds the command, runs it, answers its exit status. Owns nothing else: commands
 * lie in files of their own, their table in commands.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "resolve/names.h"
#include "util/cleanup.h"

static bool colour_wanted(void)
{
	const char *no_colour = getenv("NO_COLOR");

	return isatty(STDERR_FILENO) && !(no_colour && *no_colour);
}

static int unknown_command(const struct context *context)
{
	const char *name = context->argv[0];
	const char *near = command_did_you_mean(name);

	if (near)
		return usage_error(context, "unknown command '%s'; did you mean '%s'?", name, near);
	return usage_error(context, "unknown command '%s'", name);
}

/* An answer that did not reach its reader is no answer: a full disk must not look like success. */
static int flush_answer(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	fprintf(stderr, "zonegate: writing the answer to standard output: %s\n", strerror(errno));
	return status ? status : EXIT_SYSTEM;
}

static int run(struct arguments *arguments)
{
	static char status_name[] = "status";
	static char *status_argv[] = {status_name, NULL};
	struct context *context = &arguments->context;
	const struct command *command;

	context->colour = colour_wanted();
	if (arguments->error)
		return usage_error(context, "'%s' %s", arguments->error_word, arguments->error);
	if (arguments->version) {
		printf("zonegate %s\n", ZONEGATE_VERSION);
		return EXIT_DONE;
	}
	if (!context->argc && arguments->help) {
		commands_help(stdout);
		return EXIT_DONE;
	}
	if (!context->argc) {
		context->argv = status_argv;
		context->argc = 1;
	}
	command = command_find(context->argv[0]);
	if (!command)
		return unknown_command(context);
	if (arguments->help) {
		command_help(stdout, command);
		return EXIT_DONE;
	}
	return command->run(context);
}

int main(int argc, char **argv)
{
	AUTO_FREE char **rest = calloc((size_t)argc + 1, sizeof(*rest));
	struct arguments arguments;
	int status;

	if (!rest) {
		fprintf(stderr, "zonegate: out of memory\n");
		return EXIT_SYSTEM;
	}
	arguments_parse(argc, argv, rest, &arguments);
	status = flush_answer(run(&arguments));
	name_cache_free(arguments.context.names);
	return status;
}
