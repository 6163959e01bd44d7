// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Zones that overlap, are cut out of each other and refer to each other; rows in every direction;
 * tcpoport lines that hide each other. Must not know how a policy is evaluated.
 */
#include "generate_policy.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ret_text = prefix and text, cut where it does not fit. */
static void text_set(char *ret_text, size_t size, const char *prefix, const char *text)
{
	size_t used = 0;

	for (; *prefix && used + 1 < size; prefix++)
		ret_text[used++] = *prefix;
	for (; *text && used + 1 < size; text++)
		ret_text[used++] = *text;
	ret_text[used] = '\0';
}

/* A few blocks, so that members meet. */
static uint32_t random_v4(struct rng *rng, bool local)
{
	static const uint32_t block[] = {0x0a140000, 0x0a140100, 0xcb007100, 0xc6336400,
					 0xac100000, 0xc0a80100, 0x2d000000};

	if (local)
		return 0xc0000200 | rng_below(rng, 32);
	if (rng_percent(rng, 5))
		return (uint32_t)rng_next(rng);
	return block[rng_below(rng, COUNT(block))] |
	       rng_below(rng, rng_percent(rng, 60) ? 32 : 65536);
}

static struct host random_v6(struct rng *rng, bool local)
{
	uint8_t byte[16] = {0x20, 0x01, 0x0d, 0xb8};

	if (!local && rng_percent(rng, 10)) {
		byte[0] = rng_percent(rng, 50) ? 0xfd : 0x2a;
		byte[1] = (uint8_t)rng_below(rng, 256);
	}
	byte[5] = local ? 0 : (uint8_t)rng_between(rng, 1, 3);
	byte[7] = (uint8_t)rng_below(rng, local ? 1 : 2);
	if (rng_percent(rng, 30))
		byte[13] = (uint8_t)rng_below(rng, 4);
	byte[15] = (uint8_t)rng_below(rng, 32);
	return host_v6(byte);
}

static void clear_tail(struct host *host, int prefix, bool ones)
{
	for (int bit = prefix; bit < (host->family == 4 ? 32 : 128); bit++) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);

		if (ones)
			host->byte[bit / 8] |= mask;
		else
			host->byte[bit / 8] &= (uint8_t)~mask;
	}
}

static void range_generate(struct rng *rng, bool local, struct member *member)
{
	bool v6 = rng_percent(rng, 40);
	struct host host = v6 ? random_v6(rng, local) : host_v4(random_v4(rng, local));
	int width = v6 ? 128 : 32, prefix;
	char first[64], last[64];

	member->kind = MEMBER_RANGE;
	member->first = member->last = host;
	host_print(&host, first, sizeof(first));
	if (rng_percent(rng, 40)) {
		snprintf(member->text, sizeof(member->text), "%s", first);
		return;
	}
	if (rng_percent(rng, 60)) {
		prefix = local ? width - (int)rng_below(rng, 5)
			       : (int)rng_between(rng, (uint32_t)(v6 ? 29 : 7), (uint32_t)width);
		clear_tail(&member->first, prefix, false);
		clear_tail(&member->last, prefix, true);
		host_print(&member->first, first, sizeof(first));
		snprintf(member->text, sizeof(member->text), "%s/%d", first, prefix);
		return;
	}
	for (uint32_t steps = rng_below(rng, local ? 8 : 300); steps; steps--)
		member->last = host_next(member->last, 1);
	if (host_compare(&member->first, &member->last) > 0)
		member->last = member->first;
	host_print(&member->last, last, sizeof(last));
	snprintf(member->text, sizeof(member->text), "%s-%s", first, last);
}

static void member_generate(struct rng *rng, struct model *model, int zone, bool local,
			    struct member *member)
{
	uint32_t dice = rng_below(rng, 100);

	memset(member, 0, sizeof(*member));
	if (!local && dice < 12) {
		member->kind = MEMBER_ANY;
		snprintf(member->text, sizeof(member->text), "any");
	} else if (!local && dice < 20) {
		member->kind = dice < 17 ? MEMBER_PRIVATE : MEMBER_BOGONS;
		snprintf(member->text, sizeof(member->text), dice < 17 ? "private" : "bogons");
	} else if (zone > 0 && dice < 38) {
		member->kind = MEMBER_ZONE;
		member->ref = (int)rng_below(rng, (uint32_t)zone);
		text_set(member->text, sizeof(member->text), "@", model->zone[member->ref].name);
	} else if (!local && model->lists && dice < 46) {
		member->kind = MEMBER_LIST;
		member->ref = (int)rng_below(rng, (uint32_t)model->lists);
		text_set(member->text, sizeof(member->text), "file:lists/",
			 model->list[member->ref].name);
	} else {
		range_generate(rng, local, member);
	}
}

static void zone_generate(struct rng *rng, struct model *model, int zone, bool local)
{
	struct members *members = &model->zone[zone];
	int count = (int)rng_between(rng, 1, 5);

	members->local = local;
	snprintf(members->name, sizeof(members->name), "%s%d", local ? "edge" : "zone", zone);
	for (int i = 0; i < count; i++) {
		struct member *member = &members->member[members->count++];

		member_generate(rng, model, zone, local, member);
		member->negated = i > 0 && rng_percent(rng, 30);
	}
	/* A host may be everything: rare, and legal. */
	if (local && rng_percent(rng, 2)) {
		members->member[0] = (struct member){.kind = MEMBER_ANY, .text = "any"};
	}
	if (rng_percent(rng, 12) && !local)
		snprintf(members->interface, sizeof(members->interface), "%s",
			 rng_percent(rng, 50) ? "lo" : "other0");
}

static void list_generate(struct rng *rng, struct model *model)
{
	struct members *list = &model->list[model->lists];

	snprintf(list->name, sizeof(list->name), "list%d.txt", model->lists);
	list->count = (int)rng_between(rng, 1, 20);
	for (int i = 0; i < list->count; i++)
		range_generate(rng, false, &list->member[i]);
	model->lists++;
}

static uint32_t random_port(struct rng *rng)
{
	static const uint16_t known[] = {20,	21,    22,    25,    80,    443,   444,
					 1080,	8088,  8093,  10443, 20021, 20022, 1024,
					 50000, 50100, 65535, 1,     389,   3268};

	if (rng_percent(rng, 75))
		return known[rng_below(rng, COUNT(known))];
	return rng_between(rng, 1, 65535);
}

/* One port text in one of the vendor's manners. */
static void range_text(struct rng *rng, const struct span *range, char *ret_text, size_t size)
{
	static const char *const between[] = {"-", " to ", " through ", " - "};

	if (range->first == range->last)
		snprintf(ret_text, size, "%u", range->first);
	else
		snprintf(ret_text, size, "%u%s%u", range->first,
			 between[rng_below(rng, COUNT(between))], range->last);
}

static void ports_generate(struct rng *rng, bool types, struct span *range, int *ret_ranges,
			   char *ret_text, size_t size)
{
	static const char *const among[] = {", ", " or "};
	int count = rng_percent(rng, 60) ? 1 : (int)rng_between(rng, 2, 5);
	size_t used = 0;

	for (int i = 0; i < count; i++) {
		struct span *ports = &range[i];
		char text[40];

		ports->first = types ? rng_below(rng, 20) : random_port(rng);
		if (types && rng_percent(rng, 50))
			ports->first = rng_between(rng, 126, 150);
		ports->last = ports->first;
		if (rng_percent(rng, 40)) {
			ports->last = types ? ports->first + rng_below(rng, 10) : random_port(rng);
			if (ports->last < ports->first) {
				uint32_t swap = ports->first;

				ports->first = ports->last;
				ports->last = swap;
			}
		}
		range_text(rng, ports, text, sizeof(text));
		used += (size_t)snprintf(ret_text + used, size - used, "%s%s",
					 i ? among[rng_below(rng, COUNT(among))] : "", text);
	}
	if (rng_percent(rng, 10))
		snprintf(ret_text + used, size - used, " (range set on the Edge)");
	*ret_ranges = count;
}

struct protocol_label {
	const char *label;
	int proto;
	bool ftp;
	uint32_t weight;
};

static const struct protocol_label labels[] = {
	{"tcp", 6, false, 30},		{"FTP(S)", 6, true, 15},
	{"HTTPS", 6, false, 8},		{"SSH", 6, false, 5},
	{"udp", 17, false, 15},		{"TCP and UDP", PROTO_TCP_UDP, false, 8},
	{"icmp", 1, false, 8},		{"icmpv6", 58, false, 8},
	{"esp", 50, false, 4},		{"gre", 47, false, 4},
	{"ah", 51, false, 2},		{"112", 112, false, 2},
	{"igmp", 2, false, 2},		{"SNMP (UDP)", 17, false, 3},
	{"any", PROTO_EVERY, false, 3},
};

static const struct protocol_label *label_generate(struct rng *rng)
{
	uint32_t sum = 0, dice;

	for (size_t i = 0; i < COUNT(labels); i++)
		sum += labels[i].weight;
	dice = rng_below(rng, sum);
	for (size_t i = 0; i < COUNT(labels); i++) {
		if (dice < labels[i].weight)
			return &labels[i];
		dice -= labels[i].weight;
	}
	return &labels[0];
}

static void row_groups(struct rng *rng, struct model *model, int locals, struct row *row)
{
	int zones[2];

	/* One of the two is usually this host. */
	zones[0] = (int)rng_below(rng, (uint32_t)(rng_percent(rng, 85) ? locals : model->zones));
	zones[1] = (int)rng_below(rng, (uint32_t)model->zones);
	if (rng_percent(rng, 50)) {
		int swap = zones[0];

		zones[0] = zones[1];
		zones[1] = swap;
	}
	row->source = zones[0];
	row->destination = zones[1];
	text_set(row->source_text, MODEL_NAME, "", model->zone[zones[0]].name);
	text_set(row->destination_text, MODEL_NAME, "", model->zone[zones[1]].name);
}

static void row_generate(struct rng *rng, struct model *model, int locals)
{
	static const char *const directions[] = {"inbound", "outbound", "both"};
	struct row *row = &model->row[model->rows];
	const struct protocol_label *label = label_generate(rng);
	bool has_ports = label->proto == 6 || label->proto == 17 || label->proto == PROTO_TCP_UDP;
	bool types = label->proto == 1 || label->proto == 58, both;

	snprintf(row->name, sizeof(row->name), "%d", model->rows + 1);
	row->table = (int)rng_below(rng, (uint32_t)model->tables);
	/* Rows are in the order of tables: the row before decides the least. */
	if (model->rows && row->table < model->row[model->rows - 1].table)
		row->table = model->row[model->rows - 1].table;
	row_groups(rng, model, locals, row);
	snprintf(row->protocol, sizeof(row->protocol), "%s", label->label);
	row->proto = label->proto;
	row->ftp = label->ftp;
	if ((has_ports && rng_percent(rng, 95)) || (types && rng_percent(rng, 70)))
		ports_generate(rng, types, row->range, &row->ranges, row->ports,
			       sizeof(row->ports));
	else if (has_ports)
		snprintf(row->ports, sizeof(row->ports), "any");
	both = row->source == row->destination || row->source >= locals ||
	       row->destination >= locals;
	snprintf(row->direction, sizeof(row->direction), "%s",
		 directions[rng_below(rng, both && rng_percent(rng, 20) ? 3 : 2)]);
	if (has_ports && rng_percent(rng, 8)) {
		row->overridden = true;
		ports_generate(rng, false, row->range, &row->ranges, row->override_ports,
			       sizeof(row->override_ports));
	}
	row->disabled = rng_percent(rng, 6);
	model->rows++;
}

static void line_address(struct rng *rng, struct origin *line, char *ret_text, size_t size)
{
	uint32_t address = random_v4(rng, false);
	char octet[4][8];

	for (int i = 0; i < 4; i++) {
		line->octet[i] = (int)(address >> (24 - 8 * i) & 0xff);
		if (rng_percent(rng, i == 3 ? 70 : 35))
			line->octet[i] = -1;
		snprintf(octet[i], sizeof(octet[i]), line->octet[i] < 0 ? "*" : "%d",
			 line->octet[i]);
	}
	snprintf(ret_text, size, "%s.%s.%s.%s", octet[0], octet[1], octet[2], octet[3]);
}

/* zonegate's extension: an IPv6 address or prefix in brackets. */
static void line_address6(struct rng *rng, struct origin *line, char *ret_text, size_t size)
{
	char address[64];

	line->ipv6 = true;
	line->prefix = rng_percent(rng, 40) ? 128 : (int)rng_between(rng, 30, 127);
	line->net = random_v6(rng, false);
	clear_tail(&line->net, line->prefix, false);
	host_print(&line->net, address, sizeof(address));
	if (line->prefix == 128)
		snprintf(ret_text, size, "[%s]", address);
	else
		snprintf(ret_text, size, "[%s/%d]", address, line->prefix);
}

static void line_generate(struct rng *rng, struct model *model)
{
	static const char *const blanks[] = {" ", "  ", "\t"};
	struct origin *line = &model->line[model->lines++];
	char address[80], to[32], from[32];

	memset(line, 0, sizeof(*line));
	line->negated = rng_percent(rng, 30);
	if (rng_percent(rng, 25))
		line_address6(rng, line, address, sizeof(address));
	else
		line_address(rng, line, address, sizeof(address));
	line->to = (struct span){0, 65535};
	snprintf(to, sizeof(to), "*");
	if (rng_percent(rng, 70)) {
		line->to.first = line->to.last = random_port(rng);
		if (rng_percent(rng, 40))
			line->to.last = rng_between(rng, line->to.first, 65535);
		snprintf(to, sizeof(to), "%u", line->to.first);
		if (line->to.last != line->to.first)
			snprintf(to, sizeof(to), "%u-%u", line->to.first, line->to.last);
	}
	snprintf(from, sizeof(from), "0");
	if (rng_percent(rng, 85)) {
		line->from.first = line->from.last = rng_between(rng, 1, 65535);
		if (rng_percent(rng, 80))
			line->from.last = rng_between(rng, line->from.first, 65535);
		snprintf(from, sizeof(from), "%u", line->from.first);
		if (line->from.last != line->from.first)
			snprintf(from, sizeof(from), "%u-%u", line->from.first, line->from.last);
	}
	snprintf(line->text, sizeof(line->text), "%s%s%s%s%s:%s%s", line->negated ? "!" : "",
		 line->negated && rng_percent(rng, 70) ? " " : "", address,
		 blanks[rng_below(rng, COUNT(blanks))], to, rng_percent(rng, 70) ? " " : "", from);
}

static void settings_generate(struct rng *rng, struct model *model)
{
	model->audit = rng_percent(rng, 8);
	model->ingress_pass = rng_percent(rng, 8);
	model->egress_pass = rng_percent(rng, 20);
	model->echo_per_s = rng_percent(rng, 30) ? 0 : 1;
	model->origin_says = (enum origin_says)rng_below(rng, 4);
	if (rng_percent(rng, 40)) {
		model->ethertype[0] = 0x88cc;
		model->ethertypes = 1;
	}
	if (model->ethertypes && rng_percent(rng, 50)) {
		model->ethertype[1] = 0x888e;
		model->ethertypes = 2;
	}
	for (model->selves = 0; model->selves < (int)rng_below(rng, 4); model->selves++) {
		bool local = rng_percent(rng, 80);

		model->self[model->selves] = rng_percent(rng, 40) ? random_v6(rng, local)
								  : host_v4(random_v4(rng, local));
	}
	snprintf(model->interfaces, sizeof(model->interfaces), "lo other0");
}

void policy_generate(struct rng *rng, struct model *ret_model)
{
	struct model *model = ret_model;
	int locals = (int)rng_between(rng, 1, 3), rows = (int)rng_between(rng, 1, 24);

	memset(model, 0, sizeof(*model));
	for (uint32_t lists = rng_below(rng, 3); lists; lists--)
		list_generate(rng, model);
	for (; model->zones < locals; model->zones++)
		zone_generate(rng, model, model->zones, true);
	for (uint32_t remotes = rng_between(rng, 1, 9); remotes; remotes--) {
		zone_generate(rng, model, model->zones, false);
		model->zones++;
	}
	model->components_given = rng_percent(rng, 85);
	for (int i = 0; i < model->zones && model->components_given; i++)
		model->zone[i].component = i == 0 || rng_percent(rng, i < locals ? 90 : 25);
	model->tables = (int)rng_between(rng, 1, 3);
	for (int i = 0; i < model->tables; i++)
		snprintf(model->table[i], sizeof(model->table[i]), "table%d", i + 1);
	while (rows--)
		row_generate(rng, model, locals);
	if (rng_percent(rng, 75))
		for (uint32_t lines = rng_below(rng, 10); lines; lines--)
			line_generate(rng, model);
	settings_generate(rng, model);
	model_finish(model);
}
