/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * zonegate show [rules|zones|origin]: what the policy means on this host.
 * Owns the command's arguments and the list of rules.
 */
#include "cli/show.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/json_text.h"
#include "cli/table.h"
#include "util/cleanup.h"

static const struct subject {
	const char *name;
	int (*show)(const struct context *context, struct resolved *policy);
} subjects[] = {
	{"rules", show_rules},
	{"zones", show_zones},
	{"origin", show_origin},
};
#define SUBJECTS (sizeof(subjects) / sizeof(*subjects))

const char *role_name(enum role role)
{
	static const char *const names[] = {
		[ROLE_NOT_HERE] = "not-here", [ROLE_ACCEPT] = "accept",	    [ROLE_OPEN] = "open",
		[ROLE_BOTH] = "both",	      [ROLE_DISABLED] = "disabled",
	};

	return names[role];
}

char *place_short(const struct place *place, struct arena *arena)
{
	const char *slash = strrchr(place->file, '/');

	return arena_printf(arena, "%s:%u", slash ? slash + 1 : place->file, place->line);
}

/* ---- rules ---- */

static char *rule_ports(const struct rule *rule, struct arena *arena)
{
	if (rule->port_missing)
		return arena_strdup(arena, "as the site says");
	return ports_format(rule->ports, rule->port_ranges, arena);
}

static int rules_json(struct resolved *policy)
{
	json_t *list = json_array();

	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct rule *rule = &policy->rules[i];
		char *ports = rule_ports(rule, &policy->arena);

		json_array_append_new(
			list,
			json_pack("{s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:i}", "rule",
				  json_text(rule->name), "table", json_text(rule->table), "role",
				  role_name(rule->role), "source", json_text(rule->source_name),
				  "destination", json_text(rule->destination_name), "protocol",
				  json_text(rule->protocol_label), "ports", json_text(ports),
				  "direction", rule->direction_label, "purpose",
				  json_text(rule->purpose), "file", json_text(rule->place.file),
				  "line", (int)rule->place.line));
	}
	return json_print(list);
}

int show_rules(const struct context *context, struct resolved *policy)
{
	static const char *const titles[] = {"RULE",	 "ROLE",  "SOURCE", "DESTINATION",
					     "PROTOCOL", "PORTS", "FROM"};
	CLEANUP(table_free) struct table table = {.columns = 7, .titles = titles};

	if (context->json)
		return rules_json(policy);
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct rule *rule = &policy->rules[i];
		const char *cells[] = {
			rule->name,
			role_name(rule->role),
			rule->source_name,
			rule->destination_name,
			rule->protocol_label,
			rule_ports(rule, &table.arena),
			place_short(&rule->place, &table.arena),
		};
		int err = table_add(&table, cells);

		if (err)
			return err;
	}
	table_print(&table);
	return 0;
}

/* ---- the command ---- */

static const struct subject *subject_find(const char *name)
{
	for (size_t i = 0; i < SUBJECTS; i++) {
		if (!strcmp(subjects[i].name, name))
			return &subjects[i];
	}
	return NULL;
}

int command_show(struct context *context)
{
	CLEANUP(resolved_free) struct resolved policy = {0};
	const char *name = context->argc > 1 ? context->argv[1] : "rules";
	const struct subject *subject = subject_find(name);
	int status, err;

	if (!subject)
		return usage_error(context, "show knows rules, zones and origin, not '%s'", name);
	if (context->argc > 2)
		return usage_error(context, "show takes no '%s'", context->argv[2]);
	status = cli_load(context, &policy);
	if (status)
		return status;
	err = subject->show(context, &policy);
	if (err) {
		fprintf(stderr, "zonegate: cannot show the %s: %s\n", name, strerror(-err));
		return EXIT_SYSTEM;
	}
	return EXIT_DONE;
}
