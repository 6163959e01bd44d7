// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Set operations on sorted, disjoint, maximal ranges, written once for both families: a view reads
 * either as 128-bit numbers. Owns set operations. Knows no zone names, prefixes of text or BPF.
 */
#include <errno.h>
#include <stdlib.h>

#include "resolve/address_set.h"
#include "util/array.h"
#include "util/radix.h"

typedef unsigned __int128 wide;

struct span { /* both included */
	wide first, last;
};

/* The ranges of one family, read and written as numbers. */
struct view {
	struct range4 *v4;
	struct range6 *v6; /* exactly one of both is used: v6 when six */
	size_t count;
	bool six;
};

static wide wide_of(struct addr6 address)
{
	return (wide)address.high << 64 | address.low;
}

static struct addr6 addr6_of(wide value)
{
	return (struct addr6){.high = (uint64_t)(value >> 64), .low = (uint64_t)value};
}

static struct view view_of(const struct address_set *set, bool six)
{
	return (struct view){
		.v4 = set->v4,
		.v6 = set->v6,
		.count = six ? set->count6 : set->count4,
		.six = six,
	};
}

static struct span view_get(const struct view *view, size_t i)
{
	if (view->six)
		return (struct span){wide_of(view->v6[i].first), wide_of(view->v6[i].last)};
	return (struct span){view->v4[i].first, view->v4[i].last};
}

static void view_put(const struct view *view, size_t i, struct span span)
{
	if (view->six)
		view->v6[i] = (struct range6){addr6_of(span.first), addr6_of(span.last)};
	else
		view->v4[i] = (struct range4){(uint32_t)span.first, (uint32_t)span.last};
}

int address_set_builder_add4(struct address_set_builder *builder, uint32_t first, uint32_t last)
{
	if (array_reserve(&builder->v4, &builder->capacity4, builder->count4 + 1,
			  sizeof(*builder->v4)) < 0)
		return -ENOMEM;
	builder->v4[builder->count4++] = (struct range4){first, last};
	return 0;
}

int address_set_builder_add6(struct address_set_builder *builder, struct addr6 first,
			     struct addr6 last)
{
	if (array_reserve(&builder->v6, &builder->capacity6, builder->count6 + 1,
			  sizeof(*builder->v6)) < 0)
		return -ENOMEM;
	builder->v6[builder->count6++] = (struct range6){first, last};
	return 0;
}

int address_set_builder_add_set(struct address_set_builder *builder, const struct address_set *set)
{
	if (array_reserve(&builder->v4, &builder->capacity4, builder->count4 + set->count4,
			  sizeof(*builder->v4)) < 0 ||
	    array_reserve(&builder->v6, &builder->capacity6, builder->count6 + set->count6,
			  sizeof(*builder->v6)) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < set->count4; i++)
		builder->v4[builder->count4++] = set->v4[i];
	for (size_t i = 0; i < set->count6; i++)
		builder->v6[builder->count6++] = set->v6[i];
	return 0;
}

void address_set_builder_free(struct address_set_builder *builder)
{
	free(builder->v4);
	free(builder->v6);
	*builder = (struct address_set_builder){0};
}

/* Joins overlapping and adjacent ranges of a view sorted by first, in place; the new count. */
static size_t view_merge(struct view *view)
{
	struct span last;
	size_t kept = 0;

	if (view->count == 0)
		return 0;
	last = view_get(view, 0);
	for (size_t i = 1; i < view->count; i++) {
		struct span span = view_get(view, i);

		/* last.last is not the greatest address when something begins beyond it, so + 1
		 * does not overflow. */
		if (span.first <= last.last || span.first == last.last + 1) {
			if (span.last > last.last)
				last.last = span.last;
			continue;
		}
		view_put(view, kept++, last);
		last = span;
	}
	view_put(view, kept++, last);
	return kept;
}

static int copy4(struct arena *arena, const struct range4 *from, size_t count,
		 struct address_set *set)
{
	if (count == 0)
		return 0;
	set->v4 = arena_alloc(arena, count, sizeof(*set->v4));
	if (!set->v4)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		set->v4[i] = from[i];
	set->count4 = count;
	return 0;
}

static int copy6(struct arena *arena, const struct range6 *from, size_t count,
		 struct address_set *set)
{
	if (count == 0)
		return 0;
	set->v6 = arena_alloc(arena, count, sizeof(*set->v6));
	if (!set->v6)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		set->v6[i] = from[i];
	set->count6 = count;
	return 0;
}

int address_set_build(struct address_set_builder *builder, struct arena *arena,
		      struct address_set *ret_set)
{
	static const struct radix_word key4[] = {{offsetof(struct range4, first), 4}};
	static const struct radix_word key6[] = {
		{offsetof(struct range6, first) + offsetof(struct addr6, low), 8},
		{offsetof(struct range6, first) + offsetof(struct addr6, high), 8},
	};
	struct address_set set = {0};
	struct view view4 = {.v4 = builder->v4, .count = builder->count4};
	struct view view6 = {.v6 = builder->v6, .count = builder->count6, .six = true};

	if (radix_sort(builder->v4, builder->count4, sizeof(*builder->v4), key4, 1) < 0 ||
	    radix_sort(builder->v6, builder->count6, sizeof(*builder->v6), key6, 2) < 0)
		return -ENOMEM;
	builder->count4 = view_merge(&view4);
	builder->count6 = view_merge(&view6);
	if (copy4(arena, builder->v4, builder->count4, &set) < 0 ||
	    copy6(arena, builder->v6, builder->count6, &set) < 0)
		return -ENOMEM;
	*ret_set = set;
	return 0;
}

/* Writes a less b to out, or only counts when out is NULL. The ranges come out maximal: something
 * was cut away between any two pieces. */
static size_t view_subtract(const struct view *a, const struct view *b, const struct view *out)
{
	size_t count = 0, j = 0;

	for (size_t i = 0; i < a->count; i++) {
		struct span rest = view_get(a, i);
		bool open = true; /* something of rest is left */

		while (j < b->count && view_get(b, j).last < rest.first)
			j++;
		for (size_t k = j; open && k < b->count; k++) {
			struct span cut = view_get(b, k);

			if (cut.first > rest.last)
				break;
			if (cut.first > rest.first) {
				if (out)
					view_put(out, count,
						 (struct span){rest.first, cut.first - 1});
				count++;
			}
			if (cut.last >= rest.last)
				open = false;
			else
				rest.first = cut.last + 1;
			j = k; /* the last one met may reach into the next range of a */
		}
		if (open) {
			if (out)
				view_put(out, count, rest);
			count++;
		}
	}
	return count;
}

int address_set_subtract(const struct address_set *a, const struct address_set *b,
			 struct arena *arena, struct address_set *ret_set)
{
	struct view a4 = view_of(a, false), b4 = view_of(b, false);
	struct view a6 = view_of(a, true), b6 = view_of(b, true);
	struct view out4 = {.six = false}, out6 = {.six = true};

	out4.count = view_subtract(&a4, &b4, NULL);
	out6.count = view_subtract(&a6, &b6, NULL);
	if (out4.count) {
		out4.v4 = arena_alloc(arena, out4.count, sizeof(*out4.v4));
		if (!out4.v4)
			return -ENOMEM;
		view_subtract(&a4, &b4, &out4);
	}
	if (out6.count) {
		out6.v6 = arena_alloc(arena, out6.count, sizeof(*out6.v6));
		if (!out6.v6)
			return -ENOMEM;
		view_subtract(&a6, &b6, &out6);
	}
	*ret_set = (struct address_set){out4.v4, out4.count, out6.v6, out6.count};
	return 0;
}

/* Index of the first range that ends at or behind the address; count: none. */
static size_t view_find(const struct view *view, wide address)
{
	size_t low = 0, high = view->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (view_get(view, middle).last < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool view_has(const struct view *view, wide address)
{
	size_t i = view_find(view, address);

	return i < view->count && view_get(view, i).first <= address;
}

bool address_set_has4(const struct address_set *set, uint32_t address)
{
	struct view view = view_of(set, false);

	return view_has(&view, address);
}

bool address_set_has6(const struct address_set *set, struct addr6 address)
{
	struct view view = view_of(set, true);

	return view_has(&view, wide_of(address));
}

bool address_set_is_empty(const struct address_set *set)
{
	return set->count4 == 0 && set->count6 == 0;
}

static bool view_intersects(const struct view *a, const struct view *b)
{
	size_t i = 0, j = 0;

	while (i < a->count && j < b->count) {
		struct span x = view_get(a, i), y = view_get(b, j);

		if (x.last < y.first)
			i++;
		else if (y.last < x.first)
			j++;
		else
			return true;
	}
	return false;
}

bool address_set_intersects(const struct address_set *a, const struct address_set *b)
{
	struct view a4 = view_of(a, false), b4 = view_of(b, false);
	struct view a6 = view_of(a, true), b6 = view_of(b, true);

	return view_intersects(&a4, &b4) || view_intersects(&a6, &b6);
}
