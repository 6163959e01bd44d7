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

static bool is_exposed(const struct resolver *resolver, const struct rule *wide,
		       const struct rule *kept)
{
	return is_accept(kept) && kept->port_count < wide->port_count &&
	       !resolver->work[kept->accept_remote].built_on_any &&
	       rules_share_service(wide, kept) &&
	       zones_meet(resolver, wide->accept_local, kept->accept_local);
}

static int lint_exposed(struct resolver *resolver, size_t index)
{
	const struct resolved *resolved = resolver->resolved;
	const struct rule *wide = &resolved->rules[index];
	const struct row *row = &resolver->policy->rows[index];
	const char *names = NULL;
	struct diag *diag;

	if (!is_accept(wide) || wide->port_count < 2 ||
	    !resolver->work[wide->accept_remote].built_on_any)
		return 0;
	for (size_t i = 0; i < resolved->rule_count; i++) {
		if (!is_exposed(resolver, wide, &resolved->rules[i]))
			continue;
		names = arena_printf(resolver->arena, "%s%s%s", names ? names : "",
				     names ? ", " : "", resolved->rules[i].name);
		if (!names)
			return -ENOMEM;
	}
	if (!names)
		return 0;
	diag = word_diag(resolver->diags, DIAG_WARNING, "tm-ports-exposed", &row->ports_text,
			 "rule '%s' lets zone '%s' reach ports that are kept for other zones by "
			 "rules %s",
			 wide->name, resolved->zones[wide->accept_remote].name, names);
	diag_hint(diag,
		  "narrow it to the range that the server is set to:\n    [rule %s]\n"
		  "    ports = 50000-50100",
		  wide->name);
	return 0;
}

/* ---- no connection from the DMZ into the secure network ---- */

/*
 * A zone of components that is not this host and opens connections to it: the Servers, seen from an
 * Edge. Seen from a Server, the Edge opens none, so it is not one.
 */
static bool is_inner_zone(const struct resolver *resolver, int zone)
{
	const struct resolved *resolved = resolver->resolved;

	if (!resolver->component[zone] || resolved->zones[zone].local)
		return false;
	for (size_t i = 0; i < resolved->rule_count; i++) {
		if (is_accept(&resolved->rules[i]) && resolved->rules[i].accept_remote == zone)
			return true;
	}
	return false;
}

/* The open rules that reach into the inner zone through this remote zone, as a list. NULL: none. */
static int invariant_names(struct resolver *resolver, int remote, char **ret_names,
			   size_t *ret_first)
{
	const struct resolved *resolved = resolver->resolved;

	*ret_names = NULL;
	for (size_t i = resolved->rule_count; i-- > 0;) {
		const struct rule *rule = &resolved->rules[i];

		if (!is_open(rule) || rule->open_remote != remote)
			continue;
		*ret_names = arena_printf(resolver->arena, "%s%s%s", rule->name,
					  *ret_names ? ", " : "", *ret_names ? *ret_names : "");
		if (!*ret_names)
			return -ENOMEM;
		*ret_first = i;
	}
	return 0;
}

/* One warning for each zone that rules open to and that holds addresses of the inner one. */
static int lint_invariant(struct resolver *resolver, int inner)
{
	const struct zone *zones = resolver->resolved->zones;

	for (size_t i = 0; i < resolver->resolved->zone_count; i++) {
		struct diag *diag;
		size_t first;
		char *names;
		int err;

		if (!zones_meet(resolver, (int)i, inner))
			continue;
		err = invariant_names(resolver, (int)i, &names, &first);
		if (err)
			return err;
		if (!names)
			continue;
		diag = word_diag(
			resolver->diags, DIAG_WARNING, "dmz-invariant", row_name(resolver, first),
			"this host may connect into the secure network: zone '%s' of rules "
			"%s holds addresses of '%s'",
			zones[i].name, names, zones[inner].name);
		diag_second(diag, zones[i].place, "'%s' is declared here", zones[i].name);
		if ((int)i == inner)
			diag_hint(diag, "disable the rules: the Servers open the connections");
		else
			diag_hint(diag, "take it out of the zone: %s = ... !@%s", zones[i].name,
				  zones[inner].name);
	}
	return 0;
}

/* ---- streaming ports without the one that must always be there ---- */

#define TM_ADMIN_PORT 20444

static bool accepts_from(const struct resolver *resolver, int remote, uint16_t port)
{
	const struct resolved *resolved = resolver->resolved;

	for (size_t i = 0; i < resolved->rule_count; i++) {
		const struct rule *rule = &resolved->rules[i];

		if (is_accept(rule) && rule->accept_remote == remote &&
		    rule_has_port(rule, IPPROTO_TCP, port))
			return true;
	}
	return false;
}

static void lint_streaming(struct resolver *resolver)
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
		if (!tm || accepts_from(resolver, rule->accept_remote, TM_ADMIN_PORT))
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

/* Rules of one table with one service, in a chain each: only they can shadow each other. The
 * vendor's tables overlap among themselves, which is nobody's mistake. */
static int lint_shadowed(struct resolver *resolver)
{
	const struct resolved *resolved = resolver->resolved;
	struct strmap heads = {.arena = resolver->arena};
	int32_t *next = arena_alloc(resolver->arena, resolved->rule_count, sizeof(*next));

	for (size_t i = 0; next && i < resolved->rule_count; i++) {
		const struct rule *rule = &resolved->rules[i];
		char *service, *ports;
		int32_t head;

		next[i] = -1;
		if (!is_accept(rule) && !is_open(rule))
			continue;
		ports = ports_format(rule->ports, rule->port_ranges, resolver->arena);
		service = ports ? arena_printf(resolver->arena, "%s %d %u %s", rule->table,
					       (int)rule->kind, rule->proto, ports)
				: NULL;
		if (!service)
			return -ENOMEM;
		head = strmap_get(&heads, service);
		if (head < 0) {
			if (strmap_put(&heads, service, (int32_t)i))
				return -ENOMEM;
			continue;
		}
		for (int32_t k = head; k >= 0; k = next[k]) {
			if (!is_shadowed(resolved, &resolved->rules[k], rule))
				continue;
			diag_second(word_diag(resolver->diags, DIAG_WARNING, "rule-shadowed",
					      row_name(resolver, i),
					      "rule '%s' never counts: rule '%s' permits all of it",
					      rule->name, resolved->rules[k].name),
				    resolved->rules[k].place, "rule '%s' is here",
				    resolved->rules[k].name);
			break;
		}
		next[i] = next[head];
		next[head] = (int32_t)i;
	}
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

	for (size_t i = 0; i < resolver->resolved->rule_count; i++) {
		int err = lint_exposed(resolver, i);

		if (err)
			return err;
	}
	/* Without [components] every zone is one, and inner zones cannot be told from outer ones.
	 */
	if (config->component_zones.given) {
		for (size_t i = 0; i < resolver->policy->zone_count; i++) {
			int err = is_inner_zone(resolver, (int)i) ? lint_invariant(resolver, (int)i)
								  : 0;

			if (err)
				return err;
		}
		lint_local_zones(resolver);
	}
	lint_streaming(resolver);
	return lint_shadowed(resolver);
}

int lint_policy(struct resolver *resolver)
{
	int err = lint_rules(resolver);

	return err ? err : lint_origin(resolver);
}
