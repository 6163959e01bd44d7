// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Which zones hold which is read from the classes: zone b holds zone a when every class that is in
 * a is in b. Knows zones by number, no addresses.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compile/cover.h"
#include "util/array.h"
#include "util/cleanup.h"

#define HOLDERS_MAX_BYTES ((size_t)64 << 20) /* of one party; beyond, nothing is taken away */

/* For each zone of a party the zones that hold it, itself among them. */
struct holders {
	size_t *end; /* of member m: list[end[m - 1]..end[m]) */
	uint32_t *list;
};

static void holders_free(struct holders *holders)
{
	free(holders->end);
	free(holders->list);
}

/* Bits of all zones that are in every class of zone m; without a class: of none. */
static uint64_t *holder_bits(const struct party *party)
{
	const struct class_sets *sets = &party->sets;
	size_t words = sets->words;
	uint64_t *bits = calloc(party->zone_count * words + 1, sizeof(*bits));
	AUTO_FREE bool *seen = calloc(party->zone_count + 1, sizeof(*seen));

	if (!bits || !seen) {
		free(bits);
		return NULL;
	}
	for (uint32_t class = 0; class < sets->count; class ++) {
		const uint64_t *has = class_sets_bits(sets, class);

		for (size_t at = 0; at < words; at++) {
			for (uint64_t left = has[at]; left; left &= left - 1) {
				size_t m = at * 64 + (size_t)__builtin_ctzll(left);

				if (m >= party->zone_count)
					break;
				for (size_t w = 0; w < words; w++)
					bits[m * words + w] =
						(seen[m] ? bits[m * words + w] : ~0ull) & has[w];
				seen[m] = true;
			}
		}
	}
	return bits;
}

static int holders_find(const struct party *party, struct holders *holders)
{
	AUTO_FREE uint64_t *bits = holder_bits(party);
	size_t words = party->sets.words, count = 0, capacity = 0;

	holders->end = calloc(party->zone_count + 1, sizeof(*holders->end));
	if (!bits || !holders->end)
		return -ENOMEM;
	for (size_t m = 0; m < party->zone_count; m++) {
		for (size_t at = 0; at < words; at++) {
			for (uint64_t left = bits[m * words + at]; left; left &= left - 1) {
				size_t holder = at * 64 + (size_t)__builtin_ctzll(left);

				if (holder >= party->zone_count)
					break;
				if (array_reserve(&holders->list, &capacity, count + 1,
						  sizeof(*holders->list)) < 0)
					return -ENOMEM;
				holders->list[count++] = (uint32_t)holder;
			}
		}
		holders->end[m] = count;
	}
	return 0;
}

static size_t holders_first(const struct holders *holders, size_t member)
{
	return member ? holders->end[member - 1] : 0;
}

/* The bundle of a role between two zones, or bundles->count. */
static size_t bundle_find(const struct bundles *bundles, uint32_t role, uint32_t remote,
			  uint32_t local)
{
	size_t low = bundles->by_remote[role][remote], end = bundles->by_remote[role][remote + 1];
	size_t high = end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (bundles->list[middle].local < local)
			low = middle + 1;
		else
			high = middle;
	}
	return low < end && bundles->list[low].local == local ? low : bundles->count;
}

/* Adds to parts the bundles that apply wherever this one does. */
static int wider_find(struct bundles *bundles, const struct holders *remote,
		      const struct holders *local, size_t index, size_t *ret_count)
{
	const struct bundle *bundle = &bundles->list[index];
	size_t count = 0;

	*ret_count = 0;
	if (!remote->list || !local->list) /* no zone holds an address */
		return 0;
	for (size_t r = holders_first(remote, bundle->remote); r < remote->end[bundle->remote];
	     r++) {
		for (size_t l = holders_first(local, bundle->local); l < local->end[bundle->local];
		     l++) {
			size_t wider =
				bundle_find(bundles, bundle->role, remote->list[r], local->list[l]);

			if (wider == bundles->count || wider == index)
				continue;
			if (array_reserve(&bundles->parts, &bundles->parts_capacity, count + 1,
					  sizeof(*bundles->parts)) < 0)
				return -ENOMEM;
			bundles->parts[count++] = &bundles->painted[wider];
		}
	}
	*ret_count = count;
	return 0;
}

static int bundle_cover(struct bundles *bundles, const struct holders *remote,
			const struct holders *local, size_t index, struct painted *ret_left)
{
	size_t columns = bundles->axis[bundles->list[index].role]->sets.count, count;
	int err = wider_find(bundles, remote, local, index, &count);

	if (err < 0)
		return err;
	return painter_less(&bundles->painter, &bundles->painted[index], bundles->parts, count,
			    columns, ret_left);
}

int bundles_cover(struct bundles *bundles, const struct party *remote, const struct party *local)
{
	CLEANUP(holders_free) struct holders remote_holders = {0};
	CLEANUP(holders_free) struct holders local_holders = {0};
	struct painted *left;
	int err = bundles_paint(bundles);

	if (err < 0 ||
	    remote->zone_count * remote->sets.words * sizeof(uint64_t) > HOLDERS_MAX_BYTES ||
	    local->zone_count * local->sets.words * sizeof(uint64_t) > HOLDERS_MAX_BYTES)
		return err;
	if (holders_find(remote, &remote_holders) < 0 || holders_find(local, &local_holders) < 0)
		return -ENOMEM;
	left = calloc(bundles->count + 1, sizeof(*left));
	if (!left)
		return -ENOMEM;
	for (size_t b = 0; b < bundles->count && err == 0; b++)
		err = bundle_cover(bundles, &remote_holders, &local_holders, b, &left[b]);
	for (size_t b = 0; b < bundles->count; b++) /* what is left takes the place of all */
		painted_free(err < 0 ? &left[b] : &bundles->painted[b]);
	if (err < 0) {
		free(left);
		return err;
	}
	free(bundles->painted);
	bundles->painted = left;
	return 0;
}
