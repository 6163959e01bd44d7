// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Every remote class gets a profile: its facts, and its row for each local class that it has rules
 * with. Equal profiles are one class; so are local classes that no profile tells apart. Profiles
 * are sparse: no product of classes is built before it is known to fit. Knows no addresses.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/reasons.h>

#include "compile/cover.h"
#include "compile/cross.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/radix.h"

#define PROFILE_MAX_BYTES ((size_t)384 << 20)
#define JOINS_MAX_BYTES ((size_t)192 << 20)
#define PROBES 256
#define FACT_WORDS (sizeof(struct remote_facts) / sizeof(uint32_t))

struct touch { /* a bundle that applies between the remote class and this local class */
	uint32_t local, bundle;
};

/* Work space of building profiles. */
struct profiler {
	const struct party *remote;
	struct bundles *bundles;
	size_t *local_end; /* local classes in local zone m: locals[local_end[m - 1]..] */
	uint32_t *locals;
	size_t raw_locals;
	struct touch *touches;
	size_t touch_count, touch_capacity;
	uint32_t *words; /* the profile: struct remote_facts, then (role and local, row) */
	size_t word_count, word_capacity;
	uint32_t *list; /* bundles of one pair */
	size_t list_capacity;
};

static void profiler_free(struct profiler *profiler)
{
	free(profiler->local_end);
	free(profiler->locals);
	free(profiler->touches);
	free(profiler->words);
	free(profiler->list);
}

/* Which local classes each local zone holds. */
static int profiler_locals(struct profiler *profiler, const struct party *local)
{
	size_t members = local->zone_count, capacity = 0, count = 0;

	profiler->raw_locals = local->sets.count;
	profiler->local_end = malloc((members + 1) * sizeof(*profiler->local_end));
	if (!profiler->local_end)
		return -ENOMEM;
	for (size_t m = 0; m < members; m++) {
		for (uint32_t class = 0; class < local->sets.count; class ++) {
			if (!class_sets_has(&local->sets, class, m))
				continue;
			if (array_reserve(&profiler->locals, &capacity, count + 1,
					  sizeof(*profiler->locals)) < 0)
				return -ENOMEM;
			profiler->locals[count++] = class;
		}
		profiler->local_end[m] = count;
	}
	return 0;
}

static int touch_zone(struct profiler *profiler, uint32_t role, size_t member)
{
	const struct bundles *bundles = profiler->bundles;

	for (size_t b = bundles->by_remote[role][member]; b < bundles->by_remote[role][member + 1];
	     b++) {
		uint32_t zone = bundles->list[b].local;
		size_t start = zone ? profiler->local_end[zone - 1] : 0;
		size_t end = profiler->local_end[zone];

		if (bundles->painted[b].count == 0) /* others win all that it has */
			continue;
		if (array_reserve(&profiler->touches, &profiler->touch_capacity,
				  profiler->touch_count + end - start,
				  sizeof(*profiler->touches)) < 0)
			return -ENOMEM;
		for (size_t i = start; i < end; i++)
			profiler->touches[profiler->touch_count++] =
				(struct touch){profiler->locals[i], (uint32_t)b};
	}
	return 0;
}

static int word_push(struct profiler *profiler, uint32_t word)
{
	if (array_reserve(&profiler->words, &profiler->word_capacity, profiler->word_count + 1,
			  sizeof(*profiler->words)) < 0)
		return -ENOMEM;
	profiler->words[profiler->word_count++] = word;
	return 0;
}

/* Touches sorted by local class become one row each. */
static int touches_join(struct profiler *profiler, uint32_t role)
{
	for (size_t i = 0; i < profiler->touch_count;) {
		uint32_t local = profiler->touches[i].local, row;
		size_t count = 0;
		int err;

		for (; i < profiler->touch_count && profiler->touches[i].local == local; i++) {
			if (array_reserve(&profiler->list, &profiler->list_capacity, count + 1,
					  sizeof(*profiler->list)) < 0)
				return -ENOMEM;
			profiler->list[count++] = profiler->touches[i].bundle;
		}
		err = bundles_row(profiler->bundles, profiler->list, count, &row);
		if (err < 0)
			return err;
		if (row == ROW_EMPTY)
			continue;
		if (word_push(profiler, role * (uint32_t)profiler->raw_locals + local) < 0 ||
		    word_push(profiler, row) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* Touches by local class. They come with ascending bundles, and stay so within a class. */
static int touches_sort(struct profiler *profiler)
{
	static const struct radix_word key[] = {{offsetof(struct touch, local), 4}};

	return radix_sort(profiler->touches, profiler->touch_count, sizeof(*profiler->touches), key,
			  1);
}

static int profile_role(struct profiler *profiler, uint32_t role, uint32_t class)
{
	const uint64_t *bits = class_sets_bits(&profiler->remote->sets, class);
	size_t zones = profiler->remote->zone_count;

	profiler->touch_count = 0;
	for (size_t w = 0; w * 64 < zones; w++) {
		for (uint64_t left = bits[w]; left; left &= left - 1) {
			size_t member = w * 64 + (size_t)__builtin_ctzll(left);

			if (member < zones && touch_zone(profiler, role, member) < 0)
				return -ENOMEM;
		}
	}
	if (touches_sort(profiler) < 0)
		return -ENOMEM;
	return touches_join(profiler, role);
}

/* Fills words with all that packets can see of the remote class. */
static int profile_build(struct profiler *profiler, const struct remote_facts *facts,
			 uint32_t class)
{
	profiler->word_count = 0;
	if (array_reserve(&profiler->words, &profiler->word_capacity, FACT_WORDS,
			  sizeof(*profiler->words)) < 0)
		return -ENOMEM;
	memcpy(profiler->words, facts, sizeof(*facts));
	profiler->word_count = FACT_WORDS;
	for (uint32_t role = 0; role < ZG_ROLES; role++) {
		int err;

		if (role == ZG_ACCEPT && facts->flags)
			continue; /* a reason stands in its pairs, whatever the rules */
		err = profile_role(profiler, role, class);
		if (err < 0)
			return err;
	}
	return 0;
}

static int remote_profile(struct profiler *profiler, const struct nic_groups *groups,
			  uint32_t class)
{
	struct remote_facts facts;

	remote_facts_read(profiler->bundles->policy, profiler->remote, groups, class, &facts);
	return profile_build(profiler, &facts, class);
}

/*
 * A few classes from all over come first: neighbours share most of their rows, so in order a set of
 * rules that does not fit would show it late. What was painted for them is kept.
 */
static int remotes_probe(struct profiler *profiler, const struct nic_groups *groups)
{
	size_t step = profiler->remote->sets.count / PROBES;
	int err = 0;

	for (size_t class = step; step > 1 && class < profiler->remote->sets.count && !err;
	     class += step)
		err = remote_profile(profiler, groups, (uint32_t) class);
	return err;
}

static int remotes_merge(struct profiler *profiler, const struct nic_groups *groups,
			 struct intern *profiles, struct cross *cross)
{
	const struct party *remote = profiler->remote;
	int err = remotes_probe(profiler, groups);

	cross->remote_map = malloc(remote->sets.count * sizeof(*cross->remote_map));
	if (!cross->remote_map)
		return -ENOMEM;
	for (uint32_t class = 0; class < remote->sets.count && err >= 0; class ++) {
		err = remote_profile(profiler, groups, class);
		if (err < 0)
			return err;
		err = intern_add(profiles, profiler->words,
				 profiler->word_count * sizeof(*profiler->words),
				 &cross->remote_map[class]);
	}
	cross->remotes = profiles->count;
	return err < 0 ? err : 0;
}

/* Keeps the profiles of the merged classes: facts and entries. */
static int profiles_keep(const struct intern *profiles, struct cross *cross)
{
	size_t end = 0;

	cross->facts = malloc(cross->remotes * sizeof(*cross->facts));
	cross->entry_end = malloc(cross->remotes * sizeof(*cross->entry_end));
	cross->entry = malloc(profiles->size_bytes + 1);
	if (!cross->facts || !cross->entry_end || !cross->entry)
		return -ENOMEM;
	for (uint32_t r = 0; r < cross->remotes; r++) {
		size_t bytes;
		const uint8_t *profile = intern_get(profiles, r, &bytes);

		memcpy(&cross->facts[r], profile, sizeof(cross->facts[r]));
		bytes -= sizeof(cross->facts[r]);
		memcpy(cross->entry + end, profile + sizeof(cross->facts[r]), bytes);
		for (size_t i = end; i < end + bytes / sizeof(*cross->entry); i += 2)
			cross->role_entries[cross->entry[i] / cross->raw_locals]++;
		end += bytes / sizeof(*cross->entry);
		cross->entry_end[r] = end;
	}
	return 0;
}

/* Entries turned about: for each raw local class its (remote and role, row), in one array. */
static int locals_transpose(const struct cross *cross, size_t *end, uint32_t **ret_words)
{
	size_t total = cross->remotes ? cross->entry_end[cross->remotes - 1] : 0, sum = 0;
	uint32_t *words = malloc((total + 1) * sizeof(*words));

	if (!words)
		return -ENOMEM;
	for (size_t i = 0; i < total; i += 2)
		end[cross->entry[i] % cross->raw_locals] += 2;
	for (size_t l = 0; l < cross->raw_locals; l++) {
		size_t count = end[l];

		end[l] = sum; /* while filling: where the next goes */
		sum += count;
	}
	for (size_t r = 0, i = 0; r < cross->remotes; r++) {
		for (; i < cross->entry_end[r]; i += 2) {
			size_t role = cross->entry[i] / cross->raw_locals;
			size_t *next = &end[cross->entry[i] % cross->raw_locals];

			words[(*next)++] = (uint32_t)(r * ZG_ROLES + role);
			words[(*next)++] = cross->entry[i + 1];
		}
	}
	*ret_words = words;
	return 0;
}

static int locals_merge(struct cross *cross)
{
	CLEANUP(intern_free) struct intern columns = {0};
	AUTO_FREE size_t *end = calloc(cross->raw_locals, sizeof(*end));
	AUTO_FREE uint32_t *words = NULL;

	cross->local_map = calloc(cross->raw_locals, sizeof(*cross->local_map));
	if (!end || !cross->local_map || locals_transpose(cross, end, &words) < 0)
		return -ENOMEM;
	/* Class 0, in no local zone, is never merged: it has a reason of its own. */
	for (size_t l = 1; l < cross->raw_locals; l++) {
		uint32_t id;

		if (intern_add(&columns, words + end[l - 1], (end[l] - end[l - 1]) * sizeof(*words),
			       &id) < 0)
			return -ENOMEM;
		cross->local_map[l] = id + 1;
	}
	cross->locals = columns.count + 1;
	return 0;
}

int cross_build(const struct party *remote, const struct party *local,
		const struct nic_groups *groups, struct bundles *bundles, struct cross *ret_cross)
{
	CLEANUP(cross_free) struct cross cross = {.raw_locals = local->sets.count};
	CLEANUP(profiler_free)
	struct profiler profiler = {.remote = remote, .bundles = bundles};
	CLEANUP(intern_free) struct intern profiles = {.max_bytes = PROFILE_MAX_BYTES};
	int err;

	bundles->joins.max_bytes = JOINS_MAX_BYTES;
	err = bundles_cover(bundles, remote, local);
	if (err == 0)
		err = profiler_locals(&profiler, local);
	if (err == 0)
		err = remotes_merge(&profiler, groups, &profiles, &cross);
	if (err == 0)
		err = profiles_keep(&profiles, &cross);
	if (err == 0)
		err = locals_merge(&cross);
	if (err < 0)
		return err;
	*ret_cross = cross;
	cross = (struct cross){.remotes = 0};
	return 0;
}

/* Why nothing from this class arrives at a NIC of the group, or 0. */
static uint32_t arrival_reason(const struct remote_facts *facts, size_t group)
{
	if (facts->flags & ZG_CLASS_MARTIAN)
		return ZG_R_MARTIAN;
	if (facts->flags & ZG_CLASS_SELF)
		return ZG_R_SPOOFED_LOCAL;
	if (facts->groups && !(facts->groups >> group & 1))
		return ZG_R_SPOOFED_INTERFACE;
	return 0;
}

/* One remote class in one group, before its rows: reasons, or the empty row. */
static void pairs_clear(const struct cross *cross, uint32_t reason, uint32_t empty, uint32_t *pairs)
{
	uint32_t word = reason ? ZG_PAIR_REASON | reason : empty;

	pairs[0] = ZG_PAIR_REASON | (reason ? reason : (uint32_t)ZG_R_NOT_LOCAL);
	for (size_t l = 1; l < cross->locals; l++)
		pairs[l] = word;
}

/* ACCEPT has martians always. A role without rules says "not local" or "no rule" whoever asks. */
size_t cross_role_remotes(const struct cross *cross, uint32_t role)
{
	return role == ZG_ACCEPT || cross->role_entries[role] > 0 ? cross->remotes : 1;
}

void cross_pairs(const struct cross *cross, size_t groups, uint32_t role, const uint32_t *row_base,
		 uint32_t *ret_pairs)
{
	size_t first = (size_t)role * cross->raw_locals, start = 0;
	size_t remotes = cross_role_remotes(cross, role);
	uint32_t *pairs = ret_pairs;

	for (size_t r = 0; r < remotes; r++) {
		for (size_t group = 0; group <= groups; group++, pairs += cross->locals) {
			uint32_t reason =
				role == ZG_ACCEPT ? arrival_reason(&cross->facts[r], group) : 0;

			pairs_clear(cross, reason, row_base[ROW_EMPTY], pairs);
			for (size_t i = start; !reason && i < cross->entry_end[r]; i += 2) {
				size_t local = cross->entry[i] - first;

				if (cross->entry[i] >= first && local < cross->raw_locals)
					pairs[cross->local_map[local]] =
						row_base[cross->entry[i + 1]];
			}
		}
		start = cross->entry_end[r];
	}
}

void cross_free(struct cross *cross)
{
	free(cross->remote_map);
	free(cross->local_map);
	free(cross->facts);
	free(cross->entry);
	free(cross->entry_end);
	*cross = (struct cross){.remotes = 0};
}
