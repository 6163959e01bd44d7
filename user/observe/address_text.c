/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sets of addresses and lists of ports as text. Owns spelling only; knows no zones, rules, files.
 */
#include "observe/address_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "util/address.h"

static const struct addr6 addr6_last = {UINT64_MAX, UINT64_MAX};

static struct address_set family4(const struct address_set *set)
{
	return (struct address_set){.v4 = set->v4, .count4 = set->count4};
}

static struct address_set family6(const struct address_set *set)
{
	return (struct address_set){.v6 = set->v6, .count6 = set->count6};
}

static bool is_wide4(const struct address_set *set)
{
	uint64_t addresses = 0;

	for (size_t i = 0; i < set->count4; i++)
		addresses += (uint64_t)set->v4[i].last - set->v4[i].first + 1;
	return addresses > UINT64_C(1) << 31;
}

/* Counted in /64 networks of 2000::/3: every complement that people write keeps nearly all. */
static bool is_wide6(const struct address_set *set)
{
	const uint64_t first = UINT64_C(0x2000) << 48, last = (UINT64_C(0x4000) << 48) - 1;
	uint64_t networks = 0;

	for (size_t i = 0; i < set->count6; i++) {
		uint64_t low = set->v6[i].first.high, high = set->v6[i].last.high;

		if (high < first || low > last)
			continue;
		networks += (high > last ? last : high) - (low < first ? first : low);
	}
	return networks > (last - first) / 2;
}

bool address_set_is_wide(const struct address_set *set)
{
	return is_wide4(set) || is_wide6(set);
}

const char *address_set_member_text(const struct address_set *set, size_t index,
				    struct arena *arena)
{
	char buffer[ADDRESS_RANGE_TEXT];

	if (index >= set->count4 + set->count6)
		return "";
	if (index < set->count4)
		return arena_strdup(arena, range4_format(set->v4[index], buffer));
	return arena_strdup(arena, range6_format(set->v6[index - set->count4], buffer));
}

static const char *members_text(const struct address_set *set, size_t limit, struct arena *arena)
{
	size_t count = set->count4 + set->count6;
	size_t shown = limit && count > limit ? limit : count;
	char *text = NULL;
	size_t size = 0;
	const char *copy;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; i < shown; i++) {
		const char *member = address_set_member_text(set, i, arena);

		fprintf(out, "%s%s", i ? ", " : "", member ? member : "");
	}
	if (shown < count)
		fprintf(out, ", and %zu more", count - shown);
	fclose(out);
	copy = text ? arena_strdup(arena, text) : NULL;
	free(text);
	return copy;
}

static const char *family_text(const struct address_set *set, size_t limit, struct arena *arena)
{
	struct range4 all4 = {0, UINT32_MAX};
	struct range6 all6 = {{0, 0}, addr6_last};
	const char *family = set->count4 ? "IPv4" : "IPv6";
	struct address_set all = {0}, rest = {0};

	if (!(set->count4 ? is_wide4(set) : is_wide6(set)))
		return members_text(set, limit, arena);
	if (set->count4)
		all = (struct address_set){.v4 = &all4, .count4 = 1};
	else
		all = (struct address_set){.v6 = &all6, .count6 = 1};
	if (address_set_subtract(&all, set, arena, &rest))
		return NULL;
	if (address_set_is_empty(&rest))
		return arena_printf(arena, "any %s", family);
	const char *exceptions = members_text(&rest, limit, arena);

	return exceptions ? arena_printf(arena, "any %s except %s", family, exceptions) : NULL;
}

const char *address_set_text(const struct address_set *set, size_t limit, struct arena *arena)
{
	struct address_set v4 = family4(set), v6 = family6(set);
	const char *text4 = set->count4 ? family_text(&v4, limit, arena) : "";
	const char *text6 = set->count6 ? family_text(&v6, limit, arena) : "";

	if (!text4 || !text6)
		return NULL;
	if (!*text4 || !*text6)
		return *text4 ? text4 : text6;
	return arena_printf(arena, "%s%s %s", text4, is_wide4(set) || is_wide6(set) ? ";" : ",",
			    text6);
}

const char *port_ranges_text(const struct port_range *ranges, size_t count, struct arena *arena)
{
	const char *text = count ? "" : "any";

	for (size_t i = 0; text && i < count; i++) {
		const char *comma = i ? "," : "";

		if (ranges[i].first == ranges[i].last)
			text = arena_printf(arena, "%s%s%u", text, comma, ranges[i].first);
		else
			text = arena_printf(arena, "%s%s%u-%u", text, comma, ranges[i].first,
					    ranges[i].last);
	}
	return text;
}
