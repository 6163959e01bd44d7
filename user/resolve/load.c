/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a file's name to what it means here: the stages in their order.
 * Owns the order, and the lines of tcpoport.ini as they are resolved. Everything lives in one
 * arena.
 */
#include "resolve/load.h"

#include <errno.h>
#include <string.h>

#include "resolve/lint.h"
#include "resolve/roles.h"
#include "util/cleanup.h"

/* ---- tcpoport.ini ---- */

static void report_unresolved(struct resolver *resolver, const struct tcpoport_line *line,
			      const struct name_entry *entry)
{
	struct diag *diag = word_diag(resolver->diags, DIAG_WARNING, "name-unresolved",
				      &line->destination, "'%s' does not resolve: %s",
				      line->destination.text, name_error(entry->error));

	diag_hint(diag, line->negated ? "until it does, this line matches nothing, not everything"
				      : "until it does, this line matches nothing");
}

static int line_addresses(struct resolver *resolver, const struct tcpoport_line *line,
			  struct origin_line *origin)
{
	CLEANUP(address_set_builder_free) struct address_set_builder builder = {0};
	const struct name_entry *entry;
	int err;

	if (line->kind == ORIGIN_IPV6) {
		err = address_set_builder_add6(&builder, line->range.first, line->range.last);
	} else {
		origin->name = line->destination.text;
		err = name_resolve(resolver, origin->name, &builder, &entry);
		if (!err && entry) {
			origin->resolved = entry->resolved;
			if (!entry->resolved)
				report_unresolved(resolver, line, entry);
		}
	}
	return err ? err : address_set_build(&builder, resolver->arena, &origin->addresses);
}

/* The text is the identity of the line's counter: a repeated line gets one of its own. */
static const char *line_identity(struct strmap *seen, const char *text, struct arena *arena)
{
	const char *identity = text;

	for (int copy = 2; identity && strmap_get(seen, identity) >= 0; copy++)
		identity = arena_printf(arena, "%s (%d)", text, copy);
	if (identity && strmap_put(seen, identity, 0))
		return NULL;
	return identity;
}

static int lines_resolve(struct resolver *resolver)
{
	const struct policy *policy = resolver->policy;
	struct resolved *resolved = resolver->resolved;
	struct strmap seen = {.arena = resolver->arena};

	resolved->lines =
		arena_alloc(resolver->arena, policy->line_count, sizeof(*resolved->lines));
	if (!resolved->lines)
		return -ENOMEM;
	resolved->line_count = policy->line_count;
	for (size_t i = 0; i < policy->line_count; i++) {
		const struct tcpoport_line *line = &policy->lines[i];
		struct origin_line *origin = &resolved->lines[i];
		int err = 0;

		*origin = (struct origin_line){
			.place = line->place,
			.text = line_identity(&seen, line->text, resolver->arena),
			.negated = line->negated,
			.kind = line->kind,
			.ports = line->ports,
			.any_port = line->any_port,
			.origin = line->origin,
		};
		if (!origin->text)
			return -ENOMEM;
		memcpy(origin->octet, line->octet, sizeof(origin->octet));
		if (line->kind != ORIGIN_PATTERN)
			err = line_addresses(resolver, line, origin);
		if (err)
			return err;
	}
	return 0;
}

/* ---- settings that name zones ---- */

static int settings_resolve(struct resolver *resolver)
{
	const struct policy_config *config = &resolver->policy->config;
	struct policy_settings *settings = &resolver->resolved->settings;
	const struct word *management = &config->management;
	int err = 0;

	*settings = config->values;
	if (!settings->interfaces)
		diag_hint(diag_add(resolver->diags, DIAG_ERROR, "interfaces-missing",
				   (struct place){.file = resolver->policy->path},
				   "no NIC is named to be guarded"),
			  "write [host] interfaces = eth0");
	if (management->text) {
		err = resolver_zone_find(resolver, management->text, &settings->management_zone);
		if (!err && settings->management_zone < 0)
			policy_zone_hint(resolver->policy, management->text,
					 word_diag(resolver->diags, DIAG_ERROR, "zone-undefined",
						   management, "there is no zone '%s'",
						   management->text));
	}
	return err;
}

/* ---- the whole ---- */

static int resolver_init(struct resolver *resolver)
{
	size_t room = resolver->policy->zone_count + 1; /* `host` */

	resolver->host_zone = -1;
	resolver->now_ms = name_now_ms();
	resolver->resolved->zone_count = resolver->policy->zone_count;
	resolver->resolved->zones = arena_alloc(resolver->arena, room, sizeof(struct zone));
	resolver->work = arena_alloc(resolver->arena, room, sizeof(*resolver->work));
	resolver->component = arena_alloc(resolver->arena, room, sizeof(*resolver->component));
	return resolver->resolved->zones && resolver->work && resolver->component ? 0 : -ENOMEM;
}

static int resolve_stages(struct resolver *resolver)
{
	int err = resolver_init(resolver);

	if (!err)
		err = zones_resolve(resolver);
	if (!err)
		err = locals_resolve(resolver);
	if (!err)
		err = rules_resolve(resolver);
	if (!err)
		err = lines_resolve(resolver);
	if (!err)
		err = settings_resolve(resolver);
	/* On a policy with errors, what lints say would follow from the errors. */
	if (!err && !resolver->diags->errors)
		err = lint_policy(resolver);
	return err;
}

static void cache_cleanup(struct name_cache **cache)
{
	name_cache_free(*cache);
}

int policy_load(const char *path, const struct load_options *options, struct diags *diags,
		struct resolved *ret_policy)
{
	CLEANUP(cache_cleanup) struct name_cache *own_names = NULL;
	size_t errors = diags->errors;
	struct resolved resolved = {0};
	struct policy policy;
	struct resolver resolver = {
		.policy = &policy,
		.options = options,
		.names = options->names,
		.arena = &resolved.arena,
		.diags = diags,
		.resolved = &resolved,
	};
	int err;

	if (!resolver.names) {
		own_names = name_cache_new();
		if (!own_names)
			return -ENOMEM;
		resolver.names = own_names;
	}
	err = policy_parse(path, &resolved.arena, diags, &policy);
	if (!err)
		err = resolve_stages(&resolver);
	if (!err && diags->errors > errors)
		err = -EINVAL;
	if (err) {
		resolved_free(&resolved);
		return err;
	}
	resolved.config_path = policy.path;
	*ret_policy = resolved;
	return 0;
}

void resolved_free(struct resolved *resolved)
{
	arena_free(&resolved->arena);
	*resolved = (struct resolved){0};
}
