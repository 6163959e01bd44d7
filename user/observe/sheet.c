/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a policy to the openings that the firewalls around this host need. Owns how rows follow from
 * rules and tcpoport lines; the sides are sheet_side.c, the formats cli/sheet.c.
 */
#include "observe/sheet.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <zonegate/tables.h>

#include "observe/origin_parts.h"
#include "util/vec.h"

struct build {
	const struct resolved *policy;
	struct arena *arena;
	struct sheet sheet;
	size_t capacity;
	struct port_range ftp_data[ZG_FTP_PORTS_MAX]; /* L-1 of the control ports */
	size_t ftp_data_ports;
};

static int row_add(struct build *build, const struct sheet_row *row)
{
	struct sheet *sheet = &build->sheet;
	void *rows = vec_extend(build->arena, sheet->rows, sheet->count, &build->capacity,
				sizeof(*sheet->rows));

	if (!rows)
		return -ENOMEM;
	sheet->rows = rows;
	sheet->rows[sheet->count++] = *row;
	return 0;
}

static bool accepts(const struct rule *rule)
{
	return (rule->role == ROLE_ACCEPT || rule->role == ROLE_BOTH) && rule->accept_remote >= 0 &&
	       rule->accept_local >= 0;
}

static bool opens(const struct rule *rule)
{
	return (rule->role == ROLE_OPEN || rule->role == ROLE_BOTH) && rule->open_remote >= 0 &&
	       rule->open_local >= 0;
}

/* L-1 for every single port of an FTP rule that this host accepts (docs/design.md). */
static void ftp_data_ports_collect(struct build *build)
{
	for (size_t i = 0; i < build->policy->rule_count; i++) {
		const struct rule *rule = &build->policy->rules[i];

		for (size_t p = 0; rule->ftp && accepts(rule) && p < rule->port_ranges; p++) {
			uint16_t port = rule->ports[p].first;

			if (port != rule->ports[p].last || port < 2 ||
			    build->ftp_data_ports == ZG_FTP_PORTS_MAX)
				continue;
			build->ftp_data[build->ftp_data_ports++] =
				(struct port_range){port - 1, port - 1};
		}
	}
}

static const char *proto_name(uint8_t proto, struct arena *arena)
{
	switch (proto) {
	case IPPROTO_ICMP:
		return "icmp";
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_GRE:
		return "gre";
	case IPPROTO_ESP:
		return "esp";
	case IPPROTO_AH:
		return "ah";
	case IPPROTO_ICMPV6:
		return "icmpv6";
	case IPPROTO_SCTP:
		return "sctp";
	}
	return arena_printf(arena, "ip protocol %u", proto);
}

/* The families that both ends have: IPv4 does not speak with IPv6. */
static void families_match(struct sheet_row *row)
{
	struct address_set *source = &row->source_addresses,
			   *destination = &row->destination_addresses;

	if (!source->count4 || !destination->count4)
		source->count4 = destination->count4 = 0;
	if (!source->count6 || !destination->count6)
		source->count6 = destination->count6 = 0;
}

static int rows_inbound(struct build *build, const struct rule *rule, const char *protocol)
{
	const struct zone *zones = build->policy->zones;
	struct sheet_row row = {
		.sides = sheet_zone_sides(build->policy, rule->accept_remote),
		.rule = rule,
		.source = &zones[rule->accept_remote],
		.destination = &zones[rule->accept_local],
		.source_addresses = zones[rule->accept_remote].addresses,
		.destination_addresses = zones[rule->accept_local].addresses,
		.protocol = protocol,
		.destination_ports = rule->ports,
		.destination_port_ranges = rule->port_ranges,
	};

	families_match(&row);
	return address_set_is_empty(&row.source_addresses) ? 0 : row_add(build, &row);
}

static bool is_every_port(const struct origin_part *part)
{
	return part->port_ranges == 1 && part->ports[0].first == 0 && part->ports[0].last == 65535;
}

static bool same_but_addresses(const struct origin_part *a, const struct origin_part *b)
{
	return a->line == b->line && a->port_ranges == b->port_ranges &&
	       !memcmp(a->ports, b->ports, a->port_ranges * sizeof(*a->ports));
}

/* Adds b's addresses to a's. */
static int part_join(struct build *build, struct origin_part *a, const struct origin_part *b)
{
	struct address_set_builder builder = {0};
	int err = address_set_builder_add_set(&builder, &a->addresses);

	if (!err)
		err = address_set_builder_add_set(&builder, &b->addresses);
	if (!err)
		err = address_set_build(&builder, build->arena, &a->addresses);
	address_set_builder_free(&builder);
	return err;
}

/* A line that leaves the choice to the system asks nothing of a firewall: as if it were none. */
static int parts_join(struct build *build, struct origin_parts *parts)
{
	size_t kept = 0;
	int err = 0;

	for (size_t i = 0; i < parts->count && !err; i++) {
		struct origin_part *part = &parts->list[i];
		size_t same = 0;

		if (part->line && !part->line->origin.first && !part->line->origin.last)
			part->line = NULL;
		while (same < kept && !same_but_addresses(&parts->list[same], part))
			same++;
		if (same < kept)
			err = part_join(build, &parts->list[same], part);
		else
			parts->list[kept++] = *part;
	}
	parts->count = kept;
	return err;
}

/* TCP that this host opens: a row for every tcpoport line that speaks for a part of it. */
static int rows_by_line(struct build *build, const struct sheet_row *whole)
{
	struct origin_parts parts = {0};
	int err = origin_parts_build(build->policy, &whole->destination_addresses,
				     whole->destination_ports, whole->destination_port_ranges,
				     build->arena, &parts);

	if (!err)
		err = parts_join(build, &parts);
	for (size_t i = 0; !err && i < parts.count; i++) {
		const struct origin_part *part = &parts.list[i];
		struct sheet_row row = *whole;

		row.line = part->line;
		row.destination_addresses = part->addresses;
		row.destination_ports = part->ports;
		row.destination_port_ranges = is_every_port(part) ? 0 : part->port_ranges;
		if (part->line) {
			row.source_ports = &part->line->origin;
			row.source_port_ranges = 1;
		}
		families_match(&row);
		err = row_add(build, &row);
	}
	return err;
}

/*
 * FTP data in active mode is what this host opens toward the row's source, its client (row 2);
 * where the row's source is this host (rows 33, 34) it is the client itself and connects as others
 * do.
 */
static bool is_ftp_active(const struct build *build, const struct rule *rule)
{
	return rule->ftp && build->ftp_data_ports && rule->open_remote == rule->source;
}

static int rows_outbound(struct build *build, const struct rule *rule, const char *protocol)
{
	const struct zone *zones = build->policy->zones;
	struct sheet_row row = {
		.sides = sheet_zone_sides(build->policy, rule->open_remote),
		.outbound = true,
		.rule = rule,
		.source = &zones[rule->open_local],
		.destination = &zones[rule->open_remote],
		.source_addresses = zones[rule->open_local].addresses,
		.destination_addresses = zones[rule->open_remote].addresses,
		.protocol = protocol,
		.destination_ports = rule->ports,
		.destination_port_ranges = rule->port_ranges,
	};

	families_match(&row);
	if (address_set_is_empty(&row.source_addresses))
		return 0;
	if (is_ftp_active(build, rule)) {
		row.source_ports =
			arena_alloc(build->arena, build->ftp_data_ports, sizeof(*row.source_ports));
		if (!row.source_ports)
			return -ENOMEM;
		memcpy((void *)row.source_ports, build->ftp_data,
		       build->ftp_data_ports * sizeof(*row.source_ports));
		row.source_port_ranges = build->ftp_data_ports;
		row.ftp_data = true;
		return row_add(build, &row);
	}
	if (build->policy->settings.origin_mode == ORIGIN_OFF || strcmp(protocol, "tcp") != 0)
		return row_add(build, &row);
	return rows_by_line(build, &row);
}

static int rule_rows(struct build *build, const struct rule *rule)
{
	const char *protocols[2] = {"tcp", "udp"};
	size_t count = 2;
	int err = 0;

	if (rule->kind != PROTOCOL_TCP_UDP) {
		protocols[0] =
			rule->kind == PROTOCOL_ANY ? "any" : proto_name(rule->proto, build->arena);
		count = 1;
	}
	if (!protocols[0])
		return -ENOMEM;
	for (size_t i = 0; !err && accepts(rule) && i < count; i++)
		err = rows_inbound(build, rule, protocols[i]);
	for (size_t i = 0; !err && opens(rule) && i < count; i++)
		err = rows_outbound(build, rule, protocols[i]);
	return err;
}

int sheet_build(const struct resolved *policy, struct arena *arena, struct sheet *ret_sheet)
{
	struct build build = {.policy = policy, .arena = arena};
	int err = 0;

	ftp_data_ports_collect(&build);
	for (size_t i = 0; !err && i < policy->rule_count; i++)
		err = rule_rows(&build, &policy->rules[i]);
	if (!err)
		*ret_sheet = build.sheet;
	return err;
}
