/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The order of docs/semantics.md in nft's language: what is malformed or needed by the link, then
 * sources, then accept rules, most specific first. Owns that text. Knows neither image nor
 * programs.
 */
#include "compile/export_nft.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compile/ports.h"
#include "util/address.h"
#include "util/cleanup.h"

#define SET_NAME 80

static const char head[] =
	"# The ingress side of a zonegate policy as nftables: netdev ingress hook, the same place\n"
	"# in a packet's path. Left out, because nft cannot say it there without keeping state:\n"
	"#   replies to connections that this host opens, also echo replies and ICMP errors about\n"
	"#   permitted traffic: dropped here; later fragments: dropped here, first ones are "
	"judged.\n"
	"# Left out, because nft does not look so closely: lengths of UDP, ICMP, IGMP and "
	"neighbour\n"
	"#   discovery, an address that talks to itself (land), the order and the number of IPv6\n"
	"#   extension headers, IPv4 options that are malformed inside, frames that end in a "
	"header.\n"
	"#   nft looks behind AH in IPv6 packets, where zonegate takes it for the protocol.\n"
	"# Left out altogether: egress, origin ports, VLAN tags (dropped here), audit mode.\n";

/* What no policy changes. The martian addresses are those of docs/semantics.md. */
static const char sets[] = "\tset martian_4 {\n"
			   "\t\ttype ipv4_addr; flags interval\n"
			   "\t\telements = { 0.0.0.0/8, 127.0.0.0/8, 224.0.0.0-255.255.255.255 }\n"
			   "\t}\n"
			   "\tset martian_6 {\n"
			   "\t\ttype ipv6_addr; flags interval\n"
			   "\t\telements = { ::, ::1, ::ffff:0:0/96, ff00::/8 }\n"
			   "\t}\n";

static const char link_rules[] =
	"\t\tether type arp arp htype 1 arp ptype 0x0800 arp hlen 6 arp plen 4 "
	"arp operation { request, reply } counter accept comment \"arp\"\n"
	"\t\tether type arp counter drop comment \"bad-arp\"\n";

static const char ip_rules[] =
	"\t\tether type != { ip, ip6 } counter drop comment \"ethertype-unknown, llc, vlan\"\n"
	"\t\tip frag-off & 0x8000 != 0 counter drop comment \"bad-ipv4\"\n"
	"\t\tip option lsrr exists counter drop comment \"ip-options\"\n"
	"\t\tip option ssrr exists counter drop comment \"ip-options\"\n"
	"\t\tip option rr exists counter drop comment \"ip-options\"\n"
	"\t\tip6 nexthdr { 43, 135, 139, 140, 253, 254 } counter drop "
	"comment \"routing-header, extension-headers\"\n"
	"\t\texthdr rt exists counter drop comment \"routing-header\"\n"
	"\t\texthdr mh exists counter drop comment \"extension-headers\"\n"
	"\t\tip frag-off & 0x1fff != 0 counter drop comment \"fragment-orphan\"\n"
	"\t\tfrag frag-off != 0 counter drop comment \"fragment-orphan\"\n"
	"\t\tether type ip6 meta l4proto icmp counter drop comment \"bad-icmp\"\n"
	"\t\tether type ip meta l4proto icmpv6 counter drop comment \"bad-icmp\"\n"
	"\t\tmeta l4proto { tcp, udp } th sport 0 counter drop comment \"port-zero\"\n"
	"\t\tmeta l4proto { tcp, udp } th dport 0 counter drop comment \"port-zero\"\n"
	"\t\ttcp flags & (fin | syn) == fin | syn counter drop comment \"tcp-flags\"\n"
	"\t\ttcp flags & (syn | rst) == syn | rst counter drop comment \"tcp-flags\"\n"
	"\t\ttcp flags & (fin | rst) == fin | rst counter drop comment \"tcp-flags\"\n"
	"\t\ttcp flags & (syn | rst | ack) == 0 counter drop comment \"tcp-flags\"\n"
	"\t\tip protocol igmp ip frag-off & 0x2000 == 0 ip ttl 1 ip length >= 28 ip daddr "
	"224.0.0.0/4 counter accept "
	"comment \"multicast-listener\"\n"
	"\t\ticmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, "
	"nd-neighbor-advert } jump neighbour\n"
	"\t\ticmpv6 type { 130, 131, 132, 143 } jump listener\n"
	"\t\ticmp type redirect counter drop comment \"icmp-redirect\"\n"
	"\t\ticmpv6 type nd-redirect counter drop comment \"icmp-redirect\"\n"
	"\t\tip saddr @martian_4 counter drop comment \"martian-source\"\n"
	"\t\tip6 saddr @martian_6 counter drop comment \"martian-source\"\n";

static const char link6_chains[] =
	"\tchain neighbour {\n"
	"\t\tip6 hoplimit != 255 counter drop comment \"nd-invalid\"\n"
	"\t\ticmpv6 code != 0 counter drop comment \"nd-invalid\"\n"
	"\t\texthdr frag exists counter drop comment \"nd-invalid\"\n"
	"\t\ticmpv6 type nd-router-advert ip6 saddr != fe80::/10 counter drop "
	"comment \"nd-invalid\"\n"
	"\t\ticmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } @th,64,8 0xff counter drop "
	"comment \"nd-invalid\"\n"
	"\t\tcounter accept comment \"neighbour-discovery\"\n"
	"\t}\n"
	"\tchain listener {\n"
	"\t\tip6 hoplimit != 1 counter drop comment \"nd-invalid\"\n"
	"\t\texthdr frag exists counter drop comment \"nd-invalid\"\n"
	"\t\tip6 saddr fe80::/10 counter accept comment \"multicast-listener\"\n"
	"\t\ticmpv6 type != 130 ip6 saddr :: counter accept comment \"multicast-listener\"\n"
	"\t\tcounter drop comment \"nd-invalid\"\n"
	"\t}\n";

struct writer {
	const struct resolved *policy;
	FILE *out;
};

static void format4(const struct address_set *set, size_t index, char *ret_text)
{
	range4_format(set->v4[index], ret_text);
}

static void format6(const struct address_set *set, size_t index, char *ret_text)
{
	range6_format(set->v6[index], ret_text);
}

/* The two families of a set, each with what tells them apart. */
static const struct family {
	const char *key, *type, *suffix;
	void (*format)(const struct address_set *set, size_t index, char *ret_text);
} families[] = {
	{"ip", "ipv4_addr", "4", format4},
	{"ip6", "ipv6_addr", "6", format6},
};

static size_t set_count(const struct address_set *set, const struct family *family)
{
	return family == &families[0] ? set->count4 : set->count6;
}

/* "zone3_internet": nft's names hold less than ours, so that the index makes it one of its own. */
static void zone_set_name(const struct writer *writer, int zone, char ret_name[SET_NAME])
{
	int length = snprintf(ret_name, SET_NAME, "zone%d_%.40s", zone,
			      writer->policy->zones[zone].name);

	for (int i = 0; i < length && i < SET_NAME - 1; i++) {
		if (!isalnum((unsigned char)ret_name[i]) && ret_name[i] != '-')
			ret_name[i] = '_';
	}
}

static void set_write(const struct writer *writer, const char *name, const struct address_set *set)
{
	char text[ADDRESS_RANGE_TEXT];

	for (const struct family *f = families; f < families + 2; f++) {
		fprintf(writer->out, "\tset %s_%s {\n\t\ttype %s; flags interval\n", name,
			f->suffix, f->type);
		for (size_t i = 0; i < set_count(set, f); i++) {
			f->format(set, i, text);
			fprintf(writer->out, "%s%s", i ? ",\n\t\t\t" : "\t\telements = { ", text);
		}
		fputs(set_count(set, f) ? " }\n\t}\n" : "\t}\n", writer->out);
	}
}

/* The union of zones that a filter takes. */
static int zones_unite(const struct resolved *policy,
		       bool (*filter)(const struct zone *zone, const char *interface),
		       const char *interface, struct arena *arena, struct address_set *ret_set)
{
	CLEANUP(address_set_builder_free) struct address_set_builder builder = {0};

	for (size_t i = 0; i < policy->zone_count; i++) {
		if (filter(&policy->zones[i], interface) &&
		    address_set_builder_add_set(&builder, &policy->zones[i].addresses) < 0)
			return -ENOMEM;
	}
	return address_set_build(&builder, arena, ret_set);
}

static bool zone_is_local(const struct zone *zone, const char *interface)
{
	(void)interface;
	return zone->local;
}

static bool zone_is_bound(const struct zone *zone, const char *interface)
{
	return zone->interface[0] && (!interface || strcmp(zone->interface, interface) == 0);
}

static void elsewhere_name(size_t nic, char ret_name[SET_NAME])
{
	snprintf(ret_name, SET_NAME, "elsewhere%zu", nic);
}

/* For each guarded NIC: what is in a bound zone, and in none that is bound to this NIC. */
static int elsewhere_write(const struct writer *writer, struct arena *arena)
{
	const struct resolved *policy = writer->policy;
	struct address_set bound, here, elsewhere;
	int err = zones_unite(policy, zone_is_bound, NULL, arena, &bound);
	char name[SET_NAME];

	for (size_t i = 0; i < policy->settings.interfaces && !err; i++) {
		err = zones_unite(policy, zone_is_bound, policy->settings.interface[i], arena,
				  &here);
		if (!err)
			err = address_set_subtract(&bound, &here, arena, &elsewhere);
		if (err)
			break;
		elsewhere_name(i, name);
		set_write(writer, name, &elsewhere);
	}
	return err;
}

static int sets_write(const struct writer *writer, struct arena *arena)
{
	const struct resolved *policy = writer->policy;
	struct address_set local;
	int err = zones_unite(policy, zone_is_local, NULL, arena, &local);
	char name[SET_NAME];

	if (err)
		return err;
	fputs(sets, writer->out);
	set_write(writer, "self", &policy->self);
	set_write(writer, "local", &local);
	for (size_t i = 0; i < policy->zone_count; i++) {
		zone_set_name(writer, (int)i, name);
		set_write(writer, name, &policy->zones[i].addresses);
	}
	if (policy->settings.echo_per_s)
		fputs("\tset echo_4 {\n\t\ttype ipv4_addr; size 65535; flags dynamic; timeout 10s\n"
		      "\t}\n"
		      "\tset echo_6 {\n\t\ttype ipv6_addr; size 65535; flags dynamic; timeout 10s\n"
		      "\t}\n",
		      writer->out);
	return elsewhere_write(writer, arena);
}

/* ---- rules ---- */

/* What a rule asks of the packet behind its addresses; NULL: not in this family. */
struct service {
	const char *match; /* "tcp dport", "icmp type", "meta l4proto 47", "" */
	bool ports;	   /* the rule's ranges follow */
};

static bool has_ranges(const struct rule *rule)
{
	return rule->port_ranges > 0;
}

static struct service rule_service(const struct rule *rule, const struct family *family, char *text,
				   size_t size)
{
	bool v4 = family == &families[0], ranges = has_ranges(rule);

	if (rule->kind == PROTOCOL_TCP_UDP || (rule->kind == PROTOCOL_ANY && ranges))
		return (struct service){ranges ? "meta l4proto { tcp, udp } th dport"
					       : "meta l4proto { tcp, udp }",
					ranges};
	if (rule->kind == PROTOCOL_ANY)
		return (struct service){"", false};
	switch (rule->proto) {
	case 6:
		return (struct service){ranges ? "tcp dport" : "meta l4proto tcp", ranges};
	case 17:
		return (struct service){ranges ? "udp dport" : "meta l4proto udp", ranges};
	case 1:
		if (!v4)
			return (struct service){NULL, false};
		return (struct service){ranges ? "icmp type" : "meta l4proto icmp", ranges};
	case 58:
		if (v4)
			return (struct service){NULL, false};
		return (struct service){ranges ? "icmpv6 type" : "meta l4proto icmpv6", ranges};
	}
	snprintf(text, size, "meta l4proto %u", rule->proto);
	return (struct service){text, false};
}

static void ranges_write(const struct writer *writer, const struct rule *rule)
{
	bool icmp = rule->kind == PROTOCOL_IP && (rule->proto == 1 || rule->proto == 58);
	uint16_t most = icmp ? 255 : 65535;

	for (size_t i = 0; i < rule->port_ranges; i++) {
		struct port_range range = rule->ports[i];

		if (range.last > most)
			range.last = most;
		fputs(i ? ", " : " { ", writer->out);
		if (range.first == range.last)
			fprintf(writer->out, "%u", range.first);
		else
			fprintf(writer->out, "%u-%u", range.first, range.last);
	}
	fputs(" }", writer->out);
}

/* nft's strings end at a quote; names of rules are free text. */
static void comment_write(const struct writer *writer, const char *what, const char *name)
{
	fprintf(writer->out, " counter accept comment \"%s ", what);
	for (int i = 0; i < 100 && name[i]; i++)
		fputc(name[i] == '"' || iscntrl((unsigned char)name[i]) ? '_' : name[i],
		      writer->out);
	fputs("\"\n", writer->out);
}

static void rule_write(const struct writer *writer, const struct rule *rule)
{
	char remote[SET_NAME], local[SET_NAME], text[32];

	zone_set_name(writer, rule->accept_remote, remote);
	zone_set_name(writer, rule->accept_local, local);
	for (const struct family *f = families; f < families + 2; f++) {
		struct service service = rule_service(rule, f, text, sizeof(text));

		if (!service.match ||
		    !set_count(&writer->policy->zones[rule->accept_remote].addresses, f) ||
		    !set_count(&writer->policy->zones[rule->accept_local].addresses, f))
			continue;
		fprintf(writer->out, "\t\t%s saddr @%s_%s %s daddr @%s_%s %s", f->key, remote,
			f->suffix, f->key, local, f->suffix, service.match);
		if (service.ports)
			ranges_write(writer, rule);
		comment_write(writer, "rule", rule->name);
	}
}

/* The fewest ports first, then the order of tables and rows: as rules are counted. */
static int rule_order(const void *left, const void *right)
{
	const struct rule *a = *(const struct rule *const *)left;
	const struct rule *b = *(const struct rule *const *)right;

	if (a->port_count != b->port_count)
		return a->port_count < b->port_count ? -1 : 1;
	return a < b ? -1 : a > b;
}

static int rules_write(const struct writer *writer)
{
	const struct resolved *policy = writer->policy;
	AUTO_FREE const struct rule **order = calloc(policy->rule_count + 1, sizeof(*order));
	size_t count = 0;

	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < policy->rule_count; i++) {
		if (rule_accepts(&policy->rules[i]))
			order[count++] = &policy->rules[i];
	}
	qsort(order, count, sizeof(*order), rule_order);
	for (size_t i = 0; i < count; i++)
		rule_write(writer, order[i]);
	return 0;
}

static void sources_write(const struct writer *writer)
{
	const struct policy_settings *settings = &writer->policy->settings;
	char name[SET_NAME];

	for (const struct family *f = families; f < families + 2; f++)
		fprintf(writer->out,
			"\t\t%s saddr @self_%s counter drop comment \"spoofed-local\"\n", f->key,
			f->suffix);
	for (size_t i = 0; i < settings->interfaces; i++) {
		elsewhere_name(i, name);
		for (const struct family *f = families; f < families + 2; f++)
			fprintf(writer->out,
				"\t\tiifname \"%s\" %s saddr @%s_%s counter drop comment "
				"\"spoofed-interface\"\n",
				settings->interface[i], f->key, name, f->suffix);
	}
}

static void destination_write(const struct writer *writer, const char *verdict)
{
	for (const struct family *f = families; f < families + 2; f++)
		fprintf(writer->out, "\t\t%s daddr != @local_%s counter %s comment \"not-local\"\n",
			f->key, f->suffix, verdict);
}

static void echo_write(const struct writer *writer)
{
	unsigned int rate = writer->policy->settings.echo_per_s;

	if (!rate)
		return;
	fprintf(writer->out,
		"\t\ticmp type echo-request update @echo_4 { ip saddr limit rate %u/second burst "
		"%u "
		"packets } counter accept comment \"icmp-echo\"\n"
		"\t\ticmpv6 type echo-request update @echo_6 { ip6 saddr & ffff:ffff:ffff:ffff:: "
		"limit rate %u/second burst %u packets } counter accept comment \"icmp-echo\"\n"
		"\t\ticmp type echo-request counter drop comment \"icmp-echo-rate\"\n"
		"\t\ticmpv6 type echo-request counter drop comment \"icmp-echo-rate\"\n",
		rate, rate, rate, rate);
}

static int chain_write(const struct writer *writer)
{
	const struct policy_settings *settings = &writer->policy->settings;
	const char *otherwise = settings->ingress_pass ? "accept" : "drop";
	int err;

	fputs("\tchain ingress {\n\t\ttype filter hook ingress devices = {", writer->out);
	for (size_t i = 0; i < settings->interfaces; i++)
		fprintf(writer->out, "%s \"%s\"", i ? "," : "", settings->interface[i]);
	fputs(" } priority filter; policy drop\n", writer->out);
	fputs(link_rules, writer->out);
	for (size_t i = 0; i < settings->ethertypes; i++)
		fprintf(writer->out, "\t\tether type 0x%04x counter accept comment \"ethertype\"\n",
			settings->ethertype[i]);
	fputs(ip_rules, writer->out);
	sources_write(writer);
	fputs("\t\ticmp type { 3, 11, 12 } counter drop comment \"icmp errors: left out\"\n"
	      "\t\ticmpv6 type { 1, 2, 3, 4 } counter drop comment \"icmp errors: left out\"\n",
	      writer->out);
	fprintf(writer->out,
		"\t\ttcp flags & (syn | ack) == syn | ack counter %s comment "
		"\"syn-ack-unexpected\"\n",
		otherwise);
	err = rules_write(writer);
	fputs("\t\ticmp type != { 0, 8 } counter drop comment \"icmp-type\"\n"
	      "\t\ticmpv6 type != { 128, 129 } counter drop comment \"icmp-type\"\n",
	      writer->out);
	destination_write(writer, otherwise);
	echo_write(writer);
	fprintf(writer->out, "\t\tcounter %s comment \"no-rule\"\n\t}\n", otherwise);
	return err;
}

int export_nft(const struct resolved *policy, FILE *stream)
{
	CLEANUP(arena_free) struct arena arena = {0};
	const struct writer writer = {policy, stream};
	int err;

	fputs(head, stream);
	fprintf(stream, "# From: %s\n\ntable netdev zonegate\ndelete table netdev zonegate\n",
		policy->config_path ? policy->config_path : "");
	fputs("table netdev zonegate {\n", stream);
	err = sets_write(&writer, &arena);
	fputs(link6_chains, stream);
	if (!err)
		err = chain_write(&writer);
	fputs("}\n", stream);
	return err ? err : ferror(stream) ? -EIO : 0;
}
