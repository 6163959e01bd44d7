// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Cuts an axis where the set of its members changes: boundaries sorted, one sweep. Owns the
 * boundaries while they are collected. Knows no policy.
 */
#include <errno.h>

#include "compile/intervals.h"
#include "util/array.h"
#include "util/radix.h"

static void event4_push(struct cutter *cutter, uint32_t at, uint32_t member)
{
	cutter->events4[cutter->count4++] = (struct event4){at, member};
}

/* The axis ends behind its last point: a range that reaches it is never left. */
static void range4_push(struct cutter *cutter, uint32_t first, uint32_t last, uint32_t member)
{
	event4_push(cutter, first, member);
	if (last != UINT32_MAX)
		event4_push(cutter, last + 1, member);
}

int cutter_add4(struct cutter *cutter, uint32_t first, uint32_t last, uint32_t member)
{
	if (array_reserve(&cutter->events4, &cutter->capacity4, cutter->count4 + 2,
			  sizeof(*cutter->events4)) < 0)
		return -ENOMEM;
	range4_push(cutter, first, last, member);
	return 0;
}

static void range6_push(struct cutter *cutter, const struct range6 *range, uint32_t member)
{
	struct addr6 end = range->last;

	cutter->events6[cutter->count6++] = (struct event6){range->first, member};
	end.low++;
	end.high += end.low == 0;
	if (end.high || end.low)
		cutter->events6[cutter->count6++] = (struct event6){end, member};
}

int cutter_add_set(struct cutter *cutter, const struct address_set *set, uint32_t member)
{
	if (array_reserve(&cutter->events4, &cutter->capacity4, cutter->count4 + 2 * set->count4,
			  sizeof(*cutter->events4)) < 0 ||
	    array_reserve(&cutter->events6, &cutter->capacity6, cutter->count6 + 2 * set->count6,
			  sizeof(*cutter->events6)) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < set->count4; i++)
		range4_push(cutter, set->v4[i].first, set->v4[i].last, member);
	for (size_t i = 0; i < set->count6; i++)
		range6_push(cutter, &set->v6[i], member);
	return 0;
}

void cutter_free(struct cutter *cutter)
{
	free(cutter->events4);
	free(cutter->events6);
	*cutter = (struct cutter){0};
}

/* Notes that an interval of the active set begins with the next event; true: it is a new one. */
static int interval_begin(struct class_sets *sets, struct cuts *cuts, bool *ret_new)
{
	uint32_t class;
	int err = class_sets_current(sets, &class);

	if (err < 0)
		return err;
	*ret_new = cuts->count == 0 || cuts->class[cuts->count - 1] != class;
	if (*ret_new)
		cuts->class[cuts->count++] = class;
	return 0;
}

int cuts_build4(struct cutter *cutter, struct class_sets *sets, struct cuts *ret_cuts)
{
	static const struct radix_word key[] = {{offsetof(struct event4, at), 4}};
	struct cuts cuts = {.six = false};
	uint32_t at = 0;
	int err;

	class_sets_reset(sets);
	cuts.start4 = malloc((cutter->count4 + 1) * sizeof(*cuts.start4));
	cuts.class = malloc((cutter->count4 + 1) * sizeof(*cuts.class));
	err = cuts.start4 && cuts.class ? radix_sort(cutter->events4, cutter->count4,
						     sizeof(*cutter->events4), key, 1)
					: -ENOMEM;
	for (size_t i = 0; err == 0;) {
		bool new;

		for (; i < cutter->count4 && cutter->events4[i].at == at; i++)
			class_sets_toggle(sets, cutter->events4[i].member);
		err = interval_begin(sets, &cuts, &new);
		if (err < 0)
			break;
		if (new)
			cuts.start4[cuts.count - 1] = at;
		if (i == cutter->count4) {
			*ret_cuts = cuts;
			return 0;
		}
		at = cutter->events4[i].at;
	}
	cuts_free(&cuts);
	return err;
}

static bool addr6_equal(struct addr6 a, struct addr6 b)
{
	return a.high == b.high && a.low == b.low;
}

int cuts_build6(struct cutter *cutter, struct class_sets *sets, struct cuts *ret_cuts)
{
	static const struct radix_word key[] = {
		{offsetof(struct event6, at) + offsetof(struct addr6, low), 8},
		{offsetof(struct event6, at) + offsetof(struct addr6, high), 8},
	};
	struct cuts cuts = {.six = true};
	struct addr6 at = {0, 0};
	int err;

	class_sets_reset(sets);
	cuts.start6 = malloc((cutter->count6 + 1) * sizeof(*cuts.start6));
	cuts.class = malloc((cutter->count6 + 1) * sizeof(*cuts.class));
	err = cuts.start6 && cuts.class ? radix_sort(cutter->events6, cutter->count6,
						     sizeof(*cutter->events6), key, 2)
					: -ENOMEM;
	for (size_t i = 0; err == 0;) {
		bool new;

		for (; i < cutter->count6 && addr6_equal(cutter->events6[i].at, at); i++)
			class_sets_toggle(sets, cutter->events6[i].member);
		err = interval_begin(sets, &cuts, &new);
		if (err < 0)
			break;
		if (new)
			cuts.start6[cuts.count - 1] = at;
		if (i == cutter->count6) {
			*ret_cuts = cuts;
			return 0;
		}
		at = cutter->events6[i].at;
	}
	cuts_free(&cuts);
	return err;
}

void cuts_remap(struct cuts *cuts, const uint32_t *map)
{
	size_t kept = 0;

	for (size_t i = 0; i < cuts->count; i++) {
		uint32_t class = map[cuts->class[i]];

		if (kept > 0 && cuts->class[kept - 1] == class)
			continue;
		cuts->class[kept] = class;
		if (cuts->six)
			cuts->start6[kept] = cuts->start6[i];
		else
			cuts->start4[kept] = cuts->start4[i];
		kept++;
	}
	cuts->count = kept;
}

size_t cuts_find4(const struct cuts *cuts, uint32_t at)
{
	size_t low = 0, high = cuts->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (cuts->start4[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

void cuts_free(struct cuts *cuts)
{
	free(cuts->start4);
	free(cuts->start6);
	free(cuts->class);
	*cuts = (struct cuts){0};
}
