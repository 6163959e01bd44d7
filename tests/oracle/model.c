// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The naive answers: every question walks everything, in the words of reference/rule-tables.md and
 * reference/tcpoport.md. Owns no parsing and no packets. Must not know how zonegate finds the same.
 */
#include "model.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include <zonegate/reasons.h>

static size_t host_size(const struct host *host)
{
	return host->family == 4 ? 4 : 16;
}

bool host_equal(const struct host *a, const struct host *b)
{
	return a->family == b->family && memcmp(a->byte, b->byte, host_size(a)) == 0;
}

int host_compare(const struct host *a, const struct host *b)
{
	return memcmp(a->byte, b->byte, host_size(a));
}

struct host host_v4(uint32_t address)
{
	struct host host = {.family = 4};

	for (int i = 0; i < 4; i++)
		host.byte[i] = (uint8_t)(address >> (24 - 8 * i));
	return host;
}

struct host host_v6(const uint8_t *byte)
{
	struct host host = {.family = 6};

	memcpy(host.byte, byte, 16);
	return host;
}

struct host host_next(struct host host, int step)
{
	for (int i = (int)host_size(&host) - 1; i >= 0; i--) {
		host.byte[i] = (uint8_t)(host.byte[i] + step);
		if (host.byte[i] != (step > 0 ? 0x00 : 0xff))
			break;
	}
	return host;
}

void host_print(const struct host *host, char *ret_text, size_t size)
{
	inet_ntop(host->family == 4 ? AF_INET : AF_INET6, host->byte, ret_text, (socklen_t)size);
}

bool host_parse(const char *text, struct host *ret_host)
{
	struct host host = {.family = strchr(text, ':') ? 6 : 4};

	if (inet_pton(host.family == 4 ? AF_INET : AF_INET6, text, host.byte) != 1)
		return false;
	*ret_host = host;
	return true;
}

bool host_in_prefix(const struct host *host, const struct host *net, int prefix)
{
	if (host->family != net->family)
		return false;
	for (int bit = 0; bit < prefix; bit++) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);

		if ((host->byte[bit / 8] & mask) != (net->byte[bit / 8] & mask))
			return false;
	}
	return true;
}

struct net {
	const char *address;
	int prefix;
};

/* RFC 1918, RFC 4193 */
static const struct net private[] = {
	{"10.0.0.0", 8}, {"172.16.0.0", 12}, {"192.168.0.0", 16}, {"fc00::", 7}};

/* IANA's special-purpose registries (RFC 6890): not globally reachable; and multicast. */
static const struct net bogons[] = {
	{"0.0.0.0", 8},	     {"10.0.0.0", 8},	 {"100.64.0.0", 10},   {"127.0.0.0", 8},
	{"169.254.0.0", 16}, {"172.16.0.0", 12}, {"192.0.0.0", 24},    {"192.0.2.0", 24},
	{"192.168.0.0", 16}, {"198.18.0.0", 15}, {"198.51.100.0", 24}, {"203.0.113.0", 24},
	{"224.0.0.0", 4},    {"240.0.0.0", 4},	 {"::", 127},	       {"::ffff:0:0", 96},
	{"64:ff9b:1::", 48}, {"100::", 64},	 {"2001::", 23},       {"2001:db8::", 32},
	{"2002::", 16},	     {"3fff::", 20},	 {"5f00::", 16},       {"fc00::", 7},
	{"fe80::", 10},	     {"ff00::", 8},
};

/* RFC 1122 3.2.1.3, RFC 4291 2.5, RFC 4942 2.2 */
static const struct net martians[] = {
	{"0.0.0.0", 8}, {"127.0.0.0", 8}, {"224.0.0.0", 4},   {"240.0.0.0", 4},
	{"::", 128},	{"::1", 128},	  {"::ffff:0:0", 96}, {"ff00::", 8},
};

static bool in_nets(const struct host *host, const struct net *nets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct host net;

		if (host_parse(nets[i].address, &net) && host_in_prefix(host, &net, nets[i].prefix))
			return true;
	}
	return false;
}

static bool members_have(const struct model *model, const struct members *members,
			 const struct host *host, int depth);

static bool member_has(const struct model *model, const struct member *member,
		       const struct host *host, int depth)
{
	switch (member->kind) {
	case MEMBER_RANGE:
		return member->first.family == host->family &&
		       host_compare(&member->first, host) <= 0 &&
		       host_compare(host, &member->last) <= 0;
	case MEMBER_ANY:
		return true;
	case MEMBER_PRIVATE:
		return in_nets(host, private, sizeof(private) / sizeof(private[0]));
	case MEMBER_BOGONS:
		return in_nets(host, bogons, sizeof(bogons) / sizeof(bogons[0]));
	case MEMBER_ZONE:
		return members_have(model, &model->zone[member->ref], host, depth + 1);
	case MEMBER_LIST:
		return members_have(model, &model->list[member->ref], host, depth + 1);
	case MEMBER_NOTHING:
		return false;
	}
	return false;
}

/* The union of the plain members less the union of those with '!'. */
static bool members_have(const struct model *model, const struct members *members,
			 const struct host *host, int depth)
{
	bool plain = false, negated = false;

	if (depth > MODEL_ZONES)
		return false;
	for (int i = 0; i < members->count; i++) {
		const struct member *member = &members->member[i];

		if (!member_has(model, member, host, depth))
			continue;
		if (member->negated)
			negated = true;
		else
			plain = true;
	}
	return plain && !negated;
}

bool zone_has(const struct model *model, int zone, const struct host *host)
{
	return members_have(model, &model->zone[zone], host, 0);
}

bool model_is_local(const struct model *model, const struct host *host)
{
	for (int i = 0; i < model->zones; i++)
		if (model->zone[i].local && zone_has(model, i, host))
			return true;
	return false;
}

static bool is_component(const struct model *model, int zone)
{
	return !model->components_given || model->zone[zone].component;
}

static void opens_to(const struct model *model, int opener, int listener, struct here *here)
{
	if (model->zone[listener].local) {
		here->accept = true;
		here->accept_remote[here->accepts] = opener;
		here->accept_local[here->accepts++] = listener;
	}
	if (model->zone[opener].local) {
		here->open = true;
		here->open_remote[here->opens] = listener;
		here->open_local[here->opens++] = opener;
	}
}

/* "Who opens the connection": direction is seen from the component; from the source where both
 * are one, or neither is. */
void row_here(const struct model *model, const struct row *row, struct here *ret_here)
{
	int component = row->source, other = row->destination;

	memset(ret_here, 0, sizeof(*ret_here));
	if (row->disabled || row->source < 0 || row->destination < 0)
		return;
	if (!is_component(model, row->source) && is_component(model, row->destination)) {
		component = row->destination;
		other = row->source;
	}
	if (strcmp(row->direction, "outbound") == 0 || strcmp(row->direction, "both") == 0)
		opens_to(model, component, other, ret_here);
	if (strcmp(row->direction, "inbound") == 0 || strcmp(row->direction, "both") == 0)
		opens_to(model, other, component, ret_here);
}

uint32_t row_port_count(const struct row *row)
{
	uint32_t count = 0;

	if (row->ranges == 0)
		return 65536;
	for (uint32_t port = 0; port < 65536; port++) {
		bool in = false;

		for (int i = 0; i < row->ranges; i++)
			in = in || (row->range[i].first <= port && port <= row->range[i].last);
		count += in;
	}
	return count;
}

void model_finish(struct model *model)
{
	for (int i = 0; i < model->rows; i++)
		model->row[i].port_count = row_port_count(&model->row[i]);
}

static bool row_has_port(const struct row *row, unsigned int port)
{
	if (row->ranges == 0)
		return true;
	for (int i = 0; i < row->ranges; i++)
		if (row->range[i].first <= port && port <= row->range[i].last)
			return true;
	return false;
}

static bool row_has_proto(const struct row *row, int proto)
{
	if (row->proto == PROTO_EVERY)
		return true;
	if (row->proto == PROTO_TCP_UDP)
		return proto == 6 || proto == 17;
	return row->proto == proto;
}

static bool pairs_have(const struct model *model, const int *remotes, const int *locals, int count,
		       const struct host *remote, const struct host *local)
{
	for (int i = 0; i < count; i++)
		if (zone_has(model, remotes[i], remote) && zone_has(model, locals[i], local))
			return true;
	return false;
}

static bool row_permits(const struct model *model, const struct row *row, enum asks asks,
			const struct host *remote, const struct host *local)
{
	struct here here;

	row_here(model, row, &here);
	switch (asks) {
	case ASKS_ACCEPT:
		return here.accept && pairs_have(model, here.accept_remote, here.accept_local,
						 here.accepts, remote, local);
	case ASKS_FTP:
		if (!row->ftp)
			return false;
		/* fall through */
	case ASKS_OPEN:
		return here.open && pairs_have(model, here.open_remote, here.open_local, here.opens,
					       remote, local);
	}
	return false;
}

int model_find(const struct model *model, enum asks asks, const struct host *remote,
	       const struct host *local, int proto, unsigned int port)
{
	bool has_ports = proto == 6 || proto == 17 || proto == 1 || proto == 58;
	uint32_t best_count = 0;
	int best = -1;

	for (int i = 0; i < model->rows; i++) {
		const struct row *row = &model->row[i];
		uint32_t count;

		if (!row_has_proto(row, proto) || (has_ports && !row_has_port(row, port)) ||
		    !row_permits(model, row, asks, remote, local))
			continue;
		count = row->port_count;
		if (best < 0 || count < best_count) {
			best = i;
			best_count = count;
		}
	}
	return best;
}

/* In a zone that is bound to a NIC, and in none that is bound to this one. */
static bool is_elsewhere(const struct model *model, const struct host *host, const char *interface)
{
	bool bound = false, bound_here = false;

	for (int i = 0; i < model->zones; i++) {
		if (!model->zone[i].interface[0] || !zone_has(model, i, host))
			continue;
		bound = true;
		if (strcmp(model->zone[i].interface, interface) == 0)
			bound_here = true;
	}
	return bound && !bound_here;
}

int model_address_reason(const struct model *model, const struct host *remote,
			 const struct host *local, const char *interface)
{
	if (in_nets(remote, martians, sizeof(martians) / sizeof(martians[0])))
		return ZG_R_MARTIAN;
	for (int i = 0; i < model->selves; i++)
		if (host_equal(&model->self[i], remote))
			return ZG_R_SPOOFED_LOCAL;
	if (is_elsewhere(model, remote, interface))
		return ZG_R_SPOOFED_INTERFACE;
	if (!model_is_local(model, local))
		return ZG_R_NOT_LOCAL;
	return 0;
}

static bool line_has_address(const struct origin *line, const struct host *host)
{
	if (line->ipv6)
		return host_in_prefix(host, &line->net, line->prefix);
	if (host->family != 4)
		return false;
	for (int i = 0; i < 4; i++)
		if (line->octet[i] >= 0 && line->octet[i] != host->byte[i])
			return false;
	return true;
}

int model_line(const struct model *model, const struct host *destination, unsigned int port)
{
	for (int i = 0; i < model->lines; i++) {
		const struct origin *line = &model->line[i];
		bool matches;

		if (line->named) /* never resolved: matches nothing, with '!' or without */
			continue;
		matches = line_has_address(line, destination) && line->to.first <= port &&
			  port <= line->to.last;
		if (matches != line->negated)
			return i;
	}
	return -1;
}

/* One port by itself, in no range of the row. */
static bool is_single(const struct row *row, int index)
{
	const struct span *single = &row->range[index];

	if (single->first != single->last)
		return false;
	for (int i = 0; i < row->ranges; i++)
		if (row->range[i].first != row->range[i].last &&
		    row->range[i].first <= single->first && single->first <= row->range[i].last)
			return false;
	return true;
}

bool model_is_ftp_data_port(const struct model *model, unsigned int port)
{
	for (int i = 0; i < model->rows; i++) {
		const struct row *row = &model->row[i];
		struct here here;

		row_here(model, row, &here);
		if (!row->ftp || !here.accept)
			continue;
		for (int j = 0; j < row->ranges; j++)
			if (is_single(row, j) && port > 0 && row->range[j].first == port + 1)
				return true;
	}
	return false;
}
