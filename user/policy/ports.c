/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Port texts: "21", "1024 to 65535 (range set on the Edge)", "8088 through 8093", "389 or 3268".
 * Owns the grammar. Remarks in parentheses are dropped wherever they stand.
 */
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "policy/service.h"
#include "util/vec.h"

enum token_kind {
	TOKEN_END,
	TOKEN_NUMBER,
	TOKEN_NAME,  /* a word that is not one of the grammar's */
	TOKEN_RANGE, /* to, through, - */
	TOKEN_AND,   /* and, or, comma */
	TOKEN_BAD,   /* a parenthesis that is not closed */
};

struct token {
	enum token_kind kind;
	size_t start, length; /* in the text */
	uint32_t number;      /* 65536: too large */
};

struct port_reader {
	const struct word *text;
	const struct protocol *protocol;
	struct arena *arena;
	struct diags *diags;
	size_t at;
	struct token token; /* the current one */
	struct ports ports;
	size_t capacity;
};

static bool is_icmp(const struct protocol *protocol)
{
	return protocol->kind == PROTOCOL_IP &&
	       (protocol->proto == IPPROTO_ICMP || protocol->proto == IPPROTO_ICMPV6);
}

static bool has_ports(const struct protocol *protocol)
{
	return protocol->kind == PROTOCOL_TCP_UDP ||
	       (protocol->kind == PROTOCOL_IP &&
		(protocol->proto == IPPROTO_TCP || protocol->proto == IPPROTO_UDP));
}

static struct diag *token_diag(struct port_reader *reader, const char *code, const char *text)
{
	struct diag *diag =
		diag_add(reader->diags, DIAG_ERROR, code,
			 place_after(reader->text->place, reader->token.start), "%s", text);

	diag->width = reader->token.length ? (unsigned int)reader->token.length : 1;
	return diag;
}

/* ---- tokens ---- */

static size_t blanks_and_remarks(const char *text, size_t at)
{
	for (;;) {
		const char *close;

		while (isspace((unsigned char)text[at]))
			at++;
		if (text[at] != '(')
			return at;
		close = strchr(text + at, ')');
		if (!close)
			return at;
		at = (size_t)(close - text) + 1;
	}
}

static enum token_kind word_kind(const char *word, size_t length)
{
	static const struct {
		const char *word;
		enum token_kind kind;
	} words[] = {
		{"to", TOKEN_RANGE}, {"through", TOKEN_RANGE}, {"thru", TOKEN_RANGE},
		{"and", TOKEN_AND},  {"or", TOKEN_AND},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strlen(words[i].word) == length && !strncasecmp(words[i].word, word, length))
			return words[i].kind;
	}
	return TOKEN_NAME;
}

static void token_next(struct port_reader *reader)
{
	const char *text = reader->text->text;
	size_t start = blanks_and_remarks(text, reader->at), at = start;
	struct token token = {.start = start};

	if (!text[at]) {
		token.kind = TOKEN_END;
	} else if (isdigit((unsigned char)text[at])) {
		token.kind = TOKEN_NUMBER;
		for (; isdigit((unsigned char)text[at]); at++) {
			token.number = token.number * 10 + (uint32_t)(text[at] - '0');
			if (token.number > 65535)
				token.number = 65536;
		}
	} else if (text[at] == ',' || text[at] == '&') {
		token.kind = TOKEN_AND;
		at++;
	} else if (text[at] == '-') {
		token.kind = TOKEN_RANGE;
		at++;
	} else if (!strncmp(text + at, "\xe2\x80\x93", 3)) { /* en dash: pasted from a page */
		token.kind = TOKEN_RANGE;
		at += 3;
	} else if (text[at] == '(') {
		token.kind = TOKEN_BAD;
		at = strlen(text);
	} else {
		while (text[at] && !isspace((unsigned char)text[at]) && !strchr(",&(", text[at]))
			at++;
		token.kind = word_kind(text + start, at - start);
	}
	token.length = at - start;
	reader->at = at;
	reader->token = token;
}

/* ---- numbers and names ---- */

/* RFC 792, RFC 4443 */
static const struct icmp_name {
	const char *name;
	int16_t icmp, icmpv6; /* -1: not in this protocol */
} icmp_names[] = {
	{"echo-reply", 0, 129},	       {"echo-request", 8, 128},    {"unreachable", 3, 1},
	{"packet-too-big", -1, 2},     {"time-exceeded", 11, 3},    {"parameter-problem", 12, 4},
	{"timestamp-request", 13, -1}, {"timestamp-reply", 14, -1},
};
#define ICMP_NAMES (sizeof(icmp_names) / sizeof(*icmp_names))

static int icmp_type_find(const struct port_reader *reader)
{
	for (size_t i = 0; i < ICMP_NAMES; i++) {
		const struct icmp_name *name = &icmp_names[i];

		if (strlen(name->name) == reader->token.length &&
		    !strncasecmp(name->name, reader->text->text + reader->token.start,
				 reader->token.length))
			return reader->protocol->proto == IPPROTO_ICMP ? name->icmp : name->icmpv6;
	}
	return -1;
}

/* Takes a port or an ICMP type. -EINVAL after an error. */
static int number_take(struct port_reader *reader, uint16_t *ret_number)
{
	bool icmp = is_icmp(reader->protocol);
	struct token *token = &reader->token;

	if (token->kind == TOKEN_NAME && icmp && icmp_type_find(reader) >= 0) {
		*ret_number = (uint16_t)icmp_type_find(reader);
		token_next(reader);
		return 0;
	}
	if (token->kind != TOKEN_NUMBER) {
		diag_hint(token_diag(reader, "port-syntax",
				     token->kind == TOKEN_END	? "a port number is missing"
				     : token->kind == TOKEN_BAD ? "the parenthesis is not closed"
								: "this is not a port number"),
			  icmp ? "write ICMP types so: 8, 13-14, echo-request"
			       : "write ports so: 21, 1024 to 65535, 389 or 3268, any");
		return -EINVAL;
	}
	if (token->number > (icmp ? 255 : 65535)) {
		token_diag(reader, "port-range",
			   icmp ? "an ICMP type is at most 255" : "a port is at most 65535");
		return -EINVAL;
	}
	if (!token->number && !icmp) {
		diag_hint(token_diag(reader, "port-zero", "port 0 is reserved"),
			  "ports begin at 1; for every port write any");
		return -EINVAL;
	}
	*ret_number = (uint16_t)token->number;
	token_next(reader);
	return 0;
}

static int range_add(struct port_reader *reader, struct port_range range)
{
	struct port_range *ranges =
		vec_extend(reader->arena, reader->ports.ranges, reader->ports.count,
			   &reader->capacity, sizeof(*ranges));

	if (!ranges)
		return -ENOMEM;
	reader->ports.ranges = ranges;
	ranges[reader->ports.count++] = range;
	return 0;
}

static int list_parse(struct port_reader *reader)
{
	for (;;) {
		struct token first = reader->token;
		struct port_range range;
		int err;

		err = number_take(reader, &range.first);
		if (err)
			return err;
		range.last = range.first;
		if (reader->token.kind == TOKEN_RANGE) {
			token_next(reader);
			err = number_take(reader, &range.last);
			if (err)
				return err;
		}
		if (range.last < range.first) {
			reader->token = first;
			diag_hint(token_diag(reader, "port-reversed",
					     "the range ends before it begins"),
				  "write %u to %u", range.last, range.first);
			return -EINVAL;
		}
		err = range_add(reader, range);
		if (err)
			return err;
		/* "80, and 443", "80 443" */
		while (reader->token.kind == TOKEN_AND) {
			token_next(reader);
			if (reader->token.kind == TOKEN_END)
				return number_take(reader, &range.first);
		}
		if (reader->token.kind == TOKEN_END)
			return 0;
	}
}

/* ---- the whole text ---- */

static int range_compare(const void *left, const void *right)
{
	const struct port_range *a = left, *b = right;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return (a->last > b->last) - (a->last < b->last);
}

/* Sorts and merges what overlaps; what only touches stays: an FTP rule's single ports mean more. */
static void ranges_normalise(struct ports *ports)
{
	size_t kept = 0;

	if (!ports->count) {
		ports->total = 65536;
		return;
	}
	qsort(ports->ranges, ports->count, sizeof(*ports->ranges), range_compare);
	for (size_t i = 1; i < ports->count; i++) {
		if (ports->ranges[i].first > ports->ranges[kept].last)
			ports->ranges[++kept] = ports->ranges[i];
		else if (ports->ranges[i].last > ports->ranges[kept].last)
			ports->ranges[kept].last = ports->ranges[i].last;
	}
	ports->count = kept + 1;
	ports->total = 0;
	for (size_t i = 0; i < ports->count; i++)
		ports->total += (uint32_t)(ports->ranges[i].last - ports->ranges[i].first) + 1;
}

/* "as the transfer site says", "-", nothing at all */
static bool is_missing(const char *text)
{
	text += blanks_and_remarks(text, 0);
	return !*text || !strcmp(text, "-") || strcasestr(text, "transfer site");
}

static bool is_every(const char *text)
{
	static const char *const words[] = {"any", "all", "*"};
	size_t start = blanks_and_remarks(text, 0);

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t length = strlen(words[i]);

		if (!strncasecmp(text + start, words[i], length) &&
		    !text[blanks_and_remarks(text, start + length)])
			return true;
	}
	return false;
}

int ports_parse(const struct word *text, const struct protocol *protocol, struct arena *arena,
		struct diags *diags, struct ports *ret_ports)
{
	struct port_reader reader = {text, protocol, arena, diags, .ports = {.total = 65536}};
	int err;

	if (is_missing(text->text)) {
		/* Other protocols have none to give. */
		reader.ports.missing = has_ports(protocol);
	} else if (!is_every(text->text)) {
		if (!has_ports(protocol) && !is_icmp(protocol)) {
			diag_hint(word_diag(diags, DIAG_ERROR, "port-protocol", text,
					    "this protocol has no ports here"),
				  "leave the ports empty, or name tcp or udp as the protocol");
			return -EINVAL;
		}
		token_next(&reader);
		err = list_parse(&reader);
		if (err)
			return err;
		ranges_normalise(&reader.ports);
	}
	*ret_ports = reader.ports;
	return 0;
}

char *ports_format(const struct port_range *ranges, size_t count, struct arena *arena)
{
	size_t size = count * sizeof("65535-65535, ") + 1, at = 0;
	char *text;

	if (!count)
		return arena_strdup(arena, "any");
	text = arena_alloc(arena, size, 1);
	for (size_t i = 0; text && i < count; i++) {
		at += (size_t)snprintf(text + at, size - at, i ? ", %u" : "%u", ranges[i].first);
		if (ranges[i].last != ranges[i].first)
			at += (size_t)snprintf(text + at, size - at, "-%u", ranges[i].last);
	}
	return text;
}
