/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * zonegate counters: what was counted by rule, by reason and by tcpoport line. Owns the command's
 * words and status.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/json_text.h"
#include "cli/report_print.h"
#include "cli/table.h"
#include "kernel/instance.h"
#include "observe/counters.h"
#include "util/cleanup.h"

/* ---- JSON ---- */

static json_t *number(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static json_t *rules_json(const struct counters *counters)
{
	json_t *list = json_array();

	for (size_t i = 0; i < counters->rule_count; i++) {
		const struct rule_count *rule = &counters->rules[i];
		const struct zg_rule_counter *count = &rule->count;

		json_array_append_new(
			list,
			json_pack("{s:o, s:o, s:s?, s:I, s:b, s:o, s:o, s:o, s:o, s:o}", "rule",
				  json_text(rule->name), "table", json_text(rule->table), "role",
				  rule_role_name(rule->role), "line", (json_int_t)rule->file_line,
				  "in_policy", rule->in_policy, "packets_in",
				  number(count->packets_in), "bytes_in", number(count->bytes_in),
				  "packets_out", number(count->packets_out), "bytes_out",
				  number(count->bytes_out), "connections",
				  number(count->connections)));
	}
	return list;
}

enum reason_kind {
	REASON_PASSES,
	REASON_DROPS,
	REASON_AUDITED,
};

static enum reason_kind reason_kind(const struct reason_count *reason)
{
	if (reason->audited)
		return REASON_AUDITED;
	return reason->reason < ZG_REASON_FIRST_DROP ? REASON_PASSES : REASON_DROPS;
}

static json_t *reasons_json(const struct counters *counters, enum reason_kind kind)
{
	json_t *list = json_array();

	for (size_t i = 0; i < counters->reason_count; i++) {
		const struct reason_count *reason = &counters->reasons[i];

		if (reason_kind(reason) != kind)
			continue;
		json_array_append_new(
			list, json_pack("{s:s?, s:s?, s:o, s:o}", "hook", hook_name(reason->hook),
					"reason", reason_name(reason->reason), "packets",
					number(reason->packets), "bytes", number(reason->bytes)));
	}
	return list;
}

static json_t *lines_json(const struct counters *counters)
{
	json_t *list = json_array();

	for (size_t i = 0; i < counters->line_count; i++) {
		const struct line_count *line = &counters->lines[i];

		json_array_append_new(list,
				      json_pack("{s:I, s:o, s:b, s:o, s:o, s:o, s:o}", "line",
						(json_int_t)line->number, "text",
						json_text(line->text), "in_policy", line->in_policy,
						"connections", number(line->count.connections),
						"violations", number(line->count.violations),
						"exhausted", number(line->count.exhausted),
						"assigned", number(line->count.assigned)));
	}
	return list;
}

static json_t *flows_json(const struct counters *counters)
{
	const struct zg_flow_counter *flows = &counters->flows;

	return json_pack("{s:I, s:I, s:o, s:o, s:o, s:o}", "used", (json_int_t)counters->flows_used,
			 "max", (json_int_t)counters->flows_max, "created", number(flows->created),
			 "deleted", number(flows->deleted), "full", number(flows->full),
			 "picked_up", number(flows->picked_up));
}

static int print_json(const struct counters *counters)
{
	return json_print(
		json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "rules", rules_json(counters), "drops",
			  reasons_json(counters, REASON_DROPS), "origin", lines_json(counters),
			  "passes", reasons_json(counters, REASON_PASSES), "audited",
			  reasons_json(counters, REASON_AUDITED), "flows", flows_json(counters)));
}

/* ---- text ---- */

static const char *count_text(uint64_t value, char text[24])
{
	snprintf(text, 24, "%llu", (unsigned long long)value);
	return text;
}

static int print_rules(const struct counters *counters, bool all)
{
	static const char *const titles[] = {"rule",	 "table",	"role",	     "packets in",
					     "bytes in", "packets out", "bytes out", "connections"};
	CLEANUP(table_free) struct table table = {.columns = 8, .titles = titles};
	size_t silent = 0;

	for (size_t i = 0; i < counters->rule_count; i++) {
		const struct rule_count *rule = &counters->rules[i];
		const struct zg_rule_counter *count = &rule->count;
		char numbers[5][24];
		const char *cells[8] = {
			rule->name,
			rule->table,
			rule->in_policy ? rule_role_name(rule->role) : "gone",
			count_text(count->packets_in, numbers[0]),
			count_text(count->bytes_in, numbers[1]),
			count_text(count->packets_out, numbers[2]),
			count_text(count->bytes_out, numbers[3]),
			count_text(count->connections, numbers[4]),
		};

		if (!all && !count->packets_in && !count->packets_out && !count->connections) {
			silent++;
			continue;
		}
		if (table_add(&table, cells))
			return -ENOMEM;
	}
	if (table.count)
		table_print(&table);
	if (silent)
		printf("%s%zu rule%s counted nothing (--all lists them)\n",
		       table.count ? "... and " : "", silent, silent == 1 ? "" : "s");
	return 0;
}

/* Behind a blank line; nothing when there are no rows. */
static void print_below(const struct table *table)
{
	if (!table->count)
		return;
	putchar('\n');
	table_print(table);
}

static int print_reasons(const struct counters *counters, enum reason_kind kind, const char *title)
{
	const char *const titles[] = {title, "hook", "packets", "bytes", ""};
	CLEANUP(table_free) struct table table = {.columns = 5, .titles = titles};

	for (size_t i = 0; i < counters->reason_count; i++) {
		const struct reason_count *reason = &counters->reasons[i];
		char numbers[2][24];
		const char *cells[5] = {reason_name(reason->reason), hook_name(reason->hook),
					count_text(reason->packets, numbers[0]),
					count_text(reason->bytes, numbers[1]),
					reason_text(reason->reason)};

		if (reason_kind(reason) != kind)
			continue;
		if (table_add(&table, cells))
			return -ENOMEM;
	}
	print_below(&table);
	return 0;
}

static int print_lines(const struct counters *counters)
{
	static const char *const titles[] = {"line",	   "tcpoport", "connections",
					     "violations", "assigned", "exhausted"};
	CLEANUP(table_free) struct table table = {.columns = 6, .titles = titles};

	for (size_t i = 0; i < counters->line_count; i++) {
		const struct line_count *line = &counters->lines[i];
		char numbers[5][24];
		const char *cells[6] = {
			line->in_policy ? count_text(line->number, numbers[0]) : "gone",
			line->text,
			count_text(line->count.connections, numbers[1]),
			count_text(line->count.violations, numbers[2]),
			count_text(line->count.assigned, numbers[3]),
			count_text(line->count.exhausted, numbers[4]),
		};

		if (table_add(&table, cells))
			return -ENOMEM;
	}
	print_below(&table);
	return 0;
}

static int print_text(const struct counters *counters, bool all)
{
	const struct zg_flow_counter *flows = &counters->flows;
	int error = print_rules(counters, all);

	if (!error)
		error = print_reasons(counters, REASON_DROPS, "dropped");
	if (!error)
		error = print_reasons(counters, REASON_AUDITED, "would be dropped");
	if (!error)
		error = print_reasons(counters, REASON_PASSES, "passed without a rule");
	if (!error)
		error = print_lines(counters);
	if (error)
		return error;
	printf("\nflows: %zu of %zu; %llu made, %llu of them picked up, %llu ended, %llu times "
	       "full\n",
	       counters->flows_used, counters->flows_max, (unsigned long long)flows->created,
	       (unsigned long long)flows->picked_up, (unsigned long long)flows->deleted,
	       (unsigned long long)flows->full);
	return 0;
}

/* ---- */

int command_counters(struct context *context)
{
	CLEANUP(report_free) struct report report = {0};
	CLEANUP(counters_free) struct counters counters = {0};
	bool all = option_flag(context, "--all");
	struct firewall firewall;
	int error;

	if (context->argc > 1)
		return usage_error(context, "counters takes no '%s'", context->argv[1]);
	error = instance_open(context->instance, &report, NULL, &firewall);
	if (error == -ENOENT)
		return report_print_nothing(context, "");
	if (error)
		return report_print_failure(context, &report, error);
	error = counters_read(&firewall, &report, &counters);
	firewall_close(&firewall);
	if (error)
		return report_print_failure(context, &report, error);
	error = context->json ? print_json(&counters) : print_text(&counters, all);
	return error ? EXIT_SYSTEM : EXIT_DONE;
}
