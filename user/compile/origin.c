// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Bit n of every word list is line n: octet values, port classes, '!' and validity. The walk is in
 * the data plane. Knows lines, no rules.
 */
#include <errno.h>

#include "compile/intervals.h"
#include "compile/origin.h"
#include "util/cleanup.h"

static void line_bit(uint64_t *words, size_t line)
{
	words[line / 64] |= 1ull << (line % 64);
}

bool origin_line_by_class(const struct origin_line *line)
{
	return line->kind != ORIGIN_PATTERN;
}

static void octets_write(const struct origin_line *line, size_t n, struct zg_origin *origin)
{
	for (int k = 0; k < 4; k++) {
		for (int value = 0; value < 256; value++) {
			if (line->octet[k] < 0 || line->octet[k] == value)
				line_bit((uint64_t *)origin->octet[k][value], n);
		}
	}
}

static void line_write(const struct origin_line *line, size_t n, struct zg_origin *origin)
{
	struct zg_line *out = &origin->line[n];

	if (!origin_line_by_class(line))
		octets_write(line, n, origin);
	if (line->negated)
		line_bit((uint64_t *)origin->invert, n);
	/* A '!' line whose name was never known would match everything: it matches nothing. */
	if (!(line->negated && line->kind == ORIGIN_NAME && !line->resolved))
		line_bit((uint64_t *)origin->valid, n);
	out->first = line->origin.first;
	out->last = line->origin.last;
	out->slot = (uint16_t)n;
	if (line->origin.first == 0 && line->origin.last == 0)
		out->flags |= ZG_ORIGIN_ANY;
}

/* Destination ports that the same lines name share a class. */
static int ports_write(const struct resolved *policy, struct zg_origin *origin)
{
	CLEANUP(cutter_free) struct cutter cutter = {0};
	CLEANUP(class_sets_free) struct class_sets sets = {0};
	CLEANUP(cuts_free) struct cuts cuts = {0};
	int err;

	for (size_t n = 0; n < policy->line_count; n++) {
		const struct origin_line *line = &policy->lines[n];
		uint32_t first = line->any_port ? 0 : line->ports.first;
		uint32_t last = line->any_port ? UINT16_MAX : line->ports.last;

		if (cutter_add4(&cutter, first, last, (uint32_t)n) < 0)
			return -ENOMEM;
	}
	err = class_sets_init(&sets, policy->line_count);
	if (err == 0)
		err = cuts_build4(&cutter, &sets, &cuts);
	if (err < 0)
		return err;
	/* n ranges cut the axis into at most 2 n + 1 intervals, so the classes fit. */
	for (uint32_t class = 0; class < sets.count; class ++) {
		for (size_t w = 0; w < sets.words; w++)
			origin->port_bits[class][w] = class_sets_bits(&sets, class)[w];
	}
	for (size_t i = 0; i < cuts.count; i++) {
		uint32_t end = i + 1 < cuts.count ? cuts.start4[i + 1] : UINT16_MAX + 1u;

		for (uint32_t port = cuts.start4[i]; port < end && port <= UINT16_MAX; port++)
			origin->port_class[port] = (uint16_t)cuts.class[i];
	}
	return 0;
}

int origin_build(const struct resolved *policy, struct zg_origin *ret_origin)
{
	if (policy->line_count > ZG_LINES_MAX)
		return -E2BIG;
	ret_origin->lines = (uint32_t)policy->line_count;
	ret_origin->words = (uint32_t)((policy->line_count + 63) / 64);
	for (size_t n = 0; n < policy->line_count; n++)
		line_write(&policy->lines[n], n, ret_origin);
	return ports_write(policy, ret_origin);
}
