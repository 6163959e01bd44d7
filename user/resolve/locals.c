/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which zones this host is in, which are components, and the implied zone `host`.
 * Owns these decisions (docs/design.md, "Decisions on the formats"). Knows no rules.
 */
#include <errno.h>
#include <string.h>

#include "resolve/host.h"
#include "resolve/roles.h"
#include "util/cleanup.h"

#define HOST_ZONE "host"

int resolver_zone_find(const struct resolver *resolver, const char *text, int *ret_zone)
{
	int err = policy_zone_find(resolver->policy, text, resolver->arena, ret_zone);

	if (!err && *ret_zone < 0 && !strcmp(text, HOST_ZONE))
		*ret_zone = resolver->host_zone;
	return err;
}

/* Marks the zones that words name; unknown ones are errors. */
static void zones_mark(struct resolver *resolver, const struct words *words, bool *marks)
{
	for (size_t i = 0; i < words->count; i++) {
		const struct word *word = &words->list[i];
		int zone = strmap_get(&resolver->policy->zone_index, word->text);

		if (zone >= 0)
			marks[zone] = true;
		else
			policy_zone_hint(resolver->policy, word->text,
					 word_diag(resolver->diags, DIAG_ERROR, "zone-undefined",
						   word, "there is no zone '%s'", word->text));
	}
}

static int self_override(struct resolver *resolver, const struct words *words,
			 struct address_set *ret_self)
{
	CLEANUP(address_set_builder_free) struct address_set_builder builder = {0};

	for (size_t i = 0; i < words->count; i++) {
		const struct word *word = &words->list[i];
		struct address_range range;
		const char *error = "a name is not enough here";
		int err = address_range_parse(word->text, strlen(word->text), &range, &error);

		if (err || range.host_bits) {
			diag_hint(word_diag(resolver->diags, DIAG_ERROR, "address-syntax", word,
					    "'%s' is not an address: %s", word->text,
					    err ? error : "bits are set behind the prefix"),
				  "write this host's own addresses: 192.0.2.10 2001:db8::10");
			continue;
		}
		if (range.ipv6)
			err = address_set_builder_add6(&builder, range.v6.first, range.v6.last);
		else
			err = address_set_builder_add4(&builder, range.v4.first, range.v4.last);
		if (err)
			return err;
	}
	return address_set_build(&builder, resolver->arena, ret_self);
}

static int self_resolve(struct resolver *resolver)
{
	const struct words *words = &resolver->policy->config.host_addresses;
	int err;

	if (words->given)
		return self_override(resolver, words, &resolver->resolved->self);
	if (resolver->options->no_host)
		return 0;
	err = host_addresses(resolver->arena, &resolver->resolved->self);
	if (err && err != -ENOMEM) {
		diag_hint(diag_add(resolver->diags, DIAG_ERROR, "host-addresses",
				   (struct place){.file = resolver->policy->path},
				   "cannot ask the system for its addresses: %s", strerror(-err)),
			  "write them: [host] addresses = ...");
		err = 0;
	}
	return err;
}

static bool any_local(const struct resolver *resolver)
{
	for (size_t i = 0; i < resolver->policy->zone_count; i++) {
		if (resolver->resolved->zones[i].local)
			return true;
	}
	return false;
}

static void report_no_local(struct resolver *resolver)
{
	char text[ADDRESS_RANGE_TEXT] = "none";
	const struct address_set *self = &resolver->resolved->self;
	struct place place = {.file = resolver->policy->path};
	struct diag *diag;

	if (self->count4)
		range4_format(self->v4[0], text);
	else if (self->count6)
		range6_format(self->v6[0], text);
	diag = diag_add(resolver->diags, DIAG_ERROR, "no-local-zone", place,
			"this host's addresses (%s%s) are in none of the component zones", text,
			self->count4 + self->count6 > 1 ? ", ..." : "");
	diag_hint(diag, "say what this host is: [host] zones = ...");
}

static int locals_mark(struct resolver *resolver)
{
	const struct policy *policy = resolver->policy;
	struct zone *zones = resolver->resolved->zones;
	const struct words *words = &policy->config.host_zones;
	bool *marks = arena_alloc(resolver->arena, policy->zone_count, sizeof(*marks));

	if (!marks)
		return -ENOMEM;
	if (words->given)
		zones_mark(resolver, words, marks);
	for (size_t i = 0; i < policy->zone_count; i++) {
		if (words->given)
			zones[i].local = marks[i];
		else
			zones[i].local = resolver->component[i] &&
					 !resolver->work[i].built_on_any &&
					 address_set_intersects(&zones[i].addresses,
								&resolver->resolved->self);
	}
	if (!any_local(resolver) && !resolver->diags->errors)
		report_no_local(resolver);
	return 0;
}

/* `host`: this host, whatever it is; the zone of rows that every host has (host.csv). */
static int host_zone_make(struct resolver *resolver)
{
	CLEANUP(address_set_builder_free) struct address_set_builder builder = {0};
	struct resolved *resolved = resolver->resolved;
	struct zone *host = &resolved->zones[resolved->zone_count];
	int err = 0;

	for (size_t i = 0; i < resolved->zone_count && !err; i++) {
		if (resolved->zones[i].local)
			err = address_set_builder_add_set(&builder, &resolved->zones[i].addresses);
	}
	*host = (struct zone){
		.name = HOST_ZONE,
		.place = {.file = resolver->policy->path},
		.local = true,
	};
	if (!err)
		err = address_set_build(&builder, resolver->arena, &host->addresses);
	resolver->component[resolved->zone_count] = true;
	resolver->host_zone = (int)resolved->zone_count;
	return err;
}

static bool host_zone_named(const struct policy *policy)
{
	if (strmap_get(&policy->zone_index, HOST_ZONE) >= 0)
		return false;
	for (size_t i = 0; i < policy->row_count; i++) {
		if (!strcmp(policy->rows[i].source.text, HOST_ZONE) ||
		    !strcmp(policy->rows[i].destination.text, HOST_ZONE))
			return true;
	}
	return false;
}

int locals_resolve(struct resolver *resolver)
{
	const struct policy *policy = resolver->policy;
	const struct words *components = &policy->config.component_zones;
	int err;

	if (components->given) {
		zones_mark(resolver, components, resolver->component);
	} else {
		memset(resolver->component, true, policy->zone_count);
		diag_hint(diag_add(resolver->diags, DIAG_WARNING, "components-missing",
				   (struct place){.file = policy->path},
				   "without [components] the directions of all rows are seen from "
				   "their source"),
			  "name the zones of SecureTransport hosts: [components] zones = edge "
			  "edge-vip servers");
	}
	err = self_resolve(resolver);
	if (!err)
		err = locals_mark(resolver);
	if (err || !host_zone_named(policy))
		return err;
	err = host_zone_make(resolver);
	resolver->resolved->zone_count++;
	return err;
}
