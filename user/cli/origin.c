/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * zonegate origin: the tcpoport lines in force as they are used: connections, violations, ports in
 * use. Owns the form; the measurement is observe/origin.c.
 */
#include <errno.h>
#include <stdio.h>

#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/json_text.h"
#include "cli/report_print.h"
#include "cli/show.h"
#include "cli/table.h"
#include "kernel/instance.h"
#include "observe/origin.h"
#include "util/cleanup.h"

static json_t *number_or_null(bool known, uint32_t value)
{
	return known ? json_integer((json_int_t)value) : json_null();
}

static int print_json(const struct origin_state *state)
{
	json_t *list = json_array();

	for (size_t i = 0; i < state->count; i++) {
		const struct line_count *line = state->lines[i].line;
		const struct origin_use *use = &state->lines[i].use;

		json_array_append_new(
			list,
			json_pack("{s:I, s:o, s:i, s:i, s:o, s:o, s:o, s:I, s:I, s:I, s:I}", "line",
				  (json_int_t)line->number, "text", json_text(line->text), "first",
				  line->first, "last", line->last, "ports",
				  number_or_null(state->use_known, use->ports), "in_use",
				  number_or_null(state->use_known, use->in_use), "time_wait",
				  number_or_null(state->use_known, use->time_wait), "connections",
				  (json_int_t)line->count.connections, "violations",
				  (json_int_t)line->count.violations, "assigned",
				  (json_int_t)line->count.assigned, "exhausted",
				  (json_int_t)line->count.exhausted));
	}
	return json_print(list);
}

static const char *count_cell(struct arena *arena, uint64_t value)
{
	return arena_printf(arena, "%llu", (unsigned long long)value);
}

static int print_table(const struct origin_state *state)
{
	static const char *const titles[] = {"LINE",	   "TCPOPORT",	"PORTS",
					     "IN USE",	   "TIME_WAIT", "CONNECTIONS",
					     "VIOLATIONS", "ASSIGNED",	"EXHAUSTED"};
	CLEANUP(table_free) struct table table = {.columns = 9, .titles = titles};

	for (size_t i = 0; i < state->count; i++) {
		const struct line_count *line = state->lines[i].line;
		const struct origin_use *use = &state->lines[i].use;
		bool ranged = state->use_known && use->ports;
		const char *cells[] = {
			count_cell(&table.arena, line->number),
			line->text,
			ranged ? count_cell(&table.arena, use->ports) : NULL,
			ranged ? count_cell(&table.arena, use->in_use) : NULL,
			ranged ? count_cell(&table.arena, use->time_wait) : NULL,
			count_cell(&table.arena, line->count.connections),
			count_cell(&table.arena, line->count.violations),
			count_cell(&table.arena, line->count.assigned),
			count_cell(&table.arena, line->count.exhausted),
		};

		if (table_add(&table, cells))
			return -ENOMEM;
	}
	if (table.count)
		table_print(&table);
	else
		puts("no tcpoport.ini lines are in force");
	return 0;
}

void origin_warn(const struct origin_state *state)
{
	for (size_t i = 0; i < state->count; i++) {
		const struct line_count *line = state->lines[i].line;
		const struct origin_use *use = &state->lines[i].use;

		if (origin_is_nearly_full(use))
			fprintf(stderr,
				"zonegate: warning: line %u uses %u of its %u origin ports, %u of "
				"them in TIME_WAIT\n",
				line->number, use->in_use + use->time_wait, use->ports,
				use->time_wait);
	}
}

int command_origin(struct context *context)
{
	CLEANUP(report_free) struct report report = {0};
	CLEANUP(origin_state_free) struct origin_state state = {0};
	struct firewall firewall;
	int error;

	if (context->argc > 1)
		return usage_error(context, "origin takes no '%s'", context->argv[1]);
	error = instance_open(context->instance, &report, NULL, &firewall);
	if (error == -ENOENT)
		return report_print_nothing(context, ", or zonegate show origin");
	if (!error) {
		error = origin_state_read(&firewall, &report, &state);
		firewall_close(&firewall);
	}
	if (error)
		return report_print_failure(context, &report, error);
	error = context->json ? print_json(&state) : print_table(&state);
	if (error)
		return EXIT_SYSTEM;
	if (!state.use_known)
		fprintf(stderr,
			"zonegate: the use of ports is not shown: instance %s guards another "
			"network namespace\n",
			context->instance);
	origin_warn(&state);
	return EXIT_DONE;
}
