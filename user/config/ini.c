/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The INI reader. Ours, because libraries at hand report no column, and the line only at times.
 * Owns the grammar: [kind name], key = value, comments. Knows no section and no key by name.
 */
#include "config/ini.h"

#include <errno.h>
#include <string.h>

#include "util/strmap.h"
#include "util/vec.h"

struct ini_reader {
	struct arena *arena;
	struct diags *diags;
	struct ini ini;
	size_t section_capacity;
	struct strmap section_names; /* "kind name" -> index */
	struct strmap keys;	     /* of the section being read -> index */
	size_t entry_capacity;
	bool skipping; /* below a header that was wrong or doubled */
};

static int section_add(struct ini_reader *reader, const struct word *kind, const struct word *name)
{
	struct ini *ini = &reader->ini;
	struct ini_section *sections;
	const char *id =
		arena_printf(reader->arena, "%s %s", kind->text, name->text ? name->text : "");
	int32_t before;

	if (!id)
		return -ENOMEM;
	before = strmap_get(&reader->section_names, id);
	if (before >= 0 && (size_t)before < ini->count) {
		struct diag *diag = word_diag(reader->diags, DIAG_ERROR, "section-twice", kind,
					      "section [%s%s%s] is there twice", kind->text,
					      name->text ? " " : "", name->text ? name->text : "");

		diag_second(diag, ini->sections[before].kind.place, "declared here");
		diag_hint(diag, "put the keys of both into one section");
		reader->skipping = true;
		return 0;
	}
	sections = vec_extend(reader->arena, ini->sections, ini->count, &reader->section_capacity,
			      sizeof(*sections));
	if (!sections)
		return -ENOMEM;
	ini->sections = sections;
	sections[ini->count] = (struct ini_section){.kind = *kind, .name = *name};
	reader->keys = (struct strmap){.arena = reader->arena};
	reader->entry_capacity = 0;
	reader->skipping = false;
	return strmap_put(&reader->section_names, id, (int32_t)ini->count++);
}

/* text[0..length) begins with '['. */
static int header_parse(struct ini_reader *reader, const char *text, size_t length,
			struct place place)
{
	const char *close = memchr(text, ']', length);
	struct word kind, name = {0};
	size_t inside, split;

	if (!close || close + 1 != text + length) {
		struct diag *diag = diag_add(reader->diags, DIAG_ERROR, "section-syntax", place,
					     close ? "characters follow the section's ']'"
						   : "the section's ']' is missing");

		diag->width = (unsigned int)length;
		diag_hint(diag, "a section looks so: [host] or [rule 3]");
		reader->skipping = true;
		return 0;
	}
	kind = word_trim(text + 1, (size_t)(close - text) - 1, place_after(place, 1),
			 reader->arena);
	if (!kind.text)
		return -ENOMEM;
	inside = strlen(kind.text);
	split = strcspn(kind.text, " \t");
	if (split < inside) {
		name = word_trim(kind.text + split, inside - split, place_after(kind.place, split),
				 reader->arena);
		kind.text = arena_strndup(reader->arena, kind.text, split);
		if (!name.text || !kind.text)
			return -ENOMEM;
	}
	return section_add(reader, &kind, &name);
}

static int entry_add(struct ini_reader *reader, const struct ini_entry *entry)
{
	struct ini_section *section = &reader->ini.sections[reader->ini.count - 1];
	int32_t before = strmap_get(&reader->keys, entry->key.text);
	struct ini_entry *entries;

	if (before >= 0 && (size_t)before < section->count) {
		struct diag *diag = word_diag(reader->diags, DIAG_ERROR, "key-twice", &entry->key,
					      "'%s' is there twice", entry->key.text);

		diag_second(diag, section->entries[before].key.place, "declared here");
		return 0;
	}
	entries = vec_extend(reader->arena, section->entries, section->count,
			     &reader->entry_capacity, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	section->entries = entries;
	entries[section->count] = *entry;
	return strmap_put(&reader->keys, entry->key.text, (int32_t)section->count++);
}

static int entry_parse(struct ini_reader *reader, const char *text, size_t length,
		       struct place place)
{
	const char *equals = memchr(text, '=', length);
	struct ini_entry entry;
	size_t key_length;

	if (reader->skipping)
		return 0;
	if (!reader->ini.count) {
		struct diag *diag = diag_add(reader->diags, DIAG_ERROR, "key-outside", place,
					     "this line stands before the first section");

		diag->width = (unsigned int)length;
		diag_hint(diag, "begin with a section such as [host]");
		return 0;
	}
	if (!equals || equals == text) {
		struct diag *diag =
			diag_add(reader->diags, DIAG_ERROR, "key-syntax", place,
				 equals ? "the key before '=' is missing" : "expected key = value");

		diag->width = (unsigned int)length;
		diag_hint(diag,
			  "a comment begins with '#' or ';'; a value cannot go on in the next "
			  "line");
		return 0;
	}
	key_length = (size_t)(equals - text);
	entry.key = word_trim(text, key_length, place, reader->arena);
	entry.value = word_trim(equals + 1, length - key_length - 1,
				place_after(place, key_length + 1), reader->arena);
	if (!entry.key.text || !entry.value.text)
		return -ENOMEM;
	return entry_add(reader, &entry);
}

int ini_parse(const struct source *source, struct arena *arena, struct diags *diags,
	      struct ini *ret_ini)
{
	struct ini_reader reader = {
		.arena = arena,
		.diags = diags,
		.section_names = {.arena = arena},
	};
	struct source_line line = {0};

	while (source_next_line(source, &line)) {
		size_t length = source_line_content(&line), start = 0;
		struct place place;
		int err;

		while (start < length && text_is_blank(line.text[start]))
			start++;
		while (length > start && text_is_blank(line.text[length - 1]))
			length--;
		if (start == length)
			continue;
		place = place_after(line.place, start);
		if (line.text[start] == '[')
			err = header_parse(&reader, line.text + start, length - start, place);
		else
			err = entry_parse(&reader, line.text + start, length - start, place);
		if (err)
			return err;
	}
	*ret_ini = reader.ini;
	return 0;
}
