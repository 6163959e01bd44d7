/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The command line: one table of commands, one context, one way to print and to exit.
 * Owns argument handling. Commands live in a file each: cli/apply.c holds command_apply().
 */
#ifndef USER_CLI_CLI_H
#define USER_CLI_CLI_H

#include <stdbool.h>

#include "resolve/resolved.h"
#include "util/diag.h"

/* Exit statuses. */
enum {
	EXIT_DONE = 0,
	EXIT_POLICY = 1, /* the policy has errors; explain: the verdict is drop */
	EXIT_USAGE = 2,
	EXIT_SYSTEM = 3, /* the system refused */
};

struct name_cache;

struct context {
	const char *config;   /* -c FILE, default /etc/zonegate/zonegate.conf */
	const char *instance; /* --instance NAME, default "zonegate" */
	bool json;	      /* --json */
	bool colour;	      /* stderr is a terminal and NO_COLOR is unset */
	int argc;	      /* what follows the command's name; argv[0] is that name */
	char **argv;
	struct name_cache *names; /* cli/names.h; NULL: nothing asked for a name yet */
};

struct command {
	const char *name;
	const char *arguments; /* for usage */
	const char *summary;
	int (*run)(struct context *context); /* an exit status */
};

int command_check(struct context *context);
int command_show(struct context *context);
int command_explain(struct context *context);
int command_apply(struct context *context);
int command_status(struct context *context);
int command_counters(struct context *context);
int command_stop(struct context *context);
int command_confirm(struct context *context);
int command_run(struct context *context);
int command_metrics(struct context *context);
int command_monitor(struct context *context);
int command_top(struct context *context);
int command_diff(struct context *context);
int command_export(struct context *context);
int command_import(struct context *context);
int command_sheet(struct context *context);
int command_origin(struct context *context);

/* "zonegate: " text, and usage of the command; answers EXIT_USAGE. */
int usage_error(const struct context *context, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Shows all entries on stderr with line and caret; as JSON on stdout when context->json (check). */
void diags_print(const struct context *context, struct diags *diags);
void diags_print_json(struct diags *diags);

/* Loads context->config for this host and prints what is wrong. 0, or an exit status. */
int cli_load(struct context *context, struct resolved *ret_policy);

#endif
