/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Zones by their members: the union of the plain ones less the union of those with '!'.
 * Owns the evaluation, each zone once. Knows no rules.
 */
#include "resolve/zones.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "resolve/builtin.h"
#include "util/cleanup.h"

static int zone_evaluate(struct resolver *resolver, int zone, int within);

/* ---- members ---- */

int name_resolve(struct resolver *resolver, const char *name, struct address_set_builder *builder,
		 const struct name_entry **ret_entry)
{
	const struct name_entry *entry;
	int err = 0;

	*ret_entry = NULL;
	if (resolver->options->no_dns)
		return 0;
	entry = name_cache_get(resolver->names, name, resolver->now_ms);
	if (!entry)
		return -ENOMEM;
	for (size_t i = 0; i < entry->answer.count4 && !err; i++)
		err = address_set_builder_add4(builder, entry->answer.v4[i], entry->answer.v4[i]);
	for (size_t i = 0; i < entry->answer.count6 && !err; i++)
		err = address_set_builder_add6(builder, entry->answer.v6[i], entry->answer.v6[i]);
	*ret_entry = entry;
	return err;
}

static struct word member_word(const struct member *member)
{
	return (struct word){member->text, member->place};
}

/* What an unknown bare word may have been meant as. */
static void hint_unresolved(struct resolver *resolver, const struct member *member,
			    struct diag *diag)
{
	const struct policy *policy = resolver->policy;
	const char *nearest = NULL;

	for (size_t i = 0; i < policy->zone_count && !strchr(member->text, '.'); i++) {
		const char *pair[] = {nearest, policy->zones[i].name.text};

		nearest = diag_did_you_mean(member->text, pair, 2);
	}
	if (nearest)
		diag_hint(diag, "did you mean the zone @%s?", nearest);
	else
		diag_hint(diag, "until it does, the zone is without it");
}

static int member_name(struct resolver *resolver, int zone, const struct member *member,
		       struct address_set_builder *builder)
{
	struct word word = member_word(member);
	const struct name_entry *entry;
	int err;

	err = name_resolve(resolver, member->text, builder, &entry);
	if (err)
		return err;
	if (!entry || !entry->resolved)
		resolver->work[zone].doubtful = true;
	if (entry && !entry->resolved)
		hint_unresolved(resolver, member,
				word_diag(resolver->diags, DIAG_WARNING, "name-unresolved", &word,
					  "'%s' does not resolve: %s", member->text,
					  name_error(entry->error)));
	return 0;
}

static void report_cycle(struct resolver *resolver, int from, int to, const struct member *member)
{
	const struct policy *policy = resolver->policy;
	struct word word = member_word(member);
	char *chain = arena_strdup(resolver->arena, policy->zones[to].name.text);

	/* From the inside out, so the chain is put together from its end. */
	for (int zone = from; chain && zone != to; zone = resolver->work[zone].within)
		chain = arena_printf(resolver->arena, "%s -> %s", policy->zones[zone].name.text,
				     chain);
	if (chain)
		chain = arena_printf(resolver->arena, "%s -> %s", policy->zones[to].name.text,
				     chain);
	diag_second(word_diag(resolver->diags, DIAG_ERROR, "zone-cycle", &word,
			      "zones contain each other: %s", chain ? chain : member->text),
		    policy->zones[to].name.place, "declared here");
}

static int member_zone(struct resolver *resolver, int zone, const struct member *member,
		       struct address_set_builder *builder)
{
	int other = strmap_get(&resolver->policy->zone_index, member->text);
	struct word word = member_word(member);
	int err;

	if (other < 0) {
		policy_zone_hint(resolver->policy, member->text,
				 word_diag(resolver->diags, DIAG_ERROR, "zone-undefined", &word,
					   "there is no zone '%s'", member->text));
		resolver->work[zone].doubtful = true;
		return 0;
	}
	if (resolver->work[other].state == ZONE_BUSY) {
		report_cycle(resolver, zone, other, member);
		resolver->work[zone].doubtful = true;
		return 0;
	}
	err = zone_evaluate(resolver, other, zone);
	if (err)
		return err;
	resolver->work[zone].doubtful |= resolver->work[other].doubtful;
	if (!member->negated)
		resolver->work[zone].built_on_any |= resolver->work[other].built_on_any;
	return address_set_builder_add_set(builder, &resolver->resolved->zones[other].addresses);
}

/* A bare word that is a zone's name means the zone; in the zone of that very name, which cannot
 * hold itself, it is a DNS name. */
static bool is_zone_name(const struct resolver *resolver, int zone, const struct member *member)
{
	int other = strmap_get(&resolver->policy->zone_index, member->text);

	return other >= 0 && other != zone;
}

int member_resolve(struct resolver *resolver, int zone, const struct member *member,
		   struct address_set_builder *builder)
{
	const struct address_range *range = &member->range;

	switch (member->kind) {
	case MEMBER_RANGE:
		return range->ipv6
			       ? address_set_builder_add6(builder, range->v6.first, range->v6.last)
			       : address_set_builder_add4(builder, range->v4.first, range->v4.last);
	case MEMBER_ANY:
		if (!member->negated)
			resolver->work[zone].built_on_any = true;
		return builtin_add(member->kind, builder);
	case MEMBER_PRIVATE:
	case MEMBER_BOGONS:
		return builtin_add(member->kind, builder);
	case MEMBER_ZONE:
		return member_zone(resolver, zone, member, builder);
	case MEMBER_NAME:
		if (is_zone_name(resolver, zone, member))
			return member_zone(resolver, zone, member, builder);
		return member_name(resolver, zone, member, builder);
	case MEMBER_FILE:
		return list_resolve(resolver, zone, member, builder);
	}
	return 0;
}

/* ---- zones ---- */

static int zone_algebra(struct resolver *resolver, int zone, struct address_set *ret_set)
{
	CLEANUP(address_set_builder_free) struct address_set_builder plain = {0};
	CLEANUP(address_set_builder_free) struct address_set_builder negated = {0};
	const struct zone_text *text = &resolver->policy->zones[zone];
	struct address_set all, less;
	bool subtract = false;
	int err = 0;

	for (size_t i = 0; i < text->member_count && !err; i++) {
		const struct member *member = &text->members[i];

		subtract |= member->negated;
		err = member_resolve(resolver, zone, member, member->negated ? &negated : &plain);
	}
	if (!err)
		err = address_set_build(&plain, resolver->arena, subtract ? &all : ret_set);
	if (!err && subtract)
		err = address_set_build(&negated, resolver->arena, &less);
	if (!err && subtract)
		err = address_set_subtract(&all, &less, resolver->arena, ret_set);
	return err;
}

static void zone_check_empty(struct resolver *resolver, int zone)
{
	const struct zone_text *text = &resolver->policy->zones[zone];
	bool only_negated = text->member_count > 0;
	struct diag *diag;

	if (resolver->work[zone].doubtful ||
	    !address_set_is_empty(&resolver->resolved->zones[zone].addresses))
		return;
	for (size_t i = 0; i < text->member_count; i++)
		only_negated &= text->members[i].negated;
	diag = word_diag(resolver->diags, DIAG_WARNING, "zone-empty", &text->name,
			 "zone '%s' holds no address", text->name.text);
	if (only_negated)
		diag_hint(diag, "'!' takes away from the plain members: begin with any");
}

static int zone_evaluate(struct resolver *resolver, int zone, int within)
{
	struct zone_work *work = &resolver->work[zone];
	struct zone *result = &resolver->resolved->zones[zone];
	const struct zone_text *text = &resolver->policy->zones[zone];
	size_t errors = resolver->diags->errors;
	int err;

	if (work->state != ZONE_NEW)
		return 0;
	work->state = ZONE_BUSY;
	work->within = within;
	work->doubtful = text->wrong;
	result->name = text->name.text;
	result->place = text->name.place;
	if (text->interface.text)
		snprintf(result->interface, sizeof(result->interface), "%s", text->interface.text);
	err = zone_algebra(resolver, zone, &result->addresses);
	if (err)
		return err;
	work->state = ZONE_DONE;
	work->doubtful |= resolver->diags->errors != errors;
	zone_check_empty(resolver, zone);
	return 0;
}

int zones_resolve(struct resolver *resolver)
{
	for (size_t i = 0; i < resolver->policy->zone_count; i++) {
		int err = zone_evaluate(resolver, (int)i, -1);

		if (err)
			return err;
	}
	return 0;
}
