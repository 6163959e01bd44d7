// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Walks both policies' boundaries side by side: between two boundaries no address differs from its
 * neighbour in either policy. Knows no rules.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compile/image_lookup.h"
#include "compile/intern.h"
#include "compile/parties.h"
#include "compile/refine.h"
#include "util/array.h"
#include "util/cleanup.h"

typedef unsigned __int128 wide;

static wide wide_of(struct addr6 address)
{
	return (wide)address.high << 64 | address.low;
}

static struct addr6 addr6_of(wide value)
{
	return (struct addr6){(uint64_t)(value >> 64), (uint64_t)value};
}

static wide cut_start(const struct cuts *cuts, size_t i)
{
	return cuts->six ? wide_of(cuts->start6[i]) : cuts->start4[i];
}

static uint32_t class_of(const struct image *image, bool local, bool six, wide address)
{
	union {
		__u64 words[2];
		__u8 bytes[16];
	} raw;

	image_lookup_use(image);
	if (!six)
		return lookup_class4(0, local ? ZG_LOCAL4 : ZG_REMOTE4, (uint32_t)address);
	for (int i = 0; i < 16; i++)
		raw.bytes[i] = (uint8_t)(address >> (120 - 8 * i));
	return lookup_class6(0, local ? ZG_LOCAL6 : ZG_REMOTE6, raw.bytes);
}

/* One range of both policies' refinement: a new combination of classes is kept. */
static int range_add(const struct refined_sides *sides, bool local,
		     const struct refined_address *range, struct intern *known,
		     struct refined_addresses *addresses)
{
	struct refined_address found = *range;
	uint32_t key[3], id;
	int added;

	for (int side = 0; side < 2; side++)
		found.class[side] =
			class_of(sides->image[side], local, range->six, wide_of(range->first));
	key[0] = range->six;
	key[1] = found.class[0];
	key[2] = found.class[1];
	added = intern_add(known, key, sizeof(key), &id);
	if (added <= 0)
		return added;
	if (array_reserve(&addresses->list, &addresses->capacity, addresses->count + 1,
			  sizeof(*addresses->list)) < 0)
		return -ENOMEM;
	addresses->list[addresses->count++] = found;
	return 0;
}

static int family_refine(const struct refined_sides *sides, bool local,
			 const struct cuts *const cuts[2], struct intern *known,
			 struct refined_addresses *addresses)
{
	bool six = cuts[0]->six;
	wide at = 0, end = six ? ~(wide)0 : UINT32_MAX;
	size_t next[2] = {1, 1};

	for (;;) {
		struct refined_address range = {.six = six, .first = addr6_of(at)};
		wide last = end;
		int err;

		for (int side = 0; side < 2; side++) {
			while (next[side] < cuts[side]->count &&
			       cut_start(cuts[side], next[side]) <= at)
				next[side]++;
			if (next[side] < cuts[side]->count &&
			    cut_start(cuts[side], next[side]) - 1 < last)
				last = cut_start(cuts[side], next[side]) - 1;
		}
		range.last = addr6_of(last);
		err = range_add(sides, local, &range, known, addresses);
		if (err < 0)
			return err;
		if (last == end)
			return 0;
		at = last + 1;
	}
}

/* Addresses that cannot be sources, or are not this host's, make poor witnesses: they go last. */
static int witnesses_first(const struct refined_sides *sides, bool local,
			   struct refined_addresses *addresses)
{
	struct refined_address *sorted = malloc((addresses->count + 1) * sizeof(*sorted));
	size_t count = 0;

	if (!sorted)
		return -ENOMEM;
	for (int flagged = 0; flagged < 2; flagged++) {
		for (size_t i = 0; i < addresses->count; i++) {
			uint32_t class = addresses->list[i].class[1];
			bool poor = local ? class == ZG_CLASS_NONE
					  : class < sides->image[1]->class_count &&
						    sides->image[1]->classes[class].flags != 0;

			if (poor == flagged)
				sorted[count++] = addresses->list[i];
		}
	}
	free(addresses->list);
	addresses->list = sorted;
	addresses->capacity = addresses->count;
	return 0;
}

int refine_addresses(const struct refined_sides *sides, bool local,
		     struct refined_addresses *ret_addresses)
{
	CLEANUP(party_free) struct party before = {.zone_count = 0};
	CLEANUP(party_free) struct party after = {.zone_count = 0};
	CLEANUP(intern_free) struct intern known = {0};
	const struct cuts *const cuts4[2] = {&before.cuts4, &after.cuts4};
	const struct cuts *const cuts6[2] = {&before.cuts6, &after.cuts6};
	struct refined_addresses addresses = {0};
	int err;

	err = (local ? party_build_local : party_build_remote)(sides->policy[0], &before);
	if (err == 0)
		err = (local ? party_build_local : party_build_remote)(sides->policy[1], &after);
	if (err == 0)
		err = family_refine(sides, local, cuts4, &known, &addresses);
	if (err == 0)
		err = family_refine(sides, local, cuts6, &known, &addresses);
	if (err == 0)
		err = witnesses_first(sides, local, &addresses);
	if (err < 0) {
		free(addresses.list);
		return err;
	}
	*ret_addresses = addresses;
	return 0;
}

static uint32_t port_class_at(const struct zg_ports *ports, uint32_t at)
{
	if (at < AXIS_UDP)
		return ports->tcp[at];
	if (at < AXIS_PROTO)
		return ports->udp[at - AXIS_UDP];
	if (at < AXIS_ICMP)
		return ports->proto[at - AXIS_PROTO];
	if (at < AXIS_ICMP6)
		return ports->icmp[at - AXIS_ICMP];
	return ports->icmp6[at - AXIS_ICMP6];
}

int refine_ports(const struct refined_sides *sides, uint32_t role, struct refined_ports *ret_ports)
{
	CLEANUP(intern_free) struct intern known = {0};
	struct refined_ports ports = {0};

	for (uint32_t at = 0; at < AXIS_END; at++) {
		struct refined_port port = {.first = at, .last = at};
		struct refined_port *last = ports.count ? &ports.list[ports.count - 1] : NULL;
		uint32_t id;
		int added;

		for (int side = 0; side < 2; side++)
			port.class[side] = port_class_at(&sides->image[side]->ports[role], at);
		if (last && last->class[0] == port.class[0] && last->class[1] == port.class[1]) {
			last->last = at;
			continue;
		}
		added = intern_add(&known, port.class, sizeof(port.class), &id);
		if (added < 0 || array_reserve(&ports.list, &ports.capacity, ports.count + 1,
					       sizeof(*ports.list)) < 0) {
			free(ports.list);
			return -ENOMEM;
		}
		port.known = added == 0;
		ports.list[ports.count++] = port;
	}
	*ret_ports = ports;
	return 0;
}

static uint32_t nic_group(const struct image *image, const char *name)
{
	for (uint32_t g = 0; g < ZG_IFGROUPS_MAX; g++) {
		if (strcmp(image->ifgroup_name[g], name) == 0)
			return g + 1;
	}
	return 0;
}

void refine_nics(const struct refined_sides *sides, struct refined_nics *ret_nics)
{
	struct refined_nics nics = {.count = 1}; /* the first: bound in neither */

	for (int side = 0; side < 2; side++) {
		for (size_t g = 0; g < ZG_IFGROUPS_MAX; g++) {
			const char *name = sides->image[side]->ifgroup_name[g];

			if (!name[0] || (side == 1 && nic_group(sides->image[0], name) > 0))
				continue;
			nics.list[nics.count++] = (struct refined_nic){
				.group = {nic_group(sides->image[0], name),
					  nic_group(sides->image[1], name)},
				.name = name,
			};
		}
	}
	*ret_nics = nics;
}
