// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Plain settings as the programs read them, and the policy hash. Knows no addresses.
 */
#include <errno.h>
#include <string.h>

#include "compile/origin.h"
#include "compile/ports.h"
#include "compile/settings.h"
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

/* Every part with its length, so that no two policies give the same stream. */
static void part_add(struct sha256 *sha, const void *data, size_t bytes)
{
	uint64_t length = bytes;

	sha256_add(sha, &length, sizeof(length));
	sha256_add(sha, data, bytes);
}

static void text_add(struct sha256 *sha, const char *text)
{
	part_add(sha, text ? text : "", text ? strlen(text) : 0);
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

/* Intervals as the steps from one start to the next, and their classes. */
static void cuts_add(struct sha256 *sha, const struct cuts *cuts)
{
	struct packer packer = {.sha = sha, .used = 0};
	struct addr6 before6 = {0, 0};
	uint32_t before4 = 0;

	number_add(&packer, cuts->count);
	for (size_t i = 0; i < cuts->count; i++) {
		if (cuts->six) {
			number_add(&packer, cuts->start6[i].high - before6.high);
			number_add(&packer, cuts->start6[i].low - before6.low);
			before6 = cuts->start6[i];
		} else {
			number_add(&packer, cuts->start4[i] - before4);
			before4 = cuts->start4[i];
		}
		number_add(&packer, cuts->class[i]);
	}
	packer_flush(&packer);
}

void policy_hash(const struct resolved *policy, const struct image *image,
		 const struct cuts *const cuts[ZG_TRIES], uint8_t ret_hash[32])
{
	struct zg_settings settings = image->settings;
	struct sha256 sha;

	settings.generation = 0;
	memset(settings.policy_hash, 0, sizeof(settings.policy_hash));
	memset(settings.ifindex, 0, sizeof(settings.ifindex));
	sha256_start(&sha);
	part_add(&sha, &settings, sizeof(settings));
	part_add(&sha, image->ifgroup_name, sizeof(image->ifgroup_name));
	for (int trie = 0; trie < ZG_TRIES; trie++)
		cuts_add(&sha, cuts[trie]);
	part_add(&sha, image->ports, 2 * sizeof(*image->ports));
	part_add(&sha, image->origin, sizeof(*image->origin));
	part_add(&sha, image->pairs, image->pair_count * sizeof(*image->pairs));
	part_add(&sha, image->comb, image->comb_count * sizeof(*image->comb));
	part_add(&sha, image->classes, image->class_count * sizeof(*image->classes));
	for (size_t i = 0; i < policy->rule_count; i++) {
		text_add(&sha, policy->rules[i].table);
		text_add(&sha, policy->rules[i].name);
	}
	for (size_t i = 0; i < policy->line_count; i++)
		text_add(&sha, policy->lines[i].text);
	sha256_end(&sha, ret_hash);
}
