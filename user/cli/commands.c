/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table of commands and the words about them: usage, help. Owns the table.
 */
#include "cli/commands.h"

#include <stdarg.h>
#include <string.h>

static const struct command commands[] = {
	{"check", "[--strict]", "errors and warnings of a policy; changes nothing", command_check},
	{"show", "[rules|zones|origin]", "what the policy means on this host", command_show},
	{"explain", "in|out PROTO SRC[:PORT] DST[:PORT] | -",
	 "the verdict on a packet, the rule or reason, why", command_explain},
	{"apply", "[--confirm SECONDS] [--dry-run] [--no-diff] [--force] [--allow-missing]",
	 "compile, load, swap: the policy is in force", command_apply},
	{"confirm", "", "keep the policy that apply --confirm put into force", command_confirm},
	{"stop", "", "take the filter away: the host is then unfiltered", command_stop},
	{"status", "", "what is in force on which NIC", command_status},
	{"counters", "[--all]", "packets, bytes and connections by rule and by reason",
	 command_counters},
	{"origin", "", "tcpoport lines in force: connections, violations, ports in use",
	 command_origin},
	{"sheet", "[--csv|--json|--md]", "what the firewalls around this host must open for it",
	 command_sheet},
	{"diff", "OLD NEW", "what a change of policy newly permits, and no longer", command_diff},
	{"run", "[--log-drops PER_SECOND]",
	 "the service: apply, refresh names, watch NICs, serve /metrics", command_run},
	{"metrics", "", "all metrics once, for node_exporter's textfile folder", command_metrics},
	{"monitor", "[-w FILE.pcapng]", "drops as they happen", command_monitor},
	{"top", "", "rates by rule and reason, on a terminal", command_top},
	{"export", "nft", "the policy as an nftables ruleset, to review", command_export},
	{"import", "PAGE.html", "the vendor's table page as CSV", command_import},
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

const char *command_did_you_mean(const char *name)
{
	const char *names[COMMANDS];
	size_t count = 0;

	for (size_t i = 0; i < COMMANDS; i++)
		if (commands[i].run)
			names[count++] = commands[i].name;
	return diag_did_you_mean(name, names, count);
}

void commands_help(FILE *stream)
{
	fprintf(stream,
		"Usage: zonegate [-c FILE] [--instance NAME] [--json] COMMAND [ARGUMENTS]\n\n"
		"The host firewall of a DMZ Edge host. Without a command: status.\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		if (commands[i].run)
			fprintf(stream, "  %-10s %s\n", commands[i].name, commands[i].summary);
	fprintf(stream,
		"\n"
		"  -c, --config FILE   the policy (/etc/zonegate/zonegate.conf)\n"
		"  --instance NAME     one of several filters on this machine (zonegate)\n"
		"  --json              the answer as JSON\n"
		"  -h, --help          this, or what a command takes\n"
		"  -V, --version\n\n"
		"Exit status: 0 done; 1 the policy has errors, or the verdict is drop; 2 usage;\n"
		"3 the system refused. More: man zonegate\n");
}

void command_help(FILE *stream, const struct command *command)
{
	fprintf(stream, "Usage: zonegate [-c FILE] [--instance NAME] [--json] %s%s%s\n\n%s.\n",
		command->name, *command->arguments ? " " : "", command->arguments,
		command->summary);
}

int usage_error(const struct context *context, const char *format, ...)
{
	const struct command *command = context->argc ? command_find(context->argv[0]) : NULL;
	va_list values;

	fprintf(stderr, "zonegate: ");
	va_start(values, format);
	vfprintf(stderr, format, values);
	va_end(values);
	fputc('\n', stderr);
	if (command)
		fprintf(stderr, "usage: zonegate %s%s%s\n", command->name,
			*command->arguments ? " " : "", command->arguments);
	else
		fprintf(stderr, "try: zonegate --help\n");
	return EXIT_USAGE;
}
