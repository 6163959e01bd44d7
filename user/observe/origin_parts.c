/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Cuts (addresses x ports) along the tcpoport lines, first match first. Owns the algebra of such
 * boxes; knows neither rules nor what the parts are for.
 */
#include "observe/origin_parts.h"

#include <errno.h>
#include <string.h>

#include "util/vec.h"

int port_ranges_intersect(const struct port_range *ranges, size_t count, struct port_range cut,
			  struct arena *arena, struct port_range **ret_ranges, size_t *ret_count)
{
	struct port_range *result = arena_alloc(arena, count + 1, sizeof(*result));
	size_t results = 0;

	if (!result)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		if (ranges[i].last < cut.first || ranges[i].first > cut.last)
			continue;
		result[results++] = (struct port_range){
			ranges[i].first > cut.first ? ranges[i].first : cut.first,
			ranges[i].last < cut.last ? ranges[i].last : cut.last,
		};
	}
	*ret_ranges = result;
	*ret_count = results;
	return 0;
}

int port_ranges_subtract(const struct port_range *ranges, size_t count, struct port_range cut,
			 struct arena *arena, struct port_range **ret_ranges, size_t *ret_count)
{
	struct port_range *result = arena_alloc(arena, count + 1, sizeof(*result));
	size_t results = 0;

	if (!result)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct port_range range = ranges[i];

		if (range.last < cut.first || range.first > cut.last) {
			result[results++] = range;
			continue;
		}
		if (range.first < cut.first)
			result[results++] = (struct port_range){range.first, cut.first - 1};
		if (range.last > cut.last)
			result[results++] = (struct port_range){cut.last + 1, range.last};
	}
	*ret_ranges = result;
	*ret_count = results;
	return 0;
}

/* A growing list of boxes; parts without addresses or ports are not kept. */
struct boxes {
	struct origin_part *list;
	size_t count, capacity;
	struct arena *arena;
};

static int boxes_add(struct boxes *boxes, const struct origin_part *box)
{
	void *list;

	if (address_set_is_empty(&box->addresses) || !box->port_ranges)
		return 0;
	list = vec_extend(boxes->arena, boxes->list, boxes->count, &boxes->capacity,
			  sizeof(*boxes->list));
	if (!list)
		return -ENOMEM;
	boxes->list = list;
	boxes->list[boxes->count++] = *box;
	return 0;
}

/* Ranges that a pattern is: 256 for every '*' left of its last fixed octet. */
static size_t pattern_ranges(const struct origin_line *line)
{
	size_t ranges = 1;
	int fixed = 4;

	while (fixed > 0 && line->octet[fixed - 1] < 0)
		fixed--;
	for (int i = 0; i < fixed; i++)
		ranges *= line->octet[i] < 0 ? 256 : 1;
	return ranges;
}

static int pattern_add(struct address_set_builder *builder, const struct origin_line *line)
{
	size_t ranges = pattern_ranges(line);
	int fixed = 4;

	while (fixed > 0 && line->octet[fixed - 1] < 0)
		fixed--;
	for (size_t i = 0; i < ranges; i++) {
		uint32_t first = 0, rest = i;
		int err;

		for (int o = fixed - 1; o >= 0; o--) {
			uint32_t value = line->octet[o] < 0 ? rest % 256 : (uint32_t)line->octet[o];

			rest /= line->octet[o] < 0 ? 256 : 1;
			first |= value << (24 - 8 * o);
		}
		err = address_set_builder_add4(
			builder, first, first | (uint32_t)(UINT64_C(0xffffffff) >> 8 * fixed));
		if (err)
			return err;
	}
	return 0;
}

/* The addresses of a line. *ret_vague: they are not cut; the set is then all of IPv4. */
static int line_addresses(const struct origin_line *line, struct arena *arena,
			  struct address_set *ret_set, bool *ret_vague)
{
	struct address_set_builder builder = {0};
	int err;

	*ret_vague = false;
	if (line->kind != ORIGIN_PATTERN) {
		*ret_set = line->addresses;
		return 0;
	}
	*ret_vague = pattern_ranges(line) > ORIGIN_PARTS_RANGES_MAX;
	err = *ret_vague ? address_set_builder_add4(&builder, 0, UINT32_MAX)
			 : pattern_add(&builder, line);
	if (!err)
		err = address_set_build(&builder, arena, ret_set);
	address_set_builder_free(&builder);
	return err;
}

/* One line at work: its region is addresses x ports, turned inside out by '!'. */
struct cut {
	const struct origin_line *line;
	struct address_set addresses;
	bool vague;
	struct boxes *rest, *taken;
};

static int cut_vague(const struct cut *cut, const struct origin_part *box)
{
	struct origin_part part = *box, kept = *box;
	const struct port_range ports = cut->line->ports;
	int err;

	if (!cut->line->negated)
		err = port_ranges_intersect(box->ports, box->port_ranges, ports, cut->taken->arena,
					    &part.ports, &part.port_ranges);
	else
		err = port_ranges_intersect(box->ports, box->port_ranges, ports, cut->rest->arena,
					    &kept.ports, &kept.port_ranges);
	if (err)
		return err;
	part.line = cut->line;
	return boxes_add(cut->taken, &part) ?: boxes_add(cut->rest, &kept);
}

/* box = (inside x in_ports) + (inside x out_ports) + (outside x all its ports) */
static int cut_box(const struct cut *cut, const struct origin_part *box)
{
	struct arena *arena = cut->rest->arena;
	struct origin_part in = *box, in_other = *box, out = *box;
	struct boxes *hit = cut->line->negated ? cut->rest : cut->taken;
	struct boxes *miss = cut->line->negated ? cut->taken : cut->rest;
	int err;

	if (!address_set_intersects(&box->addresses, &cut->addresses)) {
		out.line = cut->line->negated ? cut->line : NULL;
		return boxes_add(miss, &out);
	}
	if (cut->vague || box->addresses.count4 + box->addresses.count6 > ORIGIN_PARTS_RANGES_MAX)
		return cut_vague(cut, box);
	err = address_set_subtract(&box->addresses, &cut->addresses, arena, &out.addresses);
	if (!err)
		err = address_set_subtract(&box->addresses, &out.addresses, arena, &in.addresses);
	if (!err)
		err = port_ranges_intersect(box->ports, box->port_ranges, cut->line->ports, arena,
					    &in.ports, &in.port_ranges);
	if (!err)
		err = port_ranges_subtract(box->ports, box->port_ranges, cut->line->ports, arena,
					   &in_other.ports, &in_other.port_ranges);
	if (err)
		return err;
	in_other.addresses = in.addresses;
	in.line = cut->line->negated ? NULL : cut->line;
	in_other.line = out.line = cut->line->negated ? cut->line : NULL;
	return boxes_add(hit, &in) ?: boxes_add(miss, &in_other) ?: boxes_add(miss, &out);
}

int origin_parts_build(const struct resolved *policy, const struct address_set *addresses,
		       const struct port_range *ports, size_t port_ranges, struct arena *arena,
		       struct origin_parts *ret_parts)
{
	static struct port_range every_port = {0, 65535};
	struct origin_part whole = {.addresses = *addresses,
				    .ports = port_ranges ? (struct port_range *)ports : &every_port,
				    .port_ranges = port_ranges ? port_ranges : 1};
	struct boxes left = {.arena = arena}, taken = {.arena = arena};
	int err = boxes_add(&left, &whole);

	for (size_t i = 0; !err && i < policy->line_count && left.count; i++) {
		struct boxes rest = {.arena = arena};
		struct cut cut = {.line = &policy->lines[i], .rest = &rest, .taken = &taken};

		/* "a line whose name never resolved matches nothing", with '!' too */
		if (cut.line->kind == ORIGIN_NAME && !cut.line->resolved)
			continue;
		err = line_addresses(cut.line, arena, &cut.addresses, &cut.vague);
		for (size_t b = 0; !err && b < left.count; b++)
			err = cut_box(&cut, &left.list[b]);
		left = rest;
	}
	for (size_t b = 0; !err && b < left.count; b++)
		err = boxes_add(&taken, &left.list[b]);
	if (err)
		return err;
	ret_parts->list = taken.list;
	ret_parts->count = taken.count;
	return 0;
}
