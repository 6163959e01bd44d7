/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * zonegate show origin: the lines of tcpoport.ini as they are understood, in the order in which
 * they are tried. Owns the form.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/json_text.h"
#include "cli/show.h"
#include "cli/table.h"
#include "kernel/instance.h"
#include "observe/origin.h"
#include "util/cleanup.h"

static const char *const mode_names[] = {
	[ORIGIN_OFF] = "off",
	[ORIGIN_AUDIT] = "audit",
	[ORIGIN_ENFORCE] = "enforce",
	[ORIGIN_ASSIGN] = "assign",
};

static bool origin_any(const struct origin_line *line)
{
	return !line->origin.first;
}

static unsigned int origin_count(const struct origin_line *line)
{
	return origin_any(line) ? 0 : line->origin.last - line->origin.first + 1u;
}

static char *origin_text(const struct origin_line *line, struct arena *arena)
{
	if (origin_any(line))
		return arena_strdup(arena, "any (the system chooses)");
	return ports_format(&line->origin, 1, arena);
}

/* The destination as addresses: a pattern stands for itself, a name for what it resolves to now. */
static char *destination_text(const struct origin_line *line, struct arena *arena)
{
	const struct address_set *set = &line->addresses;
	char range[ADDRESS_RANGE_TEXT], octets[4][4], *text = NULL;

	if (line->kind == ORIGIN_PATTERN) {
		for (int i = 0; i < 4; i++) {
			if (line->octet[i] < 0)
				strcpy(octets[i], "*");
			else
				snprintf(octets[i], sizeof(octets[i]), "%u",
					 (unsigned int)line->octet[i] & 0xff);
		}
		return arena_printf(arena, "%s.%s.%s.%s", octets[0], octets[1], octets[2],
				    octets[3]);
	}
	for (size_t i = 0; i < set->count4; i++)
		text = arena_printf(arena, "%s%s%s", text ? text : "", text ? " " : "",
				    range4_format(set->v4[i], range));
	for (size_t i = 0; i < set->count6; i++)
		text = arena_printf(arena, "%s%s%s", text ? text : "", text ? " " : "",
				    range6_format(set->v6[i], range));
	return text ? text : arena_strdup(arena, "unresolved");
}

static char *ports_text(const struct origin_line *line, struct arena *arena)
{
	return line->any_port ? arena_strdup(arena, "any") : ports_format(&line->ports, 1, arena);
}

/* What the instance has measured, where one is in force and we may look: else no lines. */
static void measured_read(const struct context *context, struct origin_state *ret_state)
{
	CLEANUP(report_free) struct report report = {0};
	struct firewall firewall;

	if (instance_open(context->instance, &report, NULL, &firewall))
		return;
	/* Without it the table says what the policy means, which is what was asked for. */
	origin_state_read(&firewall, &report, ret_state);
	firewall_close(&firewall);
}

static const struct origin_line_state *measured_find(const struct origin_state *state,
						     const struct origin_line *line)
{
	return origin_state_find(state, line->text, line->place.line, line->origin.first,
				 line->origin.last);
}

static void measured_json(json_t *entry, const struct origin_state *state,
			  const struct origin_line *line)
{
	const struct origin_line_state *one = measured_find(state, line);

	if (!one)
		return;
	json_object_set_new(entry, "connections",
			    json_integer((json_int_t)one->line->count.connections));
	json_object_set_new(entry, "violations",
			    json_integer((json_int_t)one->line->count.violations));
	json_object_set_new(entry, "exhausted",
			    json_integer((json_int_t)one->line->count.exhausted));
	if (!state->use_known)
		return;
	json_object_set_new(entry, "in_use", json_integer(one->use.in_use));
	json_object_set_new(entry, "time_wait", json_integer(one->use.time_wait));
}

static int origin_json(struct resolved *policy, const struct origin_state *state)
{
	struct arena *arena = &policy->arena;
	json_t *list = json_array();

	for (size_t i = 0; i < policy->line_count; i++) {
		const struct origin_line *line = &policy->lines[i];
		json_t *entry = json_pack(
			"{s:i, s:o, s:b, s:o, s:o, s:o, s:i, s:s, s:o}", "line",
			(int)line->place.line, "text", json_text(line->text), "negated",
			line->negated, "destination", json_text(destination_text(line, arena)),
			"destination_ports", json_text(ports_text(line, arena)), "origin_ports",
			json_text(origin_any(line) ? "any" : origin_text(line, arena)),
			"origin_count", (int)origin_count(line), "mode",
			mode_names[policy->settings.origin_mode], "file",
			json_text(line->place.file));

		measured_json(entry, state, line);
		json_array_append_new(list, entry);
	}
	return json_print(list);
}

#define MEASURED_COLUMNS 5

/* In use, TIME_WAIT, connections, violations, exhausted. */
static void measured_cells(const struct origin_state *state, const struct origin_line *line,
			   struct arena *arena, const char **cells)
{
	const struct origin_line_state *one = measured_find(state, line);

	memset(cells, 0, MEASURED_COLUMNS * sizeof(*cells));
	if (!one)
		return;
	if (state->use_known && one->use.ports) {
		cells[0] = arena_printf(arena, "%u", one->use.in_use);
		cells[1] = arena_printf(arena, "%u", one->use.time_wait);
	}
	cells[2] = arena_printf(arena, "%llu", (unsigned long long)one->line->count.connections);
	cells[3] = arena_printf(arena, "%llu", (unsigned long long)one->line->count.violations);
	cells[4] = arena_printf(arena, "%llu", (unsigned long long)one->line->count.exhausted);
}

static int origin_table(const struct resolved *policy, const struct origin_state *state)
{
	static const char *const titles[] = {
		"LINE",	  "TAKES",     "DESTINATION", "PORTS",	    "ORIGIN PORTS", "HOW MANY",
		"IN USE", "TIME_WAIT", "CONNECTIONS", "VIOLATIONS", "EXHAUSTED"};
	CLEANUP(table_free)
	struct table table = {.columns = state->count ? 11 : 6, .titles = titles};

	for (size_t i = 0; i < policy->line_count; i++) {
		const struct origin_line *line = &policy->lines[i];
		const char *cells[6 + MEASURED_COLUMNS] = {
			place_short(&line->place, &table.arena),
			line->negated ? "all but" : "only",
			destination_text(line, &table.arena),
			ports_text(line, &table.arena),
			origin_text(line, &table.arena),
			origin_any(line) ? NULL
					 : arena_printf(&table.arena, "%u", origin_count(line)),
		};
		int err;

		measured_cells(state, line, &table.arena, cells + 6);
		err = table_add(&table, cells);
		if (err)
			return err;
	}
	table_print(&table);
	return 0;
}

int show_origin(const struct context *context, struct resolved *policy)
{
	CLEANUP(origin_state_free) struct origin_state state = {0};
	int err;

	measured_read(context, &state);
	if (context->json)
		return origin_json(policy, &state);
	if (!policy->line_count) {
		puts("no tcpoport.ini lines: the system chooses every origin port");
		return 0;
	}
	err = origin_table(policy, &state);
	if (err)
		return err;
	printf("\nmode: %s; the first line that takes a connection decides, what none takes is "
	       "free\n",
	       mode_names[policy->settings.origin_mode]);
	origin_warn(&state);
	return 0;
}
