/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From argv to a context: options that every command knows, before or after its name. Owns their
 * spelling. Knows no command.
 */
#include "cli/arguments.h"

#include <errno.h>
#include <string.h>

#define DEFAULT_CONFIG "/etc/zonegate/zonegate.conf"
#define DEFAULT_INSTANCE "zonegate"
#define INSTANCE_LENGTH_MAX 32

bool instance_name_is_valid(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-";
	size_t length = strlen(name);

	return length >= 1 && length <= INSTANCE_LENGTH_MAX && name[0] != '-' &&
	       strspn(name, allowed) == length;
}

/*
 * Does argv[*at] give option name ("-c", "--config")? Its value then, and *at moved over it; a
 * missing value is "".
 */
static const char *value_of(int argc, char **argv, int *at, const char *name)
{
	const char *word = argv[*at];
	size_t length = strlen(name);

	if (!word)
		return NULL;
	if (!strcmp(word, name)) {
		if (*at + 1 >= argc)
			return "";
		return argv[++*at];
	}
	if (name[1] == '-' && !strncmp(word, name, length) && word[length] == '=')
		return word + length + 1;
	return NULL;
}

static void arguments_fail(struct arguments *arguments, const char *error, const char *word)
{
	if (arguments->error)
		return;
	arguments->error = error;
	arguments->error_word = word;
}

/* true: the word at *at was a common option, and is used up. */
static bool parse_common(int argc, char **argv, int *at, struct arguments *arguments)
{
	struct context *context = &arguments->context;
	const char *word = argv[*at], *value;

	if (!strcmp(word, "--json")) {
		context->json = true;
		return true;
	}
	if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
		arguments->help = true;
		return true;
	}
	if (!strcmp(word, "--version") || !strcmp(word, "-V")) {
		arguments->version = true;
		return true;
	}
	value = value_of(argc, argv, at, "-c");
	if (!value)
		value = value_of(argc, argv, at, "--config");
	if (value) {
		if (!*value)
			arguments_fail(arguments, "wants a file", word);
		context->config = value;
		return true;
	}
	value = value_of(argc, argv, at, "--instance");
	if (value) {
		if (!*value)
			arguments_fail(arguments, "wants a name", word);
		else if (!instance_name_is_valid(value))
			arguments_fail(arguments,
				       "is no instance name: up to 32 letters, digits, '_' or '-'",
				       value);
		context->instance = value;
		return true;
	}
	return false;
}

void arguments_parse(int argc, char **argv, char **ret_rest, struct arguments *ret_arguments)
{
	struct arguments arguments = {
		.context =
			{
				.config = DEFAULT_CONFIG,
				.instance = DEFAULT_INSTANCE,
				.argv = ret_rest,
			},
	};
	bool only_words = false;
	int rest = 0;

	for (int i = 1; i < argc; i++) {
		if (!only_words && !strcmp(argv[i], "--")) {
			only_words = true;
			continue;
		}
		if (!only_words && parse_common(argc, argv, &i, &arguments))
			continue;
		ret_rest[rest++] = argv[i];
	}
	ret_rest[rest] = NULL;
	arguments.context.argc = rest;
	*ret_arguments = arguments;
}

static void argument_remove(struct context *context, int at, int count)
{
	for (int i = at; i + count <= context->argc; i++)
		context->argv[i] = context->argv[i + count];
	context->argc -= count;
}

bool option_flag(struct context *context, const char *name)
{
	bool found = false;

	for (int i = 1; i < context->argc;) {
		if (strcmp(context->argv[i], name)) {
			i++;
			continue;
		}
		argument_remove(context, i, 1);
		found = true;
	}
	return found;
}

int option_value(struct context *context, const char *name, const char **ret_value)
{
	for (int i = 1; i < context->argc; i++) {
		int at = i;
		const char *value = value_of(context->argc, context->argv, &at, name);

		if (!value)
			continue;
		if (!*value)
			return -EINVAL;
		argument_remove(context, i, at - i + 1);
		*ret_value = value;
		return 1;
	}
	return 0;
}

const char *option_unknown(const struct context *context)
{
	for (int i = 1; i < context->argc; i++)
		if (context->argv[i][0] == '-' && context->argv[i][1])
			return context->argv[i];
	return NULL;
}
