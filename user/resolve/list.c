/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * `file:` lists of zones: members in lines, a million of them in well under half a second.
 * Owns the reading; an address costs no allocation. Lists do not name other lists.
 */
#include <errno.h>
#include <string.h>

#include "config/source.h"
#include "resolve/zones.h"
#include "util/cleanup.h"

/* Messages of one list: a wrong file may have a million lines. */
#define LIST_ERRORS_MAX 100
#define LIST_HOST_BITS_MAX 10

struct list_reader {
	struct resolver *resolver;
	int zone;
	struct address_set_builder *plain, *negated;
	size_t errors_before;
	size_t host_bits; /* prefixes with bits behind them */
	bool remarks;	  /* '#' or ';' is somewhere in the text */
};

static int token_slow(struct list_reader *reader, const char *text, size_t length,
		      struct place place, bool negated)
{
	struct diags *diags = reader->resolver->diags;
	struct word word = {arena_strndup(reader->resolver->arena, text, length), place};
	struct member member;

	if (!word.text)
		return -ENOMEM;
	if (member_parse(&word, diags, &member))
		return 0;
	member.negated = negated;
	if (member.kind == MEMBER_FILE) {
		diag_hint(word_diag(diags, DIAG_ERROR, "list-nested", &word,
				    "a list cannot name another list"),
			  "name both lists in the zone");
		return 0;
	}
	return member_resolve(reader->resolver, reader->zone, &member,
			      negated ? reader->negated : reader->plain);
}

static int token_read(struct list_reader *reader, const char *text, size_t length,
		      const struct source_line *line, bool negated)
{
	struct address_set_builder *builder = negated ? reader->negated : reader->plain;
	struct address_range range;
	const char *error;

	if (address_range_parse(text, length, &range, &error) ||
	    (range.host_bits && reader->host_bits++ < LIST_HOST_BITS_MAX))
		return token_slow(reader, text, length,
				  place_after(line->place, (size_t)(text - line->text)), negated);
	if (range.ipv6)
		return address_set_builder_add6(builder, range.v6.first, range.v6.last);
	return address_set_builder_add4(builder, range.v4.first, range.v4.last);
}

static bool is_separator(char c)
{
	return text_is_blank(c) || c == ',';
}

static int line_read(struct list_reader *reader, const struct source_line *line)
{
	const char *p = line->text, *bang = NULL;
	const char *end = p + (reader->remarks ? source_line_content(line) : line->length);
	int err = 0;

	while (!err) {
		const char *start;

		while (p < end && is_separator(*p))
			p++;
		if (p < end && *p == '!') {
			bang = p++;
			continue;
		}
		start = p;
		while (p < end && !is_separator(*p))
			p++;
		if (p == start)
			break;
		err = token_read(reader, start, (size_t)(p - start), line, bang);
		bang = NULL;
	}
	if (!err && bang)
		diag_add(reader->resolver->diags, DIAG_ERROR, "member-syntax",
			 place_after(line->place, (size_t)(bang - line->text)),
			 "a member must follow '!'");
	return err;
}

static int lines_read(struct list_reader *reader, const struct source *source)
{
	struct diags *diags = reader->resolver->diags;
	struct source_line line = {0};

	reader->remarks = memchr(source->text, '#', source->size_bytes) ||
			  memchr(source->text, ';', source->size_bytes);
	while (source_next_line(source, &line)) {
		int err = line_read(reader, &line);

		if (err)
			return err;
		if (diags->errors - reader->errors_before >= LIST_ERRORS_MAX) {
			diag_hint(
				diag_add(diags, DIAG_ERROR, "list-wrong", line.place,
					 "too much is wrong with this list; the rest is not read"),
				"a list has one or more members a line, '#' begins a comment");
			break;
		}
	}
	if (reader->host_bits > LIST_HOST_BITS_MAX)
		diag_add(diags, DIAG_WARNING, "host-bits", (struct place){.file = source->path},
			 "%zu more prefixes of the list have bits set behind them",
			 reader->host_bits - LIST_HOST_BITS_MAX);
	return 0;
}

/* With '!' inside, the list is a set of its own: its plain members less those. */
static int list_algebra(struct list_reader *reader, const struct source *source,
			struct address_set_builder *builder)
{
	CLEANUP(address_set_builder_free) struct address_set_builder plain = {0};
	CLEANUP(address_set_builder_free) struct address_set_builder negated = {0};
	struct arena *arena = reader->resolver->arena;
	struct address_set all, less, set;
	int err;

	reader->plain = &plain;
	reader->negated = &negated;
	err = lines_read(reader, source);
	reader->plain = reader->negated = NULL;
	if (!err)
		err = address_set_build(&plain, arena, &all);
	if (!err)
		err = address_set_build(&negated, arena, &less);
	if (!err)
		err = address_set_subtract(&all, &less, arena, &set);
	return err ? err : address_set_builder_add_set(builder, &set);
}

int list_resolve(struct resolver *resolver, int zone, const struct member *member,
		 struct address_set_builder *builder)
{
	struct list_reader reader = {
		.resolver = resolver,
		.zone = zone,
		.plain = builder,
		.errors_before = resolver->diags->errors,
	};
	struct word word = {member->text, member->place};
	/* The text is needed while it is read alone: a long list's is not kept. */
	CLEANUP(arena_free) struct arena text = {0};
	bool built_on_any = resolver->work[zone].built_on_any;
	struct source source;
	char *path = source_path(resolver->policy->path, member->text, resolver->arena);
	int err;

	if (!path)
		return -ENOMEM;
	err = source_read(path, &word, &text, resolver->diags, &source);
	if (err) {
		resolver->work[zone].doubtful = true;
		return err == -ENOMEM ? err : 0;
	}
	source.path = path;
	if (memchr(source.text, '!', source.size_bytes))
		err = list_algebra(&reader, &source, builder);
	else
		err = lines_read(&reader, &source);
	if (member->negated) /* what is taken away makes no zone wide */
		resolver->work[zone].built_on_any = built_on_any;
	return err;
}
