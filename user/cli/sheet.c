/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * zonegate sheet: what an operator sends to partners and to the keepers of the firewalls around
 * this host. Owns the four formats; the rows are observe/sheet.c.
 */
#include "cli/cli.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/csv_print.h"
#include "observe/address_text.h"
#include "observe/sheet.h"
#include "util/cleanup.h"

#define CELL_MEMBERS 4	  /* addresses in a cell of a table for people */
#define LEGEND_MEMBERS 64 /* and in the list of zones below it */

enum column {
	COLUMN_DIRECTION,
	COLUMN_PROTOCOL,
	COLUMN_SOURCE,
	COLUMN_SOURCE_PORTS,
	COLUMN_DESTINATION,
	COLUMN_DESTINATION_PORTS,
	COLUMN_RULE,
	COLUMN_PURPOSE,
	COLUMNS,
};

static const char *const column_title[COLUMNS] = {
	"DIRECTION", "PROTOCOL", "SOURCE", "SOURCE PORTS", "DESTINATION", "PORTS", "RULE", "ABOUT",
};

struct view {
	const struct resolved *policy;
	const struct sheet *sheet;
	struct arena *arena;
	char host[256];
};

static const struct {
	unsigned int side;
	const char *name, *title;
} sides[] = {
	{SHEET_FRONT, "front", "Firewall in front (Internet side)"},
	{SHEET_BEHIND, "behind", "Firewall behind (secure side)"},
};
#define SIDES (sizeof(sides) / sizeof(sides[0]))

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

/* The zone's name; where a tcpoport line narrows it, with what is in or out, whichever is less. */
static const char *zone_cell(const struct view *view, const struct zone *zone,
			     const struct address_set *addresses)
{
	struct address_set rest = {0}, whole = zone->addresses;

	if (!addresses->count4) /* a family that the other end does not speak */
		whole.count4 = 0;
	if (!addresses->count6)
		whole.count6 = 0;
	if (address_set_subtract(&whole, addresses, view->arena, &rest))
		return NULL;
	if (address_set_is_empty(&rest))
		return zone->name;
	if (rest.count4 + rest.count6 < addresses->count4 + addresses->count6)
		return arena_printf(view->arena, "%s except %s", zone->name,
				    or_empty(address_set_text(&rest, CELL_MEMBERS, view->arena)));
	return arena_printf(view->arena, "%s: %s", zone->name,
			    or_empty(address_set_text(addresses, CELL_MEMBERS, view->arena)));
}

static const char *line_text(const struct view *view, const struct sheet_row *row)
{
	const char *file, *slash;

	if (!row->line)
		return "";
	file = or_empty(row->line->place.file);
	slash = strrchr(file, '/');
	return arena_printf(view->arena, "%s:%u", slash ? slash + 1 : file, row->line->place.line);
}

static const char *destination_ports(const struct view *view, const struct sheet_row *row)
{
	const char *ports =
		port_ranges_text(row->destination_ports, row->destination_port_ranges, view->arena);
	bool types = !strncmp(row->protocol, "icmp", 4) && row->destination_port_ranges;

	return types ? arena_printf(view->arena, "type %s", or_empty(ports)) : ports;
}

static const char *source_ports(const struct view *view, const struct sheet_row *row)
{
	return port_ranges_text(row->source_ports, row->source_port_ranges, view->arena);
}

static void row_cells(const struct view *view, const struct sheet_row *row, const char **cell)
{
	cell[COLUMN_DIRECTION] = row->outbound ? "out" : "in";
	cell[COLUMN_PROTOCOL] = row->protocol;
	cell[COLUMN_SOURCE] = zone_cell(view, row->source, &row->source_addresses);
	cell[COLUMN_SOURCE_PORTS] = source_ports(view, row);
	cell[COLUMN_DESTINATION] = zone_cell(view, row->destination, &row->destination_addresses);
	cell[COLUMN_DESTINATION_PORTS] = destination_ports(view, row);
	cell[COLUMN_RULE] = row->rule->name;
	cell[COLUMN_PURPOSE] = row->rule->purpose;
	for (int i = 0; i < COLUMNS; i++)
		cell[i] = or_empty(cell[i]);
}

static const char *origin_note(const struct resolved *policy)
{
	if (!policy->line_count)
		return NULL;
	if (policy->settings.origin_mode == ORIGIN_OFF)
		return "Origin ports are off ([origin-ports] mode): source ports may be any.";
	if (policy->settings.origin_mode == ORIGIN_AUDIT)
		return "Origin ports are counted, not held ([origin-ports] mode = audit).";
	return NULL;
}

/* ---- text and Markdown: two tables and the zones' addresses ---- */

static void text_row(const char *const *cell, const int *width)
{
	printf("  ");
	for (int i = 0; i < COLUMNS - 1; i++)
		printf("%-*s  ", width[i], cell[i]);
	printf("%s\n", cell[COLUMNS - 1]);
}

static void text_side(const struct view *view, unsigned int side)
{
	int width[COLUMNS];
	const char *cell[COLUMNS];

	for (int i = 0; i < COLUMNS; i++)
		width[i] = (int)strlen(column_title[i]);
	for (size_t r = 0; r < view->sheet->count; r++) {
		if (!(view->sheet->rows[r].sides & side))
			continue;
		row_cells(view, &view->sheet->rows[r], cell);
		for (int i = 0; i < COLUMNS; i++)
			width[i] =
				(int)strlen(cell[i]) > width[i] ? (int)strlen(cell[i]) : width[i];
	}
	text_row(column_title, width);
	for (size_t r = 0; r < view->sheet->count; r++) {
		if (!(view->sheet->rows[r].sides & side))
			continue;
		row_cells(view, &view->sheet->rows[r], cell);
		text_row(cell, width);
	}
}

static void markdown_cell(const char *text)
{
	printf(" ");
	for (; *text; text++) {
		if (strchr("|\\`*_<", *text))
			putchar('\\');
		putchar(*text);
	}
	printf(" |");
}

static void markdown_side(const struct view *view, unsigned int side)
{
	const char *cell[COLUMNS];

	printf("|");
	for (int i = 0; i < COLUMNS; i++)
		printf(" %s |", column_title[i]);
	printf("\n|");
	for (int i = 0; i < COLUMNS; i++)
		printf("---|");
	printf("\n");
	for (size_t r = 0; r < view->sheet->count; r++) {
		if (!(view->sheet->rows[r].sides & side))
			continue;
		row_cells(view, &view->sheet->rows[r], cell);
		printf("|");
		for (int i = 0; i < COLUMNS; i++)
			markdown_cell(cell[i]);
		printf("\n");
	}
}

static bool zone_is_used(const struct view *view, const struct zone *zone)
{
	for (size_t r = 0; r < view->sheet->count; r++)
		if (view->sheet->rows[r].source == zone || view->sheet->rows[r].destination == zone)
			return true;
	return false;
}

static void print_zones(const struct view *view, bool markdown)
{
	printf(markdown ? "## Addresses\n\n" : "Addresses\n");
	for (size_t i = 0; i < view->policy->zone_count; i++) {
		const struct zone *zone = &view->policy->zones[i];

		if (!zone_is_used(view, zone))
			continue;
		printf(markdown ? "- **%s**: %s\n" : "  %-16s  %s\n", zone->name,
		       or_empty(address_set_text(&zone->addresses, LEGEND_MEMBERS, view->arena)));
	}
}

static void print_people(const struct view *view, bool markdown)
{
	const char *note = origin_note(view->policy);

	printf("%sOpenings for %s\n%s", markdown ? "# " : "", view->host, markdown ? "\n" : "");
	printf("in: toward this host; out: opened by it. Replies are not listed: the firewalls "
	       "keep "
	       "state.\n");
	if (note)
		printf("%s%s\n", markdown ? "\n" : "", note);
	for (size_t s = 0; s < SIDES; s++) {
		printf("\n%s%s\n%s", markdown ? "## " : "", sides[s].title, markdown ? "\n" : "");
		if (markdown)
			markdown_side(view, sides[s].side);
		else
			text_side(view, sides[s].side);
	}
	printf("\n");
	print_zones(view, markdown);
}

/* ---- CSV (RFC 4180), a record for each side and row ---- */

static void csv_field(const char *text, bool last)
{
	csv_print_field(text, false);
	fputs(last ? "\r\n" : ",", stdout);
}

static void csv_row(const struct view *view, const struct sheet_row *row, const char *side)
{
	const char *field[] = {
		side,
		row->outbound ? "out" : "in",
		row->source->name,
		address_set_text(&row->source_addresses, 0, view->arena),
		row->destination->name,
		address_set_text(&row->destination_addresses, 0, view->arena),
		row->protocol,
		source_ports(view, row),
		destination_ports(view, row),
		row->rule->name,
		row->rule->table,
		line_text(view, row),
		row->rule->purpose,
	};
	size_t count = sizeof(field) / sizeof(field[0]);

	for (size_t i = 0; i < count; i++)
		csv_field(or_empty(field[i]), i + 1 == count);
}

static void print_csv(const struct view *view)
{
	printf("side,direction,source,source_addresses,destination,destination_addresses,protocol,"
	       "source_ports,destination_ports,rule,table,origin_line,purpose\r\n");
	for (size_t s = 0; s < SIDES; s++)
		for (size_t r = 0; r < view->sheet->count; r++)
			if (view->sheet->rows[r].sides & sides[s].side)
				csv_row(view, &view->sheet->rows[r], sides[s].name);
}

/* ---- JSON: a list of the same records, addresses as lists ---- */

static json_t *json_addresses(const struct view *view, const struct address_set *set)
{
	json_t *list = json_array();

	for (size_t i = 0; i < set->count4 + set->count6; i++)
		json_array_append_new(
			list, json_string(or_empty(address_set_member_text(set, i, view->arena))));
	return list;
}

static json_t *json_row(const struct view *view, const struct sheet_row *row, const char *side)
{
	const char *line = line_text(view, row);

	return json_pack("{s:s s:s s:s s:o s:s s:o s:s s:s s:s s:s s:s s:s? s:b s:s}", "side", side,
			 "direction", row->outbound ? "out" : "in", "source", row->source->name,
			 "source_addresses", json_addresses(view, &row->source_addresses),
			 "destination", row->destination->name, "destination_addresses",
			 json_addresses(view, &row->destination_addresses), "protocol",
			 row->protocol, "source_ports", or_empty(source_ports(view, row)),
			 "destination_ports", or_empty(destination_ports(view, row)), "rule",
			 row->rule->name, "table", or_empty(row->rule->table), "origin_line",
			 *line ? line : NULL, "ftp_data", row->ftp_data, "purpose",
			 or_empty(row->rule->purpose));
}

static int print_json(const struct view *view)
{
	json_t *list = json_array();
	int err = 0;

	for (size_t s = 0; s < SIDES; s++)
		for (size_t r = 0; r < view->sheet->count; r++)
			if (view->sheet->rows[r].sides & sides[s].side)
				err |= json_array_append_new(
					list, json_row(view, &view->sheet->rows[r], sides[s].name));
	if (!err)
		err = json_dumpf(list, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	json_decref(list);
	puts("");
	return err;
}

enum format {
	FORMAT_TEXT,
	FORMAT_CSV,
	FORMAT_JSON,
	FORMAT_MARKDOWN,
};

static int format_parse(struct context *context, enum format *ret_format)
{
	enum format format = context->json ? FORMAT_JSON : FORMAT_TEXT;

	for (int i = 1; i < context->argc; i++) {
		const char *argument = context->argv[i];

		if (!strcmp(argument, "--csv"))
			format = FORMAT_CSV;
		else if (!strcmp(argument, "--json"))
			format = FORMAT_JSON;
		else if (!strcmp(argument, "--md"))
			format = FORMAT_MARKDOWN;
		else
			return usage_error(context, "unknown argument \"%s\"", argument);
	}
	*ret_format = format;
	return EXIT_DONE;
}

static int sheet_print(const struct resolved *policy, enum format format)
{
	struct arena arena CLEANUP(arena_free) = {0};
	struct sheet sheet = {0};
	struct view view = {.policy = policy, .sheet = &sheet, .arena = &arena};

	if (sheet_build(policy, &arena, &sheet)) {
		fprintf(stderr, "zonegate: sheet: out of memory\n");
		return EXIT_SYSTEM;
	}
	if (gethostname(view.host, sizeof(view.host) - 1))
		strcpy(view.host, "this host");
	if (format == FORMAT_CSV)
		print_csv(&view);
	else if (format != FORMAT_JSON)
		print_people(&view, format == FORMAT_MARKDOWN);
	else if (print_json(&view)) {
		fprintf(stderr, "zonegate: sheet: JSON: a name is not UTF-8, or memory is out\n");
		return EXIT_SYSTEM;
	}
	return EXIT_DONE;
}

int command_sheet(struct context *context)
{
	struct resolved policy CLEANUP(resolved_free) = {0};
	enum format format = FORMAT_TEXT;
	int status = format_parse(context, &format);

	if (status == EXIT_DONE)
		status = cli_load(context, &policy);
	return status == EXIT_DONE ? sheet_print(&policy, format) : status;
}
