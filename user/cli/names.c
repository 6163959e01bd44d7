/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Names for a command. Owns when kept answers are read, told and kept.
 */
#include "cli/names.h"

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "service/names_file.h"

/* What is kept answers nobody who can ask: the last question counts as one that failed long ago. */
static void ask_again(struct name_cache *cache)
{
	int64_t asked_ms = name_now_ms() - NAME_RETRY_MS - 1;
	bool changed;

	for (size_t i = 0; i < name_cache_count(cache); i++)
		name_cache_store(cache, name_cache_at(cache, i)->name, EAI_AGAIN, NULL, asked_ms,
				 &changed);
}

struct name_cache *cli_names(struct context *context)
{
	char path[PATH_MAX];

	if (context->names)
		return context->names;
	context->names = name_cache_new();
	/* Who may not read the file, a plain user, checks without it. */
	if (context->names && !names_file_path(context->instance, path) &&
	    !names_file_read(path, context->names))
		ask_again(context->names);
	return context->names;
}

static void age_print(int64_t age_ms)
{
	long long seconds = (long long)age_ms / 1000;

	if (seconds < 120)
		fprintf(stderr, "%lld s", seconds);
	else if (seconds < 2 * 3600)
		fprintf(stderr, "%lld min", seconds / 60);
	else
		fprintf(stderr, "%lld h", seconds / 3600);
}

void cli_names_tell(const struct context *context)
{
	int64_t now_ms = name_now_ms();

	for (size_t i = 0; context->names && i < name_cache_count(context->names); i++) {
		const struct name_entry *entry = name_cache_at(context->names, i);

		if (!entry->wanted || !entry->resolved || !entry->error)
			continue;
		fprintf(stderr, "zonegate: %s does not resolve: %s; the answer kept from ",
			entry->name, name_error(entry->error));
		age_print(now_ms - entry->answered_ms);
		fprintf(stderr, " ago stands\n");
	}
}

void cli_names_keep(const struct context *context)
{
	char path[PATH_MAX];
	int error;

	if (!context->names || !name_cache_count(context->names))
		return;
	error = names_file_path(context->instance, path);
	if (!error)
		error = names_file_write(path, context->names);
	if (error)
		fprintf(stderr,
			"zonegate: the answers to names cannot be kept: %s\n"
			"  the filter is in force; when the resolver fails, 'zonegate run' may "
			"lack "
			"them\n",
			strerror(-error));
}
