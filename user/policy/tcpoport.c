/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The reader of tcpoport.ini: [!] dest_ip dest_ports : org_ports, blanks being free.
 * Owns the grammar. Comments and empty lines are tolerated; the product's own manual has none.
 */
#include "policy/tcpoport.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/tables.h>

#include "util/vec.h"

struct line_reader {
	struct arena *arena;
	struct diags *diags;
	const char *text; /* the line without comment, terminated */
	struct place place;
	struct tcpoport_line line;
};

static struct word slice(const struct line_reader *reader, const char *start, const char *end)
{
	return word_trim(start, (size_t)(end - start),
			 place_after(reader->place, (size_t)(start - reader->text)), reader->arena);
}

/* ---- ports ---- */

static int port_number(const struct line_reader *reader, const struct word *word, uint32_t *ret)
{
	const char *p = word->text;
	uint32_t number = 0;

	for (; isdigit((unsigned char)*p); p++) {
		number = number * 10 + (uint32_t)(*p - '0');
		if (number > 65535) {
			word_diag(reader->diags, DIAG_ERROR, "port-range", word,
				  "a port is at most 65535");
			return -EINVAL;
		}
	}
	if (p == word->text || *p) {
		diag_hint(word_diag(reader->diags, DIAG_ERROR, "port-syntax", word,
				    *word->text ? "'%s' is not a port" : "a port is missing",
				    word->text),
			  "a line looks so: 10.*.*.* 21: 64000-64100");
		return -EINVAL;
	}
	*ret = number;
	return 0;
}

/* "21", "2200-2300"; zero alone only where it has a meaning. */
static int range_parse(const struct line_reader *reader, const struct word *word, bool zero_allowed,
		       struct port_range *ret_range)
{
	const char *dash = strchr(word->text, '-');
	struct word first = *word, last;
	uint32_t from, to;

	if (dash) {
		first = word_trim(word->text, (size_t)(dash - word->text), word->place,
				  reader->arena);
		last = word_trim(dash + 1, strlen(dash + 1),
				 place_after(word->place, (size_t)(dash - word->text) + 1),
				 reader->arena);
		if (!first.text || !last.text)
			return -ENOMEM;
	}
	if (port_number(reader, &first, &from))
		return -EINVAL;
	to = from;
	if (dash && port_number(reader, &last, &to))
		return -EINVAL;
	if (!from && (dash || !zero_allowed)) {
		diag_hint(word_diag(reader->diags, DIAG_ERROR, "port-zero", &first,
				    "port 0 is reserved"),
			  zero_allowed ? "0 alone lets the system choose; a range begins at 1"
				       : "for every port write *");
		return -EINVAL;
	}
	if (to < from) {
		diag_hint(word_diag(reader->diags, DIAG_ERROR, "port-reversed", word,
				    "the range ends before it begins"),
			  "write %u-%u", to, from);
		return -EINVAL;
	}
	*ret_range = (struct port_range){(uint16_t)from, (uint16_t)to};
	return 0;
}

/* ---- destination ---- */

static int octet_parse(const char **text, int16_t *ret_octet)
{
	const char *p = *text;
	int value = 0;

	if (*p == '*') {
		*ret_octet = -1;
		*text = p + 1;
		return 0;
	}
	for (; isdigit((unsigned char)*p) && p - *text < 3; p++)
		value = value * 10 + (*p - '0');
	if (p == *text || value > 255 || (**text == '0' && p - *text > 1))
		return -EINVAL;
	*ret_octet = (int16_t)value;
	*text = p;
	return 0;
}

static int pattern_parse(struct line_reader *reader, const struct word *word)
{
	const char *p = word->text;
	struct diag *diag;

	for (int i = 0; i < 4; i++) {
		if ((i && *p++ != '.') || octet_parse(&p, &reader->line.octet[i]))
			goto wrong;
	}
	if (*p)
		goto wrong;
	reader->line.kind = ORIGIN_PATTERN;
	return 0;
wrong:
	diag = word_diag(reader->diags, DIAG_ERROR, "origin-address", word,
			 "'%s' is not an address or a pattern of four octets", word->text);
	if (strchr(word->text, '/'))
		diag_hint(diag, "tcpoport.ini knows no prefixes: write a '*' for each whole octet, "
				"as in 10.*.*.*");
	else if (strchr(word->text, '-'))
		diag_hint(diag, "tcpoport.ini knows no address ranges: write a line for each "
				"address, or '*' for a whole octet");
	else
		diag_hint(diag, "each of the four octets is a number from 0 to 255 or '*', as in "
				"10.*.*.*");
	return -EINVAL;
}

static int ipv6_parse(struct line_reader *reader, const struct word *word)
{
	size_t length = strlen(word->text);
	const char *text = word->text, *error = NULL;
	struct address_range range;
	bool bracketed = *text == '[' && length > 1 && text[length - 1] == ']';

	if (bracketed) {
		text++;
		length -= 2;
	}
	if (address_range_parse(text, length, &range, &error) || !range.ipv6) {
		diag_hint(word_diag(reader->diags, DIAG_ERROR, "origin-address", word,
				    "'%s' is not an IPv6 address or prefix", word->text),
			  "write it so: [2001:db8::/32]");
		return -EINVAL;
	}
	if (range.host_bits)
		word_diag(reader->diags, DIAG_WARNING, "host-bits", word,
			  "'%s' has bits set behind its prefix; the whole network is meant here",
			  word->text);
	diag_hint(word_diag(reader->diags, DIAG_WARNING, "origin-ipv6-extension", word,
			    "IPv6 is an extension of zonegate: the product itself does not read "
			    "this line"),
		  "keep such lines in a file of zonegate's own when the product shares this one");
	reader->line.kind = ORIGIN_IPV6;
	reader->line.range = range.v6;
	return 0;
}

static int destination_parse(struct line_reader *reader, const struct word *word)
{
	struct line_reader *r = reader;
	bool letters = false;

	r->line.destination = *word;
	if (*word->text == '[' || strchr(word->text, ':'))
		return ipv6_parse(reader, word);
	for (const char *p = word->text; *p; p++) {
		if (isalpha((unsigned char)*p) || *p == '_')
			letters = true;
		else if (!isdigit((unsigned char)*p) && !strchr(".-", *p))
			return pattern_parse(reader, word);
	}
	if (!letters)
		return pattern_parse(reader, word);
	r->line.kind = ORIGIN_NAME;
	return 0;
}

/* ---- lines ---- */

static void report_form(const struct line_reader *reader, const char *at, const char *what)
{
	struct diag *diag =
		diag_add(reader->diags, DIAG_ERROR, "origin-syntax",
			 place_after(reader->place, (size_t)(at - reader->text)), "%s", what);

	diag->width = *at ? (unsigned int)strlen(at) : 1;
	diag_hint(diag, "a line looks so: 10.*.*.* 21: 64000-64100, or ! 10.*.*.* *: 42000-43000");
}

static const char *skip_blanks(const char *p)
{
	while (text_is_blank(*p))
		p++;
	return p;
}

/* Splits the line into its three words. */
static int line_split(struct line_reader *reader, struct word *ret_destination,
		      struct word *ret_ports)
{
	const char *p = skip_blanks(reader->text), *start, *colon;

	reader->line.place = place_after(reader->place, (size_t)(p - reader->text));
	if (*p == '!') {
		reader->line.negated = true;
		p = skip_blanks(p + 1);
	}
	start = p;
	while (*p && !text_is_blank(*p))
		p++;
	if (p == start) {
		report_form(reader, reader->text, "the destination is missing");
		return -EINVAL;
	}
	/* Behind the destination: an IPv6 address has colons of its own. */
	colon = strchr(p, ':');
	if (!colon) {
		report_form(reader, start,
			    p[-1] == ':'
				    ? "the destination ports are missing"
				    : "expected ':' between destination ports and origin ports");
		return -EINVAL;
	}
	*ret_destination = slice(reader, start, p);
	*ret_ports = slice(reader, p, colon);
	reader->line.origin_text = slice(reader, colon + 1, colon + strlen(colon));
	if (!ret_destination->text || !ret_ports->text || !reader->line.origin_text.text)
		return -ENOMEM;
	if (!*ret_ports->text) {
		report_form(reader, colon, "the destination ports are missing");
		return -EINVAL;
	}
	if (!*reader->line.origin_text.text) {
		report_form(reader, colon, "the origin ports are missing");
		return -EINVAL;
	}
	return 0;
}

/* The squeezed text: equal lines are equal however they are spaced. */
static char *line_format(struct line_reader *reader, const struct word *ports)
{
	char *text = arena_printf(reader->arena, "%s%s %s:", reader->line.negated ? "!" : "",
				  reader->line.destination.text, ports->text);
	const char *origin = reader->line.origin_text.text;
	char *squeezed =
		arena_alloc(reader->arena, (text ? strlen(text) : 0) + strlen(origin) + 3, 1);
	char *out = squeezed;

	if (!text || !squeezed)
		return NULL;
	if (*text == '!') {
		*out++ = *text++;
		*out++ = ' ';
	}
	/* "22 - 23" is 22-23; only the blank behind the destination stays. */
	for (size_t i = 0, destination = strlen(reader->line.destination.text); text[i]; i++) {
		if (!text_is_blank(text[i]) || i == destination)
			*out++ = text[i];
	}
	*out++ = ' ';
	for (; *origin; origin++) {
		if (!text_is_blank(*origin))
			*out++ = *origin;
	}
	return squeezed;
}

static int line_parse(struct line_reader *reader)
{
	struct tcpoport_line *line = &reader->line;
	struct word destination, ports;
	int err = line_split(reader, &destination, &ports), wrong;

	if (err)
		return err;
	/* All errors of a line are shown. */
	wrong = destination_parse(reader, &destination);
	if (!strcmp(ports.text, "*")) {
		line->any_port = true;
		line->ports = (struct port_range){0, 65535};
		if (!line->negated)
			diag_hint(word_diag(reader->diags, DIAG_WARNING, "origin-any-port", &ports,
					    "'*' as destination port takes every connection to the "
					    "address, which may not be what is meant"),
				  "name the ports when only some services are meant");
	} else {
		err = range_parse(reader, &ports, false, &line->ports);
		wrong = wrong ? wrong : err;
	}
	err = range_parse(reader, &line->origin_text, true, &line->origin);
	wrong = wrong ? wrong : err;
	if (wrong)
		return wrong;
	line->text = line_format(reader, &ports);
	return line->text ? 0 : -ENOMEM;
}

int tcpoport_parse(const struct source *source, struct arena *arena, struct diags *diags,
		   struct tcpoport_line **ret_lines, size_t *ret_count)
{
	struct tcpoport_line *lines = NULL;
	size_t count = 0, capacity = 0;
	struct source_line cursor = {0};

	while (source_next_line(source, &cursor)) {
		struct line_reader reader = {arena, diags, .place = cursor.place};
		size_t length = source_line_content(&cursor);
		int err;

		reader.text = arena_strndup(arena, cursor.text, length);
		if (!reader.text)
			return -ENOMEM;
		if (!*skip_blanks(reader.text))
			continue;
		err = line_parse(&reader);
		if (err == -ENOMEM)
			return err;
		if (err)
			continue;
		if (count == ZG_LINES_MAX) {
			diag_hint(diag_add(diags, DIAG_ERROR, "origin-many", reader.line.place,
					   "more than %u lines", ZG_LINES_MAX),
				  "lines that differ in one octet alone can share a '*'");
			break;
		}
		lines = vec_extend(arena, lines, count, &capacity, sizeof(*lines));
		if (!lines)
			return -ENOMEM;
		lines[count++] = reader.line;
	}
	*ret_lines = lines;
	*ret_count = count;
	return 0;
}
