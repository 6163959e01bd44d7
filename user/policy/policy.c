/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads a whole policy: zonegate.conf, then the files it names.
 * Owns the order of reading and the sections [zones] and [zone NAME]. Asks neither network nor
 * host.
 */
#include "policy/policy.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "policy/tables.h"
#include "util/vec.h"

struct policy_reader {
	struct policy *policy;
	struct arena *arena;
	struct diags *diags;
	size_t zone_capacity;
	struct table_set tables;
};

/* ---- zones ---- */

static bool zone_name_check(const struct word *name, struct diags *diags)
{
	static const char *const reserved[] = {"any", "private", "bogons"};

	for (size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++) {
		if (!strcmp(name->text, reserved[i])) {
			diag_hint(word_diag(diags, DIAG_ERROR, "zone-name", name,
					    "'%s' is built in and cannot be defined", name->text),
				  "pick another name; '%s' may be a member of it", name->text);
			return false;
		}
	}
	for (const char *p = name->text; *p; p++) {
		if (!isalnum((unsigned char)*p) && !strchr("-_.", *p)) {
			diag_hint(word_diag(diags, DIAG_ERROR, "zone-name", name,
					    "'%s' cannot be the name of a zone", name->text),
				  "a name has letters, digits, '-', '_' and '.'");
			return false;
		}
	}
	return true;
}

/* [zones]: name = members; the INI reader has refused doubles. */
static int zones_read(struct policy_reader *reader, const struct ini_section *section)
{
	struct policy *policy = reader->policy;

	for (size_t i = 0; i < section->count; i++) {
		const struct ini_entry *entry = &section->entries[i];
		struct zone_text zone = {.name = entry->key}, *zones;
		size_t errors = reader->diags->errors;
		int err;

		if (!zone_name_check(&entry->key, reader->diags))
			continue;
		err = members_parse(&entry->value, reader->arena, reader->diags, &zone.members,
				    &zone.member_count);
		if (err)
			return err;
		zone.wrong = reader->diags->errors != errors;
		zones = vec_extend(reader->arena, policy->zones, policy->zone_count,
				   &reader->zone_capacity, sizeof(*zones));
		if (!zones)
			return -ENOMEM;
		policy->zones = zones;
		zones[policy->zone_count] = zone;
		err = strmap_put(&policy->zone_index, zone.name.text,
				 (int32_t)policy->zone_count++);
		if (err)
			return err;
	}
	return 0;
}

static void zone_interface(struct policy_reader *reader, struct zone_text *zone,
			   const struct word *interface)
{
	const struct policy_settings *values = &reader->policy->config.values;
	const char *names[SETTINGS_INTERFACES_MAX], *near;
	struct diag *diag;

	for (size_t i = 0; i < values->interfaces; i++) {
		names[i] = values->interface[i];
		if (!strcmp(names[i], interface->text)) {
			zone->interface = *interface;
			return;
		}
	}
	diag = word_diag(reader->diags, DIAG_ERROR, "interface-unknown", interface,
			 "'%s' is not among [host] interfaces", interface->text);
	near = diag_did_you_mean(interface->text, names, values->interfaces);
	if (near)
		diag_hint(diag, "did you mean '%s'?", near);
}

/* [zone NAME]: what a zone is beside its members. Read when all zones and NICs are known. */
static int zone_section_read(struct policy_reader *reader, const struct ini_section *section)
{
	struct policy *policy = reader->policy;
	int zone = section->name.text ? strmap_get(&policy->zone_index, section->name.text) : -1;

	if (zone < 0) {
		const struct word *at = section->name.text ? &section->name : &section->kind;
		struct diag *diag =
			word_diag(reader->diags, DIAG_ERROR, "zone-undefined", at,
				  section->name.text ? "there is no zone '%s'"
						     : "section [zone] needs the name of a zone",
				  section->name.text);

		if (section->name.text)
			policy_zone_hint(policy, section->name.text, diag);
		return 0;
	}
	for (size_t i = 0; i < section->count; i++) {
		const struct ini_entry *entry = &section->entries[i];

		if (strcmp(entry->key.text, "interface") != 0)
			diag_hint(word_diag(reader->diags, DIAG_ERROR, "key-unknown", &entry->key,
					    "section [zone] has no key '%s'", entry->key.text),
				  "the one key is interface; members are written in [zones]");
		else
			zone_interface(reader, &policy->zones[zone], &entry->value);
	}
	return 0;
}

/* ---- the files it names ---- */

static int tables_read(struct policy_reader *reader)
{
	struct policy *policy = reader->policy;
	const struct words *tables = &policy->config.tables;
	int err;

	for (size_t i = 0; i < tables->count; i++) {
		char *path = source_path(policy->path, tables->list[i].text, reader->arena);

		if (!path)
			return -ENOMEM;
		err = table_read(&reader->tables, &tables->list[i], path, reader->arena,
				 reader->diags);
		if (err)
			return err;
	}
	if (!tables->count)
		diag_hint(diag_add(reader->diags, DIAG_ERROR, "tables-missing",
				   (struct place){.file = policy->path}, "no rule tables"),
			  "add a section [rules] with: tables = tables/protocol.csv");
	overrides_check(&reader->tables, reader->diags);
	policy->rows = reader->tables.rows;
	policy->row_count = reader->tables.row_count;
	return 0;
}

static int origin_read(struct policy_reader *reader)
{
	struct policy *policy = reader->policy;
	struct policy_settings *values = &policy->config.values;
	const struct word *file = &policy->config.origin_file;
	struct source source;
	int err;

	if (!file->text) {
		values->origin_mode = ORIGIN_OFF;
		return 0;
	}
	values->origin_file = source_path(policy->path, file->text, reader->arena);
	if (!values->origin_file)
		return -ENOMEM;
	err = source_read(values->origin_file, file, reader->arena, reader->diags, &source);
	if (err)
		return err == -ENOMEM ? err : 0;
	return tcpoport_parse(&source, reader->arena, reader->diags, &policy->lines,
			      &policy->line_count);
}

/* ---- the whole ---- */

typedef int section_reader(struct policy_reader *reader, const struct ini_section *section);

static int rule_section_read(struct policy_reader *reader, const struct ini_section *section)
{
	return override_add(&reader->tables, section, reader->arena, reader->diags);
}

static int settings_read(struct policy_reader *reader, const struct ini_section *section)
{
	return settings_apply(section, reader->policy->path, reader->arena, reader->diags,
			      &reader->policy->config);
}

/* Passes over the sections in the order in which they need each other, not that of the file. */
static int sections_read(struct policy_reader *reader, const struct ini *ini)
{
	static const struct {
		const char *kind;
		section_reader *read;
	} passes[] = {
		{NULL, settings_read}, /* all that are none of the others */
		{"zones", zones_read},
		{"zone", zone_section_read},
		{"rule", rule_section_read},
	};
	const size_t count = sizeof(passes) / sizeof(*passes);

	for (size_t pass = 0; pass < count; pass++) {
		for (size_t i = 0; i < ini->count; i++) {
			size_t owner = count - 1;
			int err;

			while (owner && strcmp(passes[owner].kind, ini->sections[i].kind.text) != 0)
				owner--;
			if (owner != pass)
				continue;
			err = passes[pass].read(reader, &ini->sections[i]);
			if (err)
				return err;
		}
	}
	return 0;
}

int policy_parse(const char *path, struct arena *arena, struct diags *diags,
		 struct policy *ret_policy)
{
	struct policy_reader reader = {
		.policy = ret_policy,
		.arena = arena,
		.diags = diags,
		.tables = {.override_index = {.arena = arena}, .row_index = {.arena = arena}},
	};
	struct source source;
	struct ini ini;
	int err;

	*ret_policy = (struct policy){.zone_index = {.arena = arena}};
	settings_init(&ret_policy->config);
	err = source_read(path, NULL, arena, diags, &source);
	if (err)
		return err == -ENOMEM ? err : -EINVAL;
	ret_policy->path = source.path;
	err = ini_parse(&source, arena, diags, &ini);
	if (!err)
		err = sections_read(&reader, &ini);
	if (!err)
		err = tables_read(&reader);
	if (!err)
		err = origin_read(&reader);
	return err;
}
