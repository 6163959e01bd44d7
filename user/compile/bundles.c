// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Groups rules by (role, remote zone, local zone) and paints their rows, the most specific rule
 * first. Knows zones by number, no addresses.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compile/bundles.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/radix.h"

struct rank_key {
	uint32_t ports, rule;
};

int rule_ranks(const struct resolved *policy, uint32_t **ret_rank)
{
	static const struct radix_word key[] = {{offsetof(struct rank_key, ports), 4}};
	AUTO_FREE struct rank_key *keys = malloc((policy->rule_count + 1) * sizeof(*keys));
	uint32_t *rank = malloc((policy->rule_count + 1) * sizeof(*rank));

	for (size_t i = 0; keys && i < policy->rule_count; i++)
		keys[i] = (struct rank_key){policy->rules[i].port_count, (uint32_t)i};
	if (!keys || !rank || radix_sort(keys, policy->rule_count, sizeof(*keys), key, 1) < 0) {
		free(rank);
		return -ENOMEM;
	}
	for (size_t i = 0; i < policy->rule_count; i++)
		rank[keys[i].rule] = (uint32_t)i;
	*ret_rank = rank;
	return 0;
}

/* A rule's part in one bundle; sorted, they make the bundles. */
struct entry {
	uint64_t zones; /* remote << 32 | local */
	uint32_t role, rank;
	uint32_t rule, pad;
};

static void entry_add(struct entry *entries, size_t *count, uint32_t role, int32_t remote,
		      int32_t local, struct entry entry)
{
	if (remote < 0 || local < 0)
		return;
	entry.role = role;
	entry.zones = (uint64_t)remote << 32 | (uint32_t)local;
	entries[(*count)++] = entry;
}

static int32_t member_of(const struct party *party, int zone)
{
	return zone < 0 ? -1 : party->member[zone];
}

static size_t entries_collect(const struct bundles *bundles, const struct party *remote,
			      const struct party *local, struct entry *entries)
{
	size_t count = 0;

	for (size_t i = 0; i < bundles->policy->rule_count; i++) {
		const struct rule *rule = &bundles->policy->rules[i];
		struct entry entry = {.rank = bundles->rank[i], .rule = (uint32_t)i};

		if (rule_accepts(rule))
			entry_add(entries, &count, ZG_ACCEPT,
				  member_of(remote, rule->accept_remote),
				  member_of(local, rule->accept_local), entry);
		if (!rule_opens(rule))
			continue;
		entry_add(entries, &count, ZG_OPEN, member_of(remote, rule->open_remote),
			  member_of(local, rule->open_local), entry);
		if (rule->ftp)
			entry_add(entries, &count, ZG_FTP_DATA,
				  member_of(remote, rule->open_remote),
				  member_of(local, rule->open_local), entry);
	}
	return count;
}

static int bundles_group(struct bundles *bundles, const struct entry *entries, size_t count)
{
	bundles->list = calloc(count + 1, sizeof(*bundles->list));
	bundles->rules = malloc((count + 1) * sizeof(*bundles->rules));
	if (!bundles->list || !bundles->rules)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct bundle *bundle = &bundles->list[bundles->count];

		bundles->rules[i] = entries[i].rule;
		if (i > 0 && entries[i].role == entries[i - 1].role &&
		    entries[i].zones == entries[i - 1].zones) {
			bundle[-1].rules++;
			continue;
		}
		*bundle = (struct bundle){
			.role = entries[i].role,
			.remote = (uint32_t)(entries[i].zones >> 32),
			.local = (uint32_t)entries[i].zones,
			.first = i,
			.rules = 1,
		};
		bundles->count++;
	}
	return 0;
}

/* Where each remote member's bundles begin, a role at a time. */
static int bundles_index(struct bundles *bundles, size_t members)
{
	size_t at = 0;

	for (uint32_t role = 0; role < ZG_ROLES; role++) {
		size_t *start = malloc((members + 1) * sizeof(*start));

		if (!start)
			return -ENOMEM;
		bundles->by_remote[role] = start;
		for (size_t m = 0; m <= members; m++) {
			while (at < bundles->count && bundles->list[at].role == role &&
			       bundles->list[at].remote < m)
				at++;
			start[m] = at;
		}
	}
	return 0;
}

static int rows_prepare(struct bundles *bundles)
{
	size_t columns = bundles->axis[ZG_ACCEPT]->sets.count;
	uint32_t row;

	if (bundles->axis[ZG_OPEN]->sets.count > columns)
		columns = bundles->axis[ZG_OPEN]->sets.count;
	bundles->painted = calloc(bundles->count + 1, sizeof(*bundles->painted));
	if (!bundles->painted || painter_init(&bundles->painter, columns, bundles->rank,
					      bundles->policy->rule_count) < 0)
		return -ENOMEM;
	return intern_add(&bundles->rows, NULL, 0, &row) < 0 ? -ENOMEM : 0;
}

int bundles_build(const struct resolved *policy, const struct party *remote,
		  const struct party *local, const struct port_axis *accept,
		  const struct port_axis *open, struct bundles *ret_bundles)
{
	static const struct radix_word key[] = {{offsetof(struct entry, rank), 4},
						{offsetof(struct entry, zones), 8},
						{offsetof(struct entry, role), 4}};
	CLEANUP(bundles_free)
	struct bundles bundles = {.policy = policy, .axis = {accept, open, open}};
	AUTO_FREE struct entry *entries = malloc((3 * policy->rule_count + 1) * sizeof(*entries));
	size_t count;

	if (!entries || rule_ranks(policy, &bundles.rank) < 0)
		return -ENOMEM;
	count = entries_collect(&bundles, remote, local, entries);
	if (radix_sort(entries, count, sizeof(*entries), key, 3) < 0 ||
	    bundles_group(&bundles, entries, count) < 0 ||
	    bundles_index(&bundles, remote->zone_count) < 0 || rows_prepare(&bundles) < 0)
		return -ENOMEM;
	*ret_bundles = bundles;
	bundles = (struct bundles){.count = 0};
	return 0;
}

/* ---- rows ---- */

static int rule_paint(struct bundles *bundles, const struct port_axis *axis, uint32_t index)
{
	const struct rule *rule = &bundles->policy->rules[index];
	AUTO_FREE struct axis_span *spans = malloc(RULE_SPANS_MAX(rule) * sizeof(*spans));
	size_t count;

	if (!spans)
		return -ENOMEM;
	count = rule_spans(rule, spans);
	for (size_t s = 0; s < count; s++) {
		size_t i = cuts_find4(&axis->cuts, spans[s].first);

		for (; i < axis->cuts.count && axis->cuts.start4[i] <= spans[s].last; i++)
			painter_add(&bundles->painter, axis->cuts.class[i], bundles -> rank[index]);
	}
	return 0;
}

int bundles_paint(struct bundles *bundles)
{
	for (size_t b = 0; b < bundles->count; b++) {
		const struct bundle *bundle = &bundles->list[b];
		const struct port_axis *axis = bundles->axis[bundle->role];
		int err = 0;

		for (size_t i = 0; i < bundle->rules && err == 0; i++)
			err = rule_paint(bundles, axis, bundles->rules[bundle->first + i]);
		if (err == 0)
			err = painter_take(&bundles->painter, axis->sets.count,
					   &bundles->painted[b]);
		if (err < 0)
			return err;
		if (bundles->painter.list_bytes > PAINTED_MAX_BYTES)
			return -E2BIG;
	}
	return 0;
}

static int join_paint(struct bundles *bundles, const uint32_t *list, size_t count,
		      uint32_t *ret_row)
{
	size_t columns = bundles->axis[bundles->list[list[0]].role]->sets.count, cells = 0;
	const uint32_t *row;
	int err;

	if (array_reserve(&bundles->parts, &bundles->parts_capacity, count,
			  sizeof(*bundles->parts)) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		bundles->parts[i] = &bundles->painted[list[i]];
	err = painter_join(&bundles->painter, bundles->parts, count, columns, &row, &cells);
	if (err < 0)
		return err;
	err = intern_add(&bundles->rows, row, cells * sizeof(*row), ret_row);
	return err < 0 ? err : 0;
}

int bundles_row(struct bundles *bundles, const uint32_t *list, size_t count, uint32_t *ret_row)
{
	uint32_t join, row;
	int err;

	if (count == 0) {
		*ret_row = ROW_EMPTY;
		return 0;
	}
	err = intern_add(&bundles->joins, list, count * sizeof(*list), &join);
	if (err < 0)
		return err;
	if (err == 0) {
		*ret_row = bundles->join_row[join];
		return 0;
	}
	if (array_reserve(&bundles->join_row, &bundles->join_capacity, (size_t)join + 1,
			  sizeof(*bundles->join_row)) < 0)
		return -ENOMEM;
	err = join_paint(bundles, list, count, &row);
	if (err < 0)
		return err;
	*ret_row = bundles->join_row[join] = row;
	return 0;
}

void bundles_free(struct bundles *bundles)
{
	free(bundles->list);
	free(bundles->rules);
	for (int role = 0; role < ZG_ROLES; role++)
		free(bundles->by_remote[role]);
	free(bundles->rank);
	for (size_t i = 0; bundles->painted && i < bundles->count; i++)
		painted_free(&bundles->painted[i]);
	free(bundles->painted);
	painter_free(&bundles->painter);
	free(bundles->parts);
	intern_free(&bundles->rows);
	intern_free(&bundles->joins);
	free(bundles->join_row);
	*bundles = (struct bundles){.count = 0};
}
