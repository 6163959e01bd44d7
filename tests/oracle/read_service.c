// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The vendor's ways to write protocols and ports, and tcpoport.ini (reference/tcpoport.md). Reads
 * generously: what is an error there has been refused by zonegate before.
 */
#include "read_service.h"

#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void service_read_protocol(struct row *row)
{
	static const struct {
		const char *label;
		int proto;
	} known[] = {
		{"icmp", 1},
		{"igmp", 2},
		{"gre", 47},
		{"esp", 50},
		{"ah", 51},
		{"icmpv6", 58},
		{"vrrp", 112},
		{"any", PROTO_EVERY},
		{"ntp", 17},
		{"dhcp", 17},
		{"dns", PROTO_TCP_UDP},
		{"syslog", 17},
	};

	row->ftp = strncasecmp(row->protocol, "ftp", 3) == 0;
	if (isdigit((unsigned char)row->protocol[0])) {
		row->proto = atoi(row->protocol);
		return;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcasecmp(row->protocol, known[i].label) == 0) {
			row->proto = known[i].proto;
			return;
		}
	}
	row->proto = 6;
	if (strcasestr(row->protocol, "udp"))
		row->proto = strcasestr(row->protocol, "tcp") ? PROTO_TCP_UDP : 17;
}

void service_read_ports(struct row *row, const char *text)
{
	static const struct {
		const char *name;
		uint32_t v4, v6;
	} types[] = {{"echo-request", 8, 128}, {"echo-reply", 0, 129}};
	bool open_range = false;

	row->ranges = 0;
	for (const char *at = text; *at;) {
		if (*at == '(') {
			at += strcspn(at, ")");
		} else if (isdigit((unsigned char)*at)) {
			uint32_t number = (uint32_t)strtoul(at, (char **)&at, 10);

			if (open_range) {
				row->range[row->ranges - 1].last = number;
			} else {
				if (row->ranges == MODEL_RANGES)
					errx(3, "too many ports: %s", text);
				row->range[row->ranges++] = (struct span){number, number};
			}
			open_range = false;
		} else if (*at == '-' || strncmp(at, "to ", 3) == 0 ||
			   strncmp(at, "through ", 8) == 0) {
			open_range = row->ranges > 0;
			at += *at == '-' ? 1 : strcspn(at, " ");
		} else {
			at++;
		}
	}
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!row->ranges && strcasecmp(text, types[i].name) == 0)
			row->range[row->ranges++] =
				row->proto == 1 ? (struct span){types[i].v4, types[i].v4}
						: (struct span){types[i].v6, types[i].v6};
	row->missing = row->ranges == 0 && strcasestr(text, "transfer site");
}

static struct span range_of(const char *text)
{
	unsigned int first, last;

	if (sscanf(text, "%u-%u", &first, &last) == 2)
		return (struct span){first, last};
	if (sscanf(text, "%u", &first) == 1)
		return (struct span){first, first};
	errx(3, "tcpoport.ini: ports not understood: %s", text);
}

static void pattern_read(struct origin *line, const char *text)
{
	char octet[4][4];

	line->named = sscanf(text, "%3[0-9*].%3[0-9*].%3[0-9*].%3[0-9*]", octet[0], octet[1],
			     octet[2], octet[3]) != 4;
	for (int i = 0; i < 4 && !line->named; i++)
		line->octet[i] = octet[i][0] == '*' ? -1 : atoi(octet[i]);
}

/* "2001:db8::1]", "2001:db8::/32]" */
static void net_read(struct origin *line, char *text)
{
	char *slash = strchr(text, '/');

	text[strcspn(text, "]")] = '\0';
	line->ipv6 = true;
	line->prefix = slash ? atoi(slash + 1) : 128;
	if (slash)
		*slash = '\0';
	if (!host_parse(text, &line->net))
		errx(3, "tcpoport.ini: address not understood: %s", text);
}

void service_read_origin(struct model *model, const char *text)
{
	char address[256], to[64], from[64];
	struct origin *line = &model->line[model->lines];

	text += strspn(text, " \t\r\n");
	if (!*text || *text == '#' || *text == ';')
		return;
	if (model->lines == MODEL_LINES)
		errx(3, "too many tcpoport lines");
	memset(line, 0, sizeof(*line));
	snprintf(line->text, sizeof(line->text), "%.*s", (int)strcspn(text, "\r\n"), text);
	if (*text == '!') {
		line->negated = true;
		text += 1 + strspn(text + 1, " \t");
	}
	if (sscanf(text, "%255s %63[0-9*-] : %63[0-9-]", address, to, from) != 3)
		errx(3, "tcpoport.ini not understood: %s", text);
	if (address[0] == '[')
		net_read(line, address + 1);
	else
		pattern_read(line, address);
	line->to = to[0] == '*' ? (struct span){0, 65535} : range_of(to);
	line->from = range_of(from);
	model->lines++;
}
