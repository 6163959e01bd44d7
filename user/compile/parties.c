// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Cuts both address spaces by the zones that matter, and by what the tables must know besides:
 * martian sources, own addresses, NIC bindings, origin lines by name. Knows no ports.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compile/parties.h"
#include "compile/ports.h"
#include "util/cleanup.h"

/*
 * What cannot be the source of a packet that arrives: RFC 1122 3.2.1.3 ("this" network, loopback,
 * multicast, broadcast), RFC 6890, RFC 4291 2.5 (unspecified, loopback, multicast), and IPv4-mapped
 * addresses, which do not belong on a wire (RFC 4942 2.2). Private addresses are no martians: they
 * are a zone's business.
 */
static struct range4 martian4[] = {
	{0x00000000u, 0x00ffffffu},
	{0x7f000000u, 0x7fffffffu},
	{0xe0000000u, 0xffffffffu}, /* 224.0.0.0/4 and 240.0.0.0/4 */
};
static struct range6 martian6[] = {
	{{0, 0}, {0, 1}},
	{{0, 0x0000ffff00000000ull}, {0, 0x0000ffffffffffffull}},
	{{0xff00000000000000ull, 0}, {UINT64_MAX, UINT64_MAX}},
};
static const struct address_set martians = {
	martian4,
	sizeof(martian4) / sizeof(martian4[0]),
	martian6,
	sizeof(martian6) / sizeof(martian6[0]),
};

int nic_groups_build(const struct resolved *policy, struct nic_groups *ret_groups)
{
	struct nic_groups groups = {.count = 0};

	for (size_t i = 0; i < policy->zone_count; i++) {
		const char *name = policy->zones[i].interface;
		size_t g = 0;

		if (!name[0])
			continue;
		while (g < groups.count && strcmp(groups.name[g], name) != 0)
			g++;
		if (g < groups.count)
			continue;
		if (g == ZG_IFGROUPS_MAX)
			return -E2BIG;
		memcpy(groups.name[groups.count++], name, IF_NAMESIZE);
	}
	*ret_groups = groups;
	return 0;
}

static bool line_has_addresses(const struct origin_line *line)
{
	return line->kind != ORIGIN_PATTERN;
}

static void zone_use(bool *used, int zone)
{
	if (zone >= 0)
		used[zone] = true;
}

static int party_cut(struct party *party, struct cutter *cutter, size_t members)
{
	int err = class_sets_init(&party->sets, members);

	if (err == 0)
		err = cuts_build4(cutter, &party->sets, &party->cuts4);
	if (err == 0)
		err = cuts_build6(cutter, &party->sets, &party->cuts6);
	return err;
}

static double set_size(const struct address_set *set)
{
	double size = 0;

	for (size_t i = 0; i < set->count4; i++)
		size += (double)set->v4[i].last - (double)set->v4[i].first + 1;
	for (size_t i = 0; i < set->count6; i++)
		size += ((double)set->v6[i].last.high - (double)set->v6[i].first.high) * 0x1p64 +
			((double)set->v6[i].last.low - (double)set->v6[i].first.low) + 1;
	return size;
}

/* Gives the used zones their member numbers and their boundaries. */
static int zones_add(const struct resolved *policy, const bool *used, struct cutter *cutter,
		     struct party *party)
{
	party->zone = calloc(policy->zone_count + 1, sizeof(*party->zone));
	party->member = calloc(policy->zone_count + 1, sizeof(*party->member));
	party->size = calloc(policy->zone_count + 1, sizeof(*party->size));
	if (!party->zone || !party->member || !party->size)
		return -ENOMEM;
	for (size_t i = 0; i < policy->zone_count; i++) {
		party->member[i] = -1;
		if (!used[i])
			continue;
		party->member[i] = (int32_t)party->zone_count;
		party->zone[party->zone_count] = (uint32_t)i;
		party->size[party->zone_count] = set_size(&policy->zones[i].addresses);
		if (cutter_add_set(cutter, &policy->zones[i].addresses,
				   (uint32_t)party->zone_count++) < 0)
			return -ENOMEM;
	}
	return 0;
}

int party_build_remote(const struct resolved *policy, struct party *ret_party)
{
	CLEANUP(party_free) struct party party = {.zone_count = 0};
	CLEANUP(cutter_free) struct cutter cutter = {0};
	AUTO_FREE bool *used = calloc(policy->zone_count + 1, sizeof(*used));
	int err;

	if (!used)
		return -ENOMEM;
	for (size_t i = 0; i < policy->rule_count; i++) {
		if (rule_accepts(&policy->rules[i]))
			zone_use(used, policy->rules[i].accept_remote);
		if (rule_opens(&policy->rules[i]))
			zone_use(used, policy->rules[i].open_remote);
	}
	for (size_t i = 0; i < policy->zone_count; i++)
		used[i] |= policy->zones[i].interface[0] != '\0';
	err = zones_add(policy, used, &cutter, &party);
	if (err < 0)
		return err;
	party.martian = party.zone_count;
	party.self = party.zone_count + 1;
	party.lines = party.zone_count + 2;
	if (cutter_add_set(&cutter, &martians, (uint32_t)party.martian) < 0 ||
	    cutter_add_set(&cutter, &policy->self, (uint32_t)party.self) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < policy->line_count; i++) {
		if (line_has_addresses(&policy->lines[i]) &&
		    cutter_add_set(&cutter, &policy->lines[i].addresses,
				   (uint32_t)(party.lines + i)) < 0)
			return -ENOMEM;
	}
	err = party_cut(&party, &cutter, party.lines + policy->line_count);
	if (err < 0)
		return err;
	*ret_party = party;
	party = (struct party){.zone_count = 0};
	return 0;
}

/* All local zones matter, also those without a rule: their traffic is "no rule", not "not local".
 */
int party_build_local(const struct resolved *policy, struct party *ret_party)
{
	CLEANUP(party_free) struct party party = {.zone_count = 0};
	CLEANUP(cutter_free) struct cutter cutter = {0};
	AUTO_FREE bool *used = calloc(policy->zone_count + 1, sizeof(*used));
	int err;

	if (!used)
		return -ENOMEM;
	for (size_t i = 0; i < policy->zone_count; i++)
		used[i] = policy->zones[i].local;
	for (size_t i = 0; i < policy->rule_count; i++) {
		if (rule_accepts(&policy->rules[i]))
			zone_use(used, policy->rules[i].accept_local);
		if (rule_opens(&policy->rules[i]))
			zone_use(used, policy->rules[i].open_local);
	}
	err = zones_add(policy, used, &cutter, &party);
	if (err == 0)
		err = party_cut(&party, &cutter, party.zone_count);
	if (err < 0)
		return err;
	*ret_party = party;
	party = (struct party){.zone_count = 0};
	return 0;
}

void party_free(struct party *party)
{
	class_sets_free(&party->sets);
	cuts_free(&party->cuts4);
	cuts_free(&party->cuts6);
	free(party->zone);
	free(party->member);
	free(party->size);
	*party = (struct party){.zone_count = 0};
}

/* Bit g of the groups on which the class's bound zones may arrive; an address in two bound zones
 * may arrive on either NIC. */
static uint32_t groups_of(const struct resolved *policy, const struct party *remote,
			  const struct nic_groups *groups, uint32_t class)
{
	uint32_t mask = 0;

	if (groups->count == 0)
		return 0;
	for (size_t m = 0; m < remote->zone_count; m++) {
		const char *name = policy->zones[remote->zone[m]].interface;

		if (!name[0] || !class_sets_has(&remote->sets, class, m))
			continue;
		for (size_t g = 0; g < groups->count; g++) {
			if (strcmp(groups->name[g], name) == 0)
				mask |= 2u << g;
		}
	}
	return mask;
}

void remote_facts_read(const struct resolved *policy, const struct party *remote,
		       const struct nic_groups *groups, uint32_t class,
		       struct remote_facts *ret_facts)
{
	struct remote_facts facts = {.flags = 0};

	if (class_sets_has(&remote->sets, class, remote->martian))
		facts.flags |= ZG_CLASS_MARTIAN;
	if (class_sets_has(&remote->sets, class, remote->self))
		facts.flags |= ZG_CLASS_SELF;
	/* Where a stronger reason stands, the NIC does not matter. */
	if (!facts.flags)
		facts.groups = groups_of(policy, remote, groups, class);
	for (size_t i = 0; i < policy->line_count; i++) {
		if (line_has_addresses(&policy->lines[i]) &&
		    class_sets_has(&remote->sets, class, remote->lines + i))
			facts.lines[i / 64] |= 1ull << (i % 64);
	}
	*ret_facts = facts;
}

uint32_t remote_zone(const struct party *remote, uint32_t class)
{
	double least = 0;
	uint32_t zone = 0;

	for (size_t m = 0; m < remote->zone_count; m++) {
		if (!class_sets_has(&remote->sets, class, m))
			continue;
		if (zone == 0 || remote->size[m] < least) {
			least = remote->size[m];
			zone = 1 + remote->zone[m];
		}
	}
	return zone;
}
