/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Lints of rules and zones: what lets in or out more than is most likely meant.
 * Owns these judgements. Changes nothing; few and right, so that a warning is worth reading.
 */
#include "resolve/lint.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "resolve/lint_sets.h"
#include "resolve/lint_tally.h"

#define TM_ADMIN_PORT 20444 /* must be open wherever a Server streams to this host */

static bool is_accept(const struct rule *rule)
{
	return rule->role == ROLE_ACCEPT || rule->role == ROLE_BOTH;
}

static bool is_open(const struct rule *rule)
{
	return rule->role == ROLE_OPEN || rule->role == ROLE_BOTH;
}

static const struct word *row_name(const struct resolver *resolver, size_t rule)
{
	return &resolver->policy->rows[rule].name;
}

/* ---- a wide range from everywhere over ports that are kept for somebody ---- */

static bool zones_meet(const struct resolver *resolver, int a, int b)
{
	const struct zone *zones = resolver->resolved->zones;

	return a == b || address_set_intersects(&zones[a].addresses, &zones[b].addresses);
}

/* Rules that accept from zones that are not built on `any`: they keep their ports for somebody. */
struct keepers {
	const struct rule **list; /* in order of rules */
	size_t count;
};

static int keepers_find(struct resolver *resolver, struct keepers *keepers)
{
	const struct resolved *resolved = resolver->resolved;

	keepers->list = arena_alloc(resolver->arena, resolved->rule_count, sizeof(*keepers->list));
	if (!keepers->list)
		return -ENOMEM;
	for (size_t i = 0; i < resolved->rule_count; i++) {
		const struct rule *rule = &resolved->rules[i];

		if (is_accept(rule) && !resolver->work[rule->accept_remote].built_on_any)
			keepers->list[keepers->count++] = rule;
	}
	return 0;
}

static bool is_exposed(const struct resolver *resolver, const struct rule *wide,
		       const struct rule *kept)
{
	return kept->port_count < wide->port_count && rules_share_service(wide, kept) &&
	       zones_meet(resolver, wide->accept_local, kept->accept_local);
}

static bool is_wide(const struct resolver *resolver, const struct rule *rule)
{
	return is_accept(rule) && rule->port_count >= 2 &&
	       resolver->work[rule->accept_remote].built_on_any;
}

static const char *const exposed_hint =
	"narrow it to the range that the server is set to:\n    [rule %s]\n"
	"    ports = 50000-50100";

static int exposed_tell(struct resolver *resolver, size_t index, const struct lint_names *names)
{
	const struct resolved *resolved = resolver->resolved;
	const struct rule *wide = &resolved->rules[index];
	char *text = lint_names_text(names, resolver->arena);

	if (!text)
		return -ENOMEM;
	diag_hint(word_diag(resolver->diags, DIAG_WARNING, "tm-ports-exposed",
			    &resolver->policy->rows[index].ports_text,
			    "rule '%s' lets zone '%s' reach ports that are kept for other zones by "
			    "rules %s",
			    wide->name, resolved->zones[wide->accept_remote].name, text),
		  exposed_hint, wide->name);
	return 0;
}

static int exposed_tell_rest(struct resolver *resolver, const struct lint_tally *tally)
{
	const struct row *row = &resolver->policy->rows[tally->rest_first];
	char *text = lint_names_text(&tally->rest, resolver->arena);

	if (!text)
		return -ENOMEM;
	diag_hint(word_diag(resolver->diags, DIAG_WARNING, "tm-ports-exposed", &row->ports_text,
			    "%zu more rules from zones built on any reach ports that are kept for "
			    "other zones: %s",
			    tally->rest.count, text),
		  exposed_hint, row->name.text);
	return 0;
}

static int lint_exposed(struct resolver *resolver)
{
	const struct resolved *resolved = resolver->resolved;
	struct lint_tally tally = {.told = 0};
	struct keepers keepers = {.count = 0};
	int err = keepers_find(resolver, &keepers);

	for (size_t i = 0; i < resolved->rule_count && !err; i++) {
		const struct rule *wide = &resolved->rules[i];
		struct lint_names names = {.count = 0};

		if (!is_wide(resolver, wide))
			continue;
		for (size_t k = 0; k < keepers.count; k++) {
			if (!is_exposed(resolver, wide, keepers.list[k]))
				continue;
			lint_names_add(&names, keepers.list[k]->name);
			if (lint_tally_full(&tally)) /* how many does not matter any more */
				break;
		}
		if (names.count && lint_tally_add(&tally, i, wide->name))
			err = exposed_tell(resolver, i, &names);
	}
	return !err && tally.rest.count ? exposed_tell_rest(resolver, &tally) : err;
}

/* ---- no connection from the DMZ into the secure network ---- */

/* What rules do with each zone: one pass over them in place of one for each zone. */
struct zone_use {
	bool accepts_from; /* some rule accepts from it */
	bool tm_admin;	   /* some rule accepts TM_ADMIN_PORT from it */
	size_t opens;	   /* 1 + the first rule that opens to it */
	struct lint_names open_names;
};

static int zone_uses_find(struct resolver *resolver, struct zone_use **ret_uses)
{
	const struct resolved *resolved = resolver->resolved;
	struct zone_use *uses = arena_alloc(resolver->arena, resolved->zone_count, sizeof(*uses));

	if (!uses)
		return -ENOMEM;
	for (size_t i = 0; i < resolved->rule_count; i++) {
		const struct rule *rule = &resolved->rules[i];

		if (is_accept(rule)) {
			struct zone_use *use = &uses[rule->accept_remote];

			use->accepts_from = true;
			use->tm_admin |= rule_has_port(rule, IPPROTO_TCP, TM_ADMIN_PORT);
		}
		if (is_open(rule)) {
			struct zone_use *use = &uses[rule->open_remote];

			if (!use->opens)
				use->opens = 1 + i;
			lint_names_add(&use->open_names, rule->name);
		}
	}
	*ret_uses = uses;
	return 0;
}

/*
 * A zone of components that is not this host and opens connections to it: the Servers, seen from an
 * Edge. Seen from a Server, the Edge opens none, so it is not one.
 */
static bool is_inner_zone(const struct resolver *resolver, const struct zone_use *uses, size_t zone)
{
	return resolver->component[zone] && !resolver->resolved->zones[zone].local &&
	       uses[zone].accepts_from;
}

/* One warning for each zone that rules open to and that holds addresses of the inner one. */
static int lint_invariant(struct resolver *resolver, const struct zone_use *uses, size_t inner)
{
	const struct zone *zones = resolver->resolved->zones;

	for (size_t i = 0; i < resolver->resolved->zone_count; i++) {
		struct diag *diag;
		char *names;

		if (!uses[i].opens || !zones_meet(resolver, (int)i, (int)inner))
			continue;
		names = lint_names_text(&uses[i].open_names, resolver->arena);
		if (!names)
			return -ENOMEM;
		diag = word_diag(
			resolver->diags, DIAG_WARNING, "dmz-invariant",
			row_name(resolver, uses[i].opens - 1),
			"this host may connect into the secure network: zone '%s' of rules "
			"%s holds addresses of '%s'",
			zones[i].name, names, zones[inner].name);
		diag_second(diag, zones[i].place, "'%s' is declared here", zones[i].name);
		if (i == inner)
			diag_hint(diag, "disable the rules: the Servers open the connections");
		else
			diag_hint(diag, "take it out of the zone: %s = ... !@%s", zones[i].name,
				  zones[inner].name);
	}
	return 0;
}

/* ---- streaming ports without the one that must always be there ---- */

static void lint_streaming(struct resolver *resolver, const struct zone_use *uses)
{
	static const uint16_t streaming[] = {20021, 20022, 20080, 21080, 27617};
	const struct resolved *resolved = resolver->resolved;

	for (size_t i = 0; i < resolved->rule_count; i++) {
		const struct rule *rule = &resolved->rules[i];
		bool tm = false;

		if (!is_accept(rule) || rule->port_count != 1 ||
		    resolver->work[rule->accept_remote].built_on_any)
			continue;
		for (size_t k = 0; k < sizeof(streaming) / sizeof(*streaming); k++)
			tm |= rule_has_port(rule, IPPROTO_TCP, streaming[k]);
		if (!tm || uses[rule->accept_remote].tm_admin)
			continue;
		diag_hint(word_diag(resolver->diags, DIAG_WARNING, "tm-admin-missing",
				    row_name(resolver, i),
				    "rule '%s' accepts streaming from zone '%s', but no rule "
				    "accepts port %d from it",
				    rule->name, resolved->zones[rule->accept_remote].name,
				    TM_ADMIN_PORT),
			  "enable rule 27: the port must be open wherever there is an Edge");
		return; /* one is enough */
	}
}

/* ---- rules that never count ---- */

/* Under every packet of `later` stands `earlier`: the same ports, and zones that hold its own. */
static bool is_shadowed(const struct resolved *resolved, const struct rule *earlier,
			const struct rule *later)
{
	const struct zone *zones = resolved->zones;

	if (is_accept(later) && (!is_accept(earlier) ||
				 !set_holds(&zones[earlier->accept_remote].addresses,
					    &zones[later->accept_remote].addresses) ||
				 !set_holds(&zones[earlier->accept_local].addresses,
					    &zones[later->accept_local].addresses)))
		return false;
	if (is_open(later) && (!is_open(earlier) ||
			       !set_holds(&zones[earlier->open_remote].addresses,
					  &zones[later->open_remote].addresses) ||
			       !set_holds(&zones[earlier->open_local].addresses,
					  &zones[later->open_local].addresses)))
		return false;
	return true;
}

static void shadowed_tell(struct resolver *resolver, size_t index, const struct rule *earlier)
{
	diag_second(word_diag(resolver->diags, DIAG_WARNING, "rule-shadowed",
			      row_name(resolver, index),
			      "rule '%s' never counts: rule '%s' permits all of it",
			      resolver->resolved->rules[index].name, earlier->name),
		    earlier->place, "rule '%s' is here", earlier->name);
}

static int shadowed_tell_rest(struct resolver *resolver, const struct lint_tally *tally)
{
	char *text = lint_names_text(&tally->rest, resolver->arena);

	if (!text)
		return -ENOMEM;
	word_diag(resolver->diags, DIAG_WARNING, "rule-shadowed",
		  row_name(resolver, tally->rest_first),
		  "%zu more rules never count: for each, a rule before it permits all of it: %s",
		  tally->rest.count, text);
	return 0;
}

/* Table, protocol and ports as a text; "": the rule is not here. */
static const char *service_text(struct resolver *resolver, const struct rule *rule)
{
	char *ports;

	if (!is_accept(rule) && !is_open(rule))
		return "";
	ports = ports_format(rule->ports, rule->port_ranges, resolver->arena);
	return ports ? arena_printf(resolver->arena, "%s %d %u %s", rule->table, (int)rule->kind,
				    rule->proto, ports)
		     : NULL;
}

/* Rules of one table with one service, in a chain each: only they can shadow each other. The
 * vendor's tables overlap among themselves, which is nobody's mistake. */
static int lint_shadowed(struct resolver *resolver)
{
	const struct resolved *resolved = resolver->resolved;
	struct strmap heads = {.arena = resolver->arena};
	int32_t *next = arena_alloc(resolver->arena, resolved->rule_count, sizeof(*next));
	struct lint_tally tally = {.told = 0};

	for (size_t i = 0; next && i < resolved->rule_count; i++) {
		const struct rule *rule = &resolved->rules[i];
		const char *service = service_text(resolver, rule);
		int32_t head, k;

		next[i] = -1;
		if (!service)
			return -ENOMEM;
		if (!*service)
			continue;
		head = strmap_get(&heads, service);
		if (head < 0) {
			if (strmap_put(&heads, service, (int32_t)i))
				return -ENOMEM;
			continue;
		}
		for (k = head; k >= 0; k = next[k])
			if (is_shadowed(resolved, &resolved->rules[k], rule))
				break;
		if (k >= 0 && lint_tally_add(&tally, i, rule->name))
			shadowed_tell(resolver, i, &resolved->rules[k]);
		if (k >= 0) /* whatever it holds, the earlier one does: later ones need not ask */
			continue;
		next[i] = next[head];
		next[head] = (int32_t)i;
	}
	if (next && tally.rest.count)
		return shadowed_tell_rest(resolver, &tally);
	return next ? 0 : -ENOMEM;
}

/* ---- zones ---- */

static void lint_local_zones(struct resolver *resolver)
{
	const struct resolved *resolved = resolver->resolved;

	for (size_t i = 0; i < resolver->policy->zone_count; i++) {
		const struct zone *zone = &resolved->zones[i];

		if (!resolver->component[i] || zone->local || resolver->work[i].built_on_any)
			continue;
		for (size_t k = 0; k < resolver->policy->zone_count; k++) {
			const struct zone *local = &resolved->zones[k];

			if (!local->local || !resolver->component[k] ||
			    !address_set_intersects(&zone->addresses, &local->addresses))
				continue;
			diag_second(word_diag(resolver->diags, DIAG_WARNING, "zone-overlaps-local",
					      &resolver->policy->zones[i].name,
					      "zone '%s' shares addresses with '%s', which is this "
					      "host; '%s' is not",
					      zone->name, local->name, zone->name),
				    local->place, "'%s' is declared here", local->name);
			break;
		}
	}
}

int lint_rules(struct resolver *resolver)
{
	const struct policy_config *config = &resolver->policy->config;
	struct zone_use *uses = NULL;
	int err = lint_exposed(resolver);

	if (!err)
		err = zone_uses_find(resolver, &uses);
	if (err)
		return err;
	/* Without [components] every zone is one, and inner zones cannot be told from outer ones.
	 */
	if (config->component_zones.given) {
		for (size_t i = 0; i < resolver->policy->zone_count && !err; i++) {
			if (is_inner_zone(resolver, uses, i))
				err = lint_invariant(resolver, uses, i);
		}
		lint_local_zones(resolver);
	}
	lint_streaming(resolver, uses);
	return err ? err : lint_shadowed(resolver);
}

int lint_policy(struct resolver *resolver)
{
	int err = lint_rules(resolver);

	return err ? err : lint_origin(resolver);
}
