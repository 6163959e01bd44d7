/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * On which side of this host a zone lies. Owns the guess: a policy does not say it, but private
 * addresses, NICs and who connects to whom as a component do.
 */
#include "observe/sheet.h"

#include <string.h>

#include "observe/address_text.h"

/* RFC 1918 and RFC 4193. */
static struct range4 private4[] = {
	{0x0a000000, 0x0affffff}, {0xac100000, 0xac1fffff}, {0xc0a80000, 0xc0a8ffff}};
static struct range6 private6[] = {
	{{0xfc00000000000000, 0}, {0xfdffffffffffffff, 0xffffffffffffffff}}};
static const struct address_set private_set = {private4, 3, private6, 1};

static bool range4_is_private(const struct range4 *range)
{
	for (size_t i = 0; i < private_set.count4; i++)
		if (range->first >= private4[i].first && range->last <= private4[i].last)
			return true;
	return false;
}

static bool all_private(const struct address_set *set)
{
	for (size_t i = 0; i < set->count4; i++)
		if (!range4_is_private(&set->v4[i]))
			return false;
	for (size_t i = 0; i < set->count6; i++)
		if (set->v6[i].first.high < private6[0].first.high ||
		    set->v6[i].last.high > private6[0].last.high)
			return false;
	return !address_set_is_empty(set);
}

/* Rows 22-28: the source is a component (the direction is seen from it) and opens to this host. */
static bool opens_as_component(const struct resolved *policy, int zone)
{
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct rule *rule = &policy->rules[i];

		if (rule->role == ROLE_ACCEPT && rule->accept_remote == zone &&
		    rule->source == zone && !strcmp(rule->direction_label, "outbound"))
			return true;
	}
	return false;
}

/* Surely on the secure side, by what the zone itself is. */
static bool is_anchor(const struct resolved *policy, int zone)
{
	const struct zone *self = &policy->zones[zone];

	if (address_set_is_wide(&self->addresses))
		return false;
	return all_private(&self->addresses) || policy->settings.management_zone == zone ||
	       opens_as_component(policy, zone);
}

/* The NIC leads to the Internet: a zone such as "any !private" is bound to it. */
static bool nic_is_outer(const struct resolved *policy, const char *interface)
{
	for (size_t i = 0; i < policy->zone_count; i++)
		if (!strcmp(policy->zones[i].interface, interface) &&
		    address_set_is_wide(&policy->zones[i].addresses))
			return true;
	return false;
}

/* Shares a NIC, or addresses, with an anchor. */
static bool is_near_anchor(const struct resolved *policy, int zone)
{
	const struct zone *self = &policy->zones[zone];

	for (size_t i = 0; i < policy->zone_count; i++) {
		const struct zone *other = &policy->zones[i];

		if ((int)i == zone || !is_anchor(policy, i))
			continue;
		if (self->interface[0] && !strcmp(self->interface, other->interface) &&
		    !nic_is_outer(policy, self->interface))
			return true;
		if (address_set_intersects(&self->addresses, &other->addresses))
			return true;
	}
	return false;
}

unsigned int sheet_zone_sides(const struct resolved *policy, int zone)
{
	const struct address_set *addresses = &policy->zones[zone].addresses;

	if (is_anchor(policy, zone))
		return SHEET_BEHIND;
	if (!address_set_is_wide(addresses) && is_near_anchor(policy, zone))
		return SHEET_BEHIND;
	if (address_set_intersects(addresses, &private_set))
		return SHEET_FRONT | SHEET_BEHIND;
	return SHEET_FRONT;
}
