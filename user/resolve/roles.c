/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Rows to rules: who opens the connection, and whether this host takes part.
 * Owns that principle: direction is seen from the component in the row. Knows no addresses.
 */
#include "resolve/roles.h"

#include <errno.h>
#include <string.h>

/* The party that direction is seen from: the component; the source, where both or neither are. */
static void parties_find(const struct resolver *resolver, const struct rule *rule,
			 int *ret_component, int *ret_other)
{
	bool source = rule->source >= 0 && resolver->component[rule->source];
	bool destination = rule->destination >= 0 && resolver->component[rule->destination];
	bool from_destination = destination && !source;

	*ret_component = from_destination ? rule->destination : rule->source;
	*ret_other = from_destination ? rule->source : rule->destination;
}

/* One way of the row: opener connects to acceptor. */
static void way_add(const struct resolver *resolver, int opener, int acceptor, struct rule *rule)
{
	const struct zone *zones = resolver->resolved->zones;

	if (zones[acceptor].local && rule->accept_local < 0) {
		rule->accept_local = acceptor;
		rule->accept_remote = opener;
	}
	if (zones[opener].local && rule->open_local < 0) {
		rule->open_local = opener;
		rule->open_remote = acceptor;
	}
}

static void role_find(const struct resolver *resolver, const struct row *row, struct rule *rule)
{
	int component, other;

	rule->accept_local = rule->accept_remote = rule->open_local = rule->open_remote = -1;
	rule->role = row->disabled ? ROLE_DISABLED : ROLE_NOT_HERE;
	if (row->disabled || rule->source < 0 || rule->destination < 0)
		return;
	parties_find(resolver, rule, &component, &other);
	if (row->direction != DIRECTION_INBOUND)
		way_add(resolver, component, other, rule);
	if (row->direction != DIRECTION_OUTBOUND)
		way_add(resolver, other, component, rule);
	if (rule->accept_local >= 0)
		rule->role = rule->open_local >= 0 ? ROLE_BOTH : ROLE_ACCEPT;
	else if (rule->open_local >= 0)
		rule->role = ROLE_OPEN;
}

/* A zone that nobody defines: an error where the other one is this host, else one warning a zone.
 */
static void zones_check(struct resolver *resolver, const struct row *row, const struct rule *rule,
			struct strmap *warned, int *err)
{
	const struct zone *zones = resolver->resolved->zones;
	bool here = (rule->source >= 0 && zones[rule->source].local) ||
		    (rule->destination >= 0 && zones[rule->destination].local);

	for (int side = 0; side < 2; side++) {
		const struct word *word = side ? &row->destination : &row->source;
		struct diag *diag;

		if ((side ? rule->destination : rule->source) >= 0 || !*word->text)
			continue;
		if (!here && strmap_get(warned, word->text) >= 0)
			continue;
		diag = word_diag(resolver->diags, here ? DIAG_ERROR : DIAG_WARNING,
				 "zone-undefined", word,
				 here ? "rule '%s' needs zone '%s', which is not defined"
				      : "rule '%s' names zone '%s', which is not defined; the rule "
					"is not for this host",
				 row->name.text, word->text);
		policy_zone_hint(resolver->policy, word->text, diag);
		if (!here && !*err)
			*err = strmap_put(warned, word->text, 0);
	}
}

/* "as the transfer site says", and this host needs to know. */
static void ports_check(struct resolver *resolver, const struct row *row, const struct rule *rule)
{
	if (!rule->port_missing || rule->role == ROLE_NOT_HERE || rule->role == ROLE_DISABLED)
		return;
	diag_hint(word_diag(resolver->diags, DIAG_ERROR, "port-missing", &row->ports_text,
			    "rule '%s' (%s) has no port of its own: the site must give one",
			    row->name.text, row->protocol_label.text),
		  "write in %s:\n    [rule %s]\n    ports = NUMBER\nor: enabled = no",
		  resolver->policy->path, row->name.text);
}

/*
 * A row of direction both between two different zones of this host means two pairs of parties for
 * each role, and a rule has one: better an error than half of what was written.
 */
static void ways_check(struct resolver *resolver, const struct row *row, const struct rule *rule)
{
	const struct zone *zones = resolver->resolved->zones;

	if (row->direction == DIRECTION_INBOUND || row->direction == DIRECTION_OUTBOUND ||
	    rule->role != ROLE_BOTH || rule->source == rule->destination ||
	    !zones[rule->source].local || !zones[rule->destination].local)
		return;
	diag_hint(word_diag(resolver->diags, DIAG_ERROR, "both-ways-here", &row->direction_text,
			    "rule '%s' goes both ways between '%s' and '%s', and this host is in "
			    "both",
			    row->name.text, row->source.text, row->destination.text),
		  "write it as two rows, one inbound and one outbound");
}

static int rule_resolve(struct resolver *resolver, const struct row *row, struct rule *rule)
{
	static const char *const directions[] = {"inbound", "outbound", "both"};
	int err;

	*rule = (struct rule){
		.name = row->name.text,
		.table = row->table,
		.place = row->name.place,
		.source_name = row->source.text,
		.destination_name = row->destination.text,
		.kind = row->protocol.kind,
		.proto = row->protocol.proto,
		.ftp = row->protocol.ftp,
		.protocol_label = row->protocol_label.text,
		.direction_label = directions[row->direction],
		.purpose = row->purpose.text,
		.ports = row->ports.ranges,
		.port_ranges = row->ports.count,
		.port_count = row->ports.total,
		.port_missing = row->ports.missing,
	};
	err = resolver_zone_find(resolver, row->source.text, &rule->source);
	if (!err)
		err = resolver_zone_find(resolver, row->destination.text, &rule->destination);
	if (!err)
		role_find(resolver, row, rule);
	return err;
}

int rules_resolve(struct resolver *resolver)
{
	const struct policy *policy = resolver->policy;
	struct resolved *resolved = resolver->resolved;
	struct strmap warned = {.arena = resolver->arena};
	int err = 0;

	resolved->rules = arena_alloc(resolver->arena, policy->row_count, sizeof(*resolved->rules));
	if (!resolved->rules)
		return -ENOMEM;
	resolved->rule_count = policy->row_count;
	for (size_t i = 0; i < policy->row_count && !err; i++) {
		const struct row *row = &policy->rows[i];
		struct rule *rule = &resolved->rules[i];

		err = rule_resolve(resolver, row, rule);
		if (err || row->disabled)
			continue;
		zones_check(resolver, row, rule, &warned, &err);
		ports_check(resolver, row, rule);
		ways_check(resolver, row, rule);
	}
	return err;
}
