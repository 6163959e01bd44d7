/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * zonegate show zones: what each zone holds after its algebra, and which are this host.
 * Owns the form. All ranges in JSON; for people as many as fit.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/json_text.h"
#include "cli/show.h"
#include "cli/table.h"
#include "util/cleanup.h"

#define RANGES_SHOWN 6

/* Calls for each range as text, IPv4 first; stops when the callback says so. */
typedef bool range_visitor(const char *text, void *context);

static void ranges_visit(const struct address_set *set, range_visitor *visit, void *context)
{
	char text[ADDRESS_RANGE_TEXT];

	for (size_t i = 0; i < set->count4; i++) {
		if (!visit(range4_format(set->v4[i], text), context))
			return;
	}
	for (size_t i = 0; i < set->count6; i++) {
		if (!visit(range6_format(set->v6[i], text), context))
			return;
	}
}

static bool visit_json(const char *text, void *context)
{
	json_array_append_new(context, json_string(text));
	return true;
}

static int zones_json(const struct resolved *policy)
{
	json_t *list = json_array();

	for (size_t i = 0; i < policy->zone_count; i++) {
		const struct zone *zone = &policy->zones[i];
		json_t *ranges = json_array();

		ranges_visit(&zone->addresses, visit_json, ranges);
		json_array_append_new(
			list, json_pack("{s:o, s:b, s:o, s:o, s:o, s:i}", "zone",
					json_text(zone->name), "local", zone->local, "interface",
					json_text(*zone->interface ? zone->interface : NULL),
					"addresses", ranges, "file", json_text(zone->place.file),
					"line", (int)zone->place.line));
	}
	return json_print(list);
}

struct summary {
	struct arena *arena;
	char *text;
	size_t shown;
};

static bool visit_summary(const char *text, void *context)
{
	struct summary *summary = context;

	summary->text = arena_printf(summary->arena, "%s%s%s", summary->text ? summary->text : "",
				     summary->text ? " " : "", text);
	return ++summary->shown < RANGES_SHOWN && summary->text;
}

static char *addresses_summary(const struct address_set *set, struct arena *arena)
{
	struct summary summary = {.arena = arena};
	size_t total = set->count4 + set->count6;

	ranges_visit(set, visit_summary, &summary);
	if (summary.text && summary.shown < total)
		return arena_printf(arena, "%s and %zu more", summary.text, total - summary.shown);
	return summary.text;
}

int show_zones(const struct context *context, struct resolved *policy)
{
	static const char *const titles[] = {"ZONE", "THIS HOST", "INTERFACE", "FROM", "ADDRESSES"};
	CLEANUP(table_free) struct table table = {.columns = 5, .titles = titles};

	if (context->json)
		return zones_json(policy);
	for (size_t i = 0; i < policy->zone_count; i++) {
		const struct zone *zone = &policy->zones[i];
		const char *cells[] = {
			zone->name,
			zone->local ? "yes" : "",
			zone->interface,
			zone->place.line ? place_short(&zone->place, &table.arena) : "implied",
			addresses_summary(&zone->addresses, &table.arena),
		};
		int err = table_add(&table, cells);

		if (err)
			return err;
	}
	table_print(&table);
	return 0;
}
