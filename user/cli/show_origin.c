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

static int origin_json(struct resolved *policy)
{
	struct arena *arena = &policy->arena;
	json_t *list = json_array();

	for (size_t i = 0; i < policy->line_count; i++) {
		const struct origin_line *line = &policy->lines[i];

		json_array_append_new(
			list,
			json_pack("{s:i, s:o, s:b, s:o, s:o, s:o, s:i, s:s, s:o}", "line",
				  (int)line->place.line, "text", json_text(line->text), "negated",
				  line->negated, "destination",
				  json_text(destination_text(line, arena)), "destination_ports",
				  json_text(ports_text(line, arena)), "origin_ports",
				  json_text(origin_any(line) ? "any" : origin_text(line, arena)),
				  "origin_count", (int)origin_count(line), "mode",
				  mode_names[policy->settings.origin_mode], "file",
				  json_text(line->place.file)));
	}
	return json_print(list);
}

int show_origin(const struct context *context, struct resolved *policy)
{
	static const char *const titles[] = {"LINE",  "TAKES",	      "DESTINATION",
					     "PORTS", "ORIGIN PORTS", "HOW MANY"};
	CLEANUP(table_free) struct table table = {.columns = 6, .titles = titles};

	if (context->json)
		return origin_json(policy);
	if (!policy->line_count) {
		puts("no tcpoport.ini lines: the system chooses every origin port");
		return 0;
	}
	for (size_t i = 0; i < policy->line_count; i++) {
		const struct origin_line *line = &policy->lines[i];
		const char *cells[] = {
			place_short(&line->place, &table.arena),
			line->negated ? "all but" : "only",
			destination_text(line, &table.arena),
			ports_text(line, &table.arena),
			origin_text(line, &table.arena),
			origin_any(line) ? NULL
					 : arena_printf(&table.arena, "%u", origin_count(line)),
		};
		int err = table_add(&table, cells);

		if (err)
			return err;
	}
	table_print(&table);
	printf("\nmode: %s; the first line that takes a connection decides, what none takes is "
	       "free\n",
	       mode_names[policy->settings.origin_mode]);
	return 0;
}
