/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * [rule NAME]: what a site changes in a row, so that tables stay as shipped.
 * Owns the keys of that section. The rows apply them: tables.c.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "policy/tables.h"
#include "util/vec.h"

static const struct override_key {
	const char *name;
	size_t offset; /* of a struct word in struct override; 0: enabled */
} override_keys[] = {
	{"ports", offsetof(struct override, ports)},
	{"source", offsetof(struct override, source)},
	{"destination", offsetof(struct override, destination)},
	{"protocol", offsetof(struct override, protocol)},
	{"direction", offsetof(struct override, direction)},
	{"enabled", 0},
};
#define OVERRIDE_KEYS (sizeof(override_keys) / sizeof(*override_keys))

static void enabled_parse(const struct word *value, struct diags *diags, bool *ret_disabled)
{
	static const char *const words[] = {"yes", "no", "true", "false", "on", "off"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (!strcasecmp(words[i], value->text)) {
			*ret_disabled = i % 2;
			return;
		}
	}
	diag_hint(word_diag(diags, DIAG_ERROR, "value-unknown", value, "'enabled' cannot be '%s'",
			    value->text),
		  "write yes or no");
}

static void key_apply(const struct ini_entry *entry, struct diags *diags, struct override *override)
{
	const char *names[OVERRIDE_KEYS], *near;
	struct diag *diag;

	for (size_t i = 0; i < OVERRIDE_KEYS; i++) {
		names[i] = override_keys[i].name;
		if (strcmp(names[i], entry->key.text) != 0)
			continue;
		if (!*entry->value.text)
			word_diag(diags, DIAG_ERROR, "value-missing", &entry->key,
				  "'%s' has no value", entry->key.text);
		else if (!override_keys[i].offset)
			enabled_parse(&entry->value, diags, &override->disabled);
		else
			*(struct word *)((char *) override + override_keys[i].offset) =
				entry->value;
		return;
	}
	diag = word_diag(diags, DIAG_ERROR, "key-unknown", &entry->key,
			 "section [rule] has no key '%s'", entry->key.text);
	near = diag_did_you_mean(entry->key.text, names, OVERRIDE_KEYS);
	if (near)
		diag_hint(diag, "did you mean '%s'?", near);
	else
		diag_hint(diag, "keys: ports, enabled, source, destination, protocol, direction");
}

int override_add(struct table_set *set, const struct ini_section *section, struct arena *arena,
		 struct diags *diags)
{
	struct override override = {.name = section->name};
	struct override *list;

	if (!section->name.text) {
		diag_hint(word_diag(diags, DIAG_ERROR, "section-name", &section->kind,
				    "section [rule] needs the name of a rule"),
			  "write [rule 3]");
		return 0;
	}
	for (size_t i = 0; i < section->count; i++)
		key_apply(&section->entries[i], diags, &override);
	list = vec_extend(arena, set->overrides, set->override_count, &set->override_capacity,
			  sizeof(*list));
	if (!list)
		return -ENOMEM;
	set->overrides = list;
	list[set->override_count] = override;
	return strmap_put(&set->override_index, override.name.text, (int32_t)set->override_count++);
}

void overrides_check(const struct table_set *set, struct diags *diags)
{
	for (size_t i = 0; i < set->override_count; i++) {
		const struct override *override = &set->overrides[i];
		struct diag *diag;

		if (override->used)
			continue;
		diag = word_diag(diags, DIAG_ERROR, "rule-unknown", &override->name,
				 "no table has a rule '%s'", override->name.text);
		diag_hint(diag, "remove the section, or list the rule's table in [rules] tables");
	}
}
