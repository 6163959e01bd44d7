// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Compares two images class by class. Pairs of rows that were compared once are only counted when
 * they come again, so the cost follows what differs, not the product of classes. Knows no text.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/reasons.h>

#include "compile/diff.h"
#include "compile/intern.h"
#include "compile/refine.h"
#include "util/array.h"
#include "util/cleanup.h"

/* Where the traffic stands that is being compared. */
struct spot {
	uint32_t role;
	const struct refined_address *remote, *local;
	const struct refined_nic *nic;
	uint32_t pair[2]; /* word of each image's pair table */
};

struct comparison {
	struct refined_sides sides;
	struct refined_addresses remotes, locals;
	struct refined_ports ports; /* of the role at hand */
	struct refined_nics nics;
	struct policy_diff *diff;
	size_t capacity;
	int *entry_of[DIFF_CHANGES]; /* of 1 + rule: index of its entry, -1: none; role at hand */
	/* Pairs of rows that were met, and the entries that each touches. */
	struct intern met;
	size_t *touched_end;
	uint32_t *touched;
	size_t met_capacity, touched_count, touched_capacity;
};

static void comparison_free(struct comparison *c)
{
	free(c->remotes.list);
	free(c->locals.list);
	free(c->ports.list);
	for (int change = 0; change < DIFF_CHANGES; change++)
		free(c->entry_of[change]);
	intern_free(&c->met);
	free(c->touched_end);
	free(c->touched);
}

/* [policy] ingress or egress = pass lets through what no rule permits, but nothing spoofed. */
static bool passes_by_default(const struct image *image, uint32_t role, uint32_t pair)
{
	uint32_t flag = role == ZG_ACCEPT ? ZG_F_INGRESS_PASS : ZG_F_EGRESS_PASS;

	if (!(image->settings.flags & flag))
		return false;
	return !(pair & ZG_PAIR_REASON) || (pair & 0xff) == ZG_R_NOT_LOCAL;
}

/* 1 + rule, 0: the default passes it, -1: refused. */
static int permission_of(const struct image *image, uint32_t role, uint32_t pair, uint32_t column)
{
	if (!(pair & ZG_PAIR_REASON) && pair + column < image->comb_count) {
		uint32_t cell = image->comb[pair + column];

		if (ZG_CELL_COLUMN(cell) == column && ZG_CELL_SLOT(cell) != ZG_SLOT_NONE)
			return (int)ZG_CELL_SLOT(cell);
	}
	return passes_by_default(image, role, pair) ? 0 : -1;
}

/* What the change is of a port at this spot, and 1 + rule (0: default) that permits it. */
static bool port_changes(const struct comparison *c, const struct spot *spot,
			 const struct refined_port *port, enum diff_change *ret_change,
			 int *ret_permission)
{
	int permission[2];

	for (int side = 0; side < 2; side++)
		permission[side] = permission_of(c->sides.image[side], spot->role, spot->pair[side],
						 port->class[side]);
	if ((permission[0] < 0) == (permission[1] < 0))
		return false;
	*ret_change = permission[0] < 0 ? DIFF_PERMITTED : DIFF_REFUSED;
	*ret_permission = permission[0] < 0 ? permission[1] : permission[0];
	return true;
}

/* Adds first..last of the axis, cut at the borders of domains; neighbours are joined. */
static int spans_add(struct arena *arena, struct policy_diff_entry *entry, size_t *capacity,
		     uint32_t first, uint32_t last)
{
	static const uint32_t start[] = {AXIS_TCP,  AXIS_UDP,	AXIS_PROTO,
					 AXIS_ICMP, AXIS_ICMP6, AXIS_END};

	for (int domain = DIFF_TCP; domain <= DIFF_ICMP6; domain++) {
		uint32_t from = first > start[domain] ? first : start[domain];
		uint32_t to = last < start[domain + 1] - 1 ? last : start[domain + 1] - 1;
		struct diff_span *before =
			entry->span_count ? &entry->spans[entry->span_count - 1] : NULL;

		if (from > to)
			continue;
		from -= start[domain];
		to -= start[domain];
		if (before && (int)before->domain == domain && before->last + 1u == from) {
			before->last = (uint16_t)to;
			continue;
		}
		if (entry->span_count == *capacity) {
			size_t grown = *capacity ? *capacity * 2 : 4;

			entry->spans = arena_grow(arena, entry->spans, *capacity, grown,
						  sizeof(*entry->spans));
			if (!entry->spans)
				return -ENOMEM;
			*capacity = grown;
		}
		entry->spans[entry->span_count++] =
			(struct diff_span){domain, (uint16_t)from, (uint16_t)to};
	}
	return 0;
}

static int entry_spans(struct comparison *c, const struct spot *spot, int permission,
		       struct policy_diff_entry *entry)
{
	size_t capacity = 0;

	for (size_t i = 0; i < c->ports.count; i++) {
		const struct refined_port *port = &c->ports.list[i];
		enum diff_change change;
		int by;

		if (!port_changes(c, spot, port, &change, &by) || change != entry->change ||
		    by != permission)
			continue;
		if (spans_add(&c->diff->arena, entry, &capacity, port->first, port->last) < 0)
			return -ENOMEM;
	}
	return 0;
}

static const char *zone_name(const struct resolved *policy, int zone)
{
	return zone >= 0 && (size_t)zone < policy->zone_count ? policy->zones[zone].name : NULL;
}

static void entry_zones(struct comparison *c, const struct spot *spot,
			struct policy_diff_entry *entry)
{
	int side = entry->change == DIFF_PERMITTED;
	const struct resolved *policy = c->sides.policy[side];
	const struct image *image = c->sides.image[side];
	const struct rule *rule = entry->rule >= 0 ? &policy->rules[entry->rule] : NULL;
	bool accept = spot->role == ZG_ACCEPT;

	if (rule) {
		entry->remote_zone =
			zone_name(policy, accept ? rule->accept_remote : rule->open_remote);
		entry->local_zone =
			zone_name(policy, accept ? rule->accept_local : rule->open_local);
		return;
	}
	entry->remote_zone =
		zone_name(policy, (int)image->classes[spot->remote->class[side]].zone - 1);
}

static uint32_t pair_word(const struct image *image, const struct spot *spot, int side)
{
	const struct zg_settings *settings = &image->settings;

	return image->pairs[settings->pair_base[spot->role] + spot->remote->class[side] * settings
			    -> pair_stride[spot->role] + spot -> nic -> group[side] * settings
			    -> local_classes + spot -> local -> class[side]];
}

/* Does a port change in the same way on some NICs only? */
static bool nics_differ(const struct comparison *c, const struct spot *spot,
			const struct refined_port *port)
{
	enum diff_change change, other_change;
	int permission, other_permission;

	if (!port_changes(c, spot, port, &change, &permission))
		return false;
	for (size_t n = 0; n < c->nics.count; n++) {
		struct spot other = *spot;

		other.nic = &c->nics.list[n];
		for (int side = 0; side < 2; side++)
			other.pair[side] = pair_word(c->sides.image[side], &other, side);
		if (!port_changes(c, &other, port, &other_change, &other_permission) ||
		    other_change != change || other_permission != permission)
			return true;
	}
	return false;
}

static int entry_add(struct comparison *c, const struct spot *spot, const struct refined_port *port,
		     enum diff_change change, int permission)
{
	struct policy_diff *diff = c->diff;
	struct policy_diff_entry entry = {
		.change = change,
		.role = spot->role,
		.rule = permission - 1,
		.six = spot->remote->six,
		.remote_first = spot->remote->first,
		.remote_last = spot->remote->last,
		.local = spot->local->first,
		.interface = spot->nic->name,
		.by_interface = nics_differ(c, spot, port),
	};

	if (diff->count == c->capacity) {
		size_t capacity = c->capacity ? c->capacity * 2 : 16;

		diff->entries = arena_grow(&diff->arena, diff->entries, c->capacity, capacity,
					   sizeof(*diff->entries));
		if (!diff->entries)
			return -ENOMEM;
		c->capacity = capacity;
	}
	entry_zones(c, spot, &entry);
	if (entry_spans(c, spot, permission, &entry) < 0)
		return -ENOMEM;
	c->entry_of[change][permission] = (int)diff->count;
	diff->entries[diff->count++] = entry;
	return 0;
}

/* Notes that the pair of rows just met touches the entry, once. */
static int touch(struct comparison *c, size_t start, uint32_t entry)
{
	for (size_t i = start; i < c->touched_count; i++) {
		if (c->touched[i] == entry)
			return 0;
	}
	if (array_reserve(&c->touched, &c->touched_capacity, c->touched_count + 1,
			  sizeof(*c->touched)) < 0)
		return -ENOMEM;
	c->touched[c->touched_count++] = entry;
	return 0;
}

static int rows_compare(struct comparison *c, const struct spot *spot)
{
	size_t start = c->touched_count;

	for (size_t i = 0; i < c->ports.count; i++) {
		enum diff_change change;
		int permission, err;

		if (c->ports.list[i].known ||
		    !port_changes(c, spot, &c->ports.list[i], &change, &permission))
			continue;
		if (c->entry_of[change][permission] < 0) {
			err = entry_add(c, spot, &c->ports.list[i], change, permission);
			if (err < 0)
				return err;
		}
		err = touch(c, start, (uint32_t)c->entry_of[change][permission]);
		if (err < 0)
			return err;
	}
	return 0;
}

static int spot_compare(struct comparison *c, const struct spot *spot)
{
	uint32_t id;
	int added;

	if ((spot->pair[0] & spot->pair[1] & ZG_PAIR_REASON) && spot->pair[0] == spot->pair[1] &&
	    passes_by_default(c->sides.image[0], spot->role, spot->pair[0]) ==
		    passes_by_default(c->sides.image[1], spot->role, spot->pair[1]))
		return 0;
	added = intern_add(&c->met, spot->pair, sizeof(spot->pair), &id);
	if (added < 0)
		return added;
	if (added) {
		if (array_reserve(&c->touched_end, &c->met_capacity, (size_t)id + 1,
				  sizeof(*c->touched_end)) < 0 ||
		    rows_compare(c, spot) < 0)
			return -ENOMEM;
		c->touched_end[id] = c->touched_count;
	}
	for (size_t i = id ? c->touched_end[id - 1] : 0; i < c->touched_end[id]; i++)
		c->diff->entries[c->touched[i]].pairs++;
	return 0;
}

static int remote_compare(struct comparison *c, uint32_t role, const struct refined_address *remote)
{
	struct spot spot = {.role = role, .remote = remote};

	for (size_t l = 0; l < c->locals.count; l++) {
		if (c->locals.list[l].six != remote->six)
			continue;
		spot.local = &c->locals.list[l];
		for (size_t n = 0; n < c->nics.count; n++) {
			int err;

			spot.nic = &c->nics.list[n];
			for (int side = 0; side < 2; side++)
				spot.pair[side] = pair_word(c->sides.image[side], &spot, side);
			err = spot_compare(c, &spot);
			if (err < 0)
				return err;
		}
	}
	return 0;
}

static int role_compare(struct comparison *c, uint32_t role)
{
	int err;

	free(c->ports.list);
	c->ports = (struct refined_ports){0};
	intern_free(&c->met);
	c->touched_count = 0;
	for (int change = 0; change < DIFF_CHANGES; change++) {
		/* Which side's rule permits it: the new one's what is new. */
		size_t rules = c->sides.policy[change == DIFF_PERMITTED]->rule_count;

		free(c->entry_of[change]);
		c->entry_of[change] = malloc((rules + 1) * sizeof(int));
		if (!c->entry_of[change])
			return -ENOMEM;
		memset(c->entry_of[change], 0xff, (rules + 1) * sizeof(int)); /* -1 */
	}
	err = refine_ports(&c->sides, role, &c->ports);
	for (size_t r = 0; r < c->remotes.count && err == 0; r++)
		err = remote_compare(c, role, &c->remotes.list[r]);
	return err;
}

static int compare_entries(const void *a, const void *b)
{
	const struct policy_diff_entry *x = a, *y = b;

	if (x->change != y->change)
		return x->change < y->change ? -1 : 1;
	if (x->role != y->role)
		return x->role < y->role ? -1 : 1;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

int policy_diff(const struct resolved *old_policy, const struct image *old_image,
		const struct resolved *new_policy, const struct image *new_image,
		struct policy_diff *ret_diff)
{
	struct policy_diff diff = {.count = 0};
	CLEANUP(comparison_free)
	struct comparison c = {
		.sides = {.policy = {old_policy, new_policy}, .image = {old_image, new_image}},
		.diff = &diff};
	int err = refine_addresses(&c.sides, false, &c.remotes);

	if (err == 0)
		err = refine_addresses(&c.sides, true, &c.locals);
	if (err == 0) {
		refine_nics(&c.sides, &c.nics);
		err = role_compare(&c, ZG_ACCEPT);
	}
	if (err == 0)
		err = role_compare(&c, ZG_OPEN);
	if (err < 0) {
		arena_free(&diff.arena);
		return err;
	}
	if (diff.count)
		qsort(diff.entries, diff.count, sizeof(*diff.entries), compare_entries);
	*ret_diff = diff;
	return 0;
}

void policy_diff_free(struct policy_diff *diff)
{
	arena_free(&diff->arena);
	*diff = (struct policy_diff){.count = 0};
}
