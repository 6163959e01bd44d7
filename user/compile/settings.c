// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Plain settings as the programs read them, and the policy hash. Knows no addresses.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compile/origin.h"
#include "compile/ports.h"
#include "compile/settings.h"
#include "util/cleanup.h"
#include "util/sha256.h"

#define NS_PER_S 1000000000u

/*
 * L-1 of every control port L that this host listens on, ascending by first use. L are the single
 * ports: "21, 50000-50100" in one row is a control port and a range for data.
 */
static int ftp_ports_collect(const struct resolved *policy, struct zg_settings *settings)
{
	size_t count = 0;

	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct rule *rule = &policy->rules[i];

		if (!rule_accepts(rule) || !rule->ftp)
			continue;
		for (size_t p = 0; p < rule->port_ranges; p++) {
			uint16_t data = (uint16_t)(rule->ports[p].first - 1);
			size_t k = 0;

			if (rule->ports[p].first != rule->ports[p].last || data == 0)
				continue;
			while (k < count && settings->ftp_data_port[k] != data)
				k++;
			if (k < count)
				continue;
			if (count == ZG_FTP_PORTS_MAX)
				return -E2BIG;
			settings->ftp_data_port[count++] = data;
		}
	}
	return 0;
}

static uint32_t flags_of(const struct resolved *policy)
{
	static const uint32_t origin_flags[] = {
		[ORIGIN_OFF] = 0,
		[ORIGIN_AUDIT] = ZG_F_ORIGIN_AUDIT,
		[ORIGIN_ENFORCE] = ZG_F_ORIGIN_ENFORCE,
		[ORIGIN_ASSIGN] = ZG_F_ORIGIN_ENFORCE | ZG_F_ORIGIN_ASSIGN,
	};
	const struct policy_settings *from = &policy->settings;
	uint32_t flags = origin_flags[from->origin_mode];

	flags |= from->audit ? ZG_F_AUDIT : 0;
	flags |= from->ingress_pass ? ZG_F_INGRESS_PASS : 0;
	flags |= from->egress_pass ? ZG_F_EGRESS_PASS : 0;
	for (size_t i = 0; i < policy->line_count; i++)
		flags |= origin_line_by_class(&policy->lines[i]) ? ZG_F_CLASS_LINES : 0;
	for (size_t i = 0; i < policy->zone_count; i++)
		flags |= policy->zones[i].interface[0] ? ZG_F_IFGROUPS : 0;
	return flags;
}

int settings_build(const struct resolved *policy, struct zg_settings *ret_settings)
{
	const struct policy_settings *from = &policy->settings;
	struct zg_settings settings = {
		.flags = flags_of(policy),
		.udp_window_s = from->udp_window_s,
		.tcp_idle_s = from->tcp_idle_s,
	};
	int err = ftp_ports_collect(policy, &settings);

	if (err < 0)
		return err;
	if (from->echo_per_s > 0) {
		settings.echo_interval_ns = NS_PER_S / from->echo_per_s;
		settings.echo_interval_ns += settings.echo_interval_ns == 0; /* 0 would mean none */
		settings.echo_burst = from->echo_per_s;
	}
	for (size_t i = 0; i < from->ethertypes && i < ZG_ETHERTYPES_MAX; i++)
		settings.ethertype[i] = from->ethertype[i];
	*ret_settings = settings;
	return 0;
}

/* Numbers by seven bits a byte, on their way to the hash: most are small. */
struct packer {
	struct sha256 *sha;
	uint8_t bytes[4096];
	size_t used;
};

static void packer_flush(struct packer *packer)
{
	sha256_add(packer->sha, packer->bytes, packer->used);
	packer->used = 0;
}

static void number_add(struct packer *packer, uint64_t number)
{
	if (packer->used + 10 > sizeof(packer->bytes))
		packer_flush(packer);
	for (; number >= 0x80; number >>= 7)
		packer->bytes[packer->used++] = (uint8_t)(number | 0x80);
	packer->bytes[packer->used++] = (uint8_t)number;
}

/* With its length, so that no two policies give the same stream. */
static void text_add(struct packer *packer, const char *text)
{
	size_t length = text ? strlen(text) : 0;

	number_add(packer, length);
	packer_flush(packer);
	if (length)
		sha256_add(packer->sha, text, length);
}

static void addr6_add(struct packer *packer, struct addr6 address)
{
	number_add(packer, address.high);
	number_add(packer, address.low);
}

/* Ranges as the gaps between them and their sizes. */
static void set_add(struct packer *packer, const struct address_set *set)
{
	uint64_t before = 0;

	number_add(packer, set->count4);
	for (size_t i = 0; i < set->count4; i++) {
		number_add(packer, set->v4[i].first - before);
		number_add(packer, set->v4[i].last - set->v4[i].first);
		before = set->v4[i].last;
	}
	number_add(packer, set->count6);
	for (size_t i = 0; i < set->count6; i++) {
		addr6_add(packer, set->v6[i].first);
		addr6_add(packer, set->v6[i].last);
	}
}

/* Zones that the tables know, by their index; what others hold is no part of the policy. */
static int zones_add(struct packer *packer, const struct resolved *policy)
{
	AUTO_FREE bool *used = calloc(policy->zone_count + 1, sizeof(*used));

	if (!used)
		return -ENOMEM;
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct rule *rule = &policy->rules[i];

		if (rule_accepts(rule) && rule->accept_remote >= 0 && rule->accept_local >= 0)
			used[rule->accept_remote] = used[rule->accept_local] = true;
		if (rule_opens(rule) && rule->open_remote >= 0 && rule->open_local >= 0)
			used[rule->open_remote] = used[rule->open_local] = true;
	}
	for (size_t i = 0; i < policy->zone_count; i++) {
		const struct zone *zone = &policy->zones[i];

		if (!used[i] && !zone->local && !zone->interface[0])
			continue;
		number_add(packer, 1 + i);
		number_add(packer, zone->local);
		text_add(packer, zone->interface);
		set_add(packer, &zone->addresses);
	}
	number_add(packer, 0);
	return 0;
}

static void rule_add(struct packer *packer, const struct rule *rule)
{
	text_add(packer, rule->table);
	text_add(packer, rule->name);
	number_add(packer, (uint64_t)rule_accepts(rule) | (uint64_t)rule_opens(rule) << 1);
	if (rule_accepts(rule)) {
		number_add(packer, (uint64_t)rule->accept_remote);
		number_add(packer, (uint64_t)rule->accept_local);
	}
	if (rule_opens(rule)) {
		number_add(packer, (uint64_t)rule->open_remote);
		number_add(packer, (uint64_t)rule->open_local);
	}
	if (!rule_accepts(rule) && !rule_opens(rule))
		return;
	number_add(packer, (uint64_t)rule->kind);
	number_add(packer, rule->proto);
	number_add(packer, rule->ftp);
	number_add(packer, rule->port_count);
	number_add(packer, rule->port_ranges);
	for (size_t i = 0; i < rule->port_ranges; i++) {
		number_add(packer, rule->ports[i].first);
		number_add(packer, rule->ports[i].last);
	}
}

static void line_add(struct packer *packer, const struct origin_line *line)
{
	text_add(packer, line->text);
	number_add(packer, (uint64_t)line->negated | (uint64_t)line->any_port << 1 |
				   (uint64_t)line->resolved << 2 | (uint64_t)line->kind << 3);
	for (int i = 0; i < 4; i++)
		number_add(packer, (uint64_t)(line->octet[i] + 1));
	number_add(packer, line->ports.first);
	number_add(packer, line->ports.last);
	number_add(packer, line->origin.first);
	number_add(packer, line->origin.last);
	set_add(packer, &line->addresses);
}

int policy_hash(const struct resolved *policy, const struct image *image, uint8_t ret_hash[32])
{
	struct zg_settings settings = image->settings;
	struct sha256 sha;
	struct packer packer = {.sha = &sha, .used = 0};

	settings.generation = 0;
	memset(settings.policy_hash, 0, sizeof(settings.policy_hash));
	memset(settings.ifindex, 0, sizeof(settings.ifindex));
	sha256_start(&sha);
	sha256_add(&sha, &settings, sizeof(settings));
	if (zones_add(&packer, policy) < 0)
		return -ENOMEM;
	set_add(&packer, &policy->self);
	number_add(&packer, policy->rule_count);
	for (size_t i = 0; i < policy->rule_count; i++)
		rule_add(&packer, &policy->rules[i]);
	number_add(&packer, policy->line_count);
	for (size_t i = 0; i < policy->line_count; i++)
		line_add(&packer, &policy->lines[i]);
	packer_flush(&packer);
	sha256_end(&sha, ret_hash);
	return 0;
}
