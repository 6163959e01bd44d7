/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Members of zones, as text. Owns their grammar. Asks neither network nor files.
 */
#include "policy/member.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "util/vec.h"

#define NAME_MAX_BYTES 253 /* RFC 1035 2.3.4 */

/* RFC 1123 2.1, and '_', which names of services have. */
static bool is_dns_name(const char *text)
{
	size_t length = strlen(text), label = 0;

	if (length > NAME_MAX_BYTES)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '.') {
			if (!label)
				return false;
			label = 0;
			continue;
		}
		if (!isalnum((unsigned char)text[i]) && text[i] != '-' && text[i] != '_')
			return false;
		if (!label && text[i] == '-')
			return false;
		if (++label > 63)
			return false;
	}
	return length > 0;
}

static int address_parse(const struct word *word, struct diags *diags, struct member *member)
{
	char network[ADDRESS_RANGE_TEXT];
	const char *error = NULL;
	int err = address_range_parse(word->text, strlen(word->text), &member->range, &error);

	if (err == -EINVAL) {
		struct diag *diag =
			word_diag(diags, DIAG_ERROR, "address-syntax", word, "%s", error);

		diag_hint(diag, "an address looks so: 192.0.2.1, 10.0.0.0/8, 10.0.0.1-10.0.0.9, "
				"2001:db8::/32");
		return err;
	}
	if (err)
		return err;
	if (member->range.host_bits) {
		if (member->range.ipv6)
			range6_format(member->range.v6, network);
		else
			range4_format(member->range.v4, network);
		diag_hint(word_diag(diags, DIAG_WARNING, "host-bits", word,
				    "'%s' has bits set behind its prefix; the whole network is "
				    "meant here",
				    word->text),
			  "write %s, or the address without its prefix length", network);
	}
	return 0;
}

int member_parse(const struct word *word, struct diags *diags, struct member *ret_member)
{
	static const struct {
		const char *word;
		enum member_kind kind;
	} builtins[] = {
		{"any", MEMBER_ANY},
		{"private", MEMBER_PRIVATE},
		{"bogons", MEMBER_BOGONS},
	};
	struct member member = {.kind = MEMBER_RANGE, .place = word->place, .text = word->text};
	int err;

	for (size_t i = 0; i < sizeof(builtins) / sizeof(*builtins); i++) {
		if (!strcmp(word->text, builtins[i].word)) {
			member.kind = builtins[i].kind;
			*ret_member = member;
			return 0;
		}
	}
	if (word->text[0] == '@') {
		member.kind = MEMBER_ZONE;
		member.text++;
		member.place = place_after(member.place, 1);
	} else if (!strncmp(word->text, "file:", 5)) {
		member.kind = MEMBER_FILE;
		member.text += 5;
		member.place = place_after(member.place, 5);
	} else {
		err = address_parse(word, diags, &member);
		if (err == -EINVAL)
			return err;
		if (err == -ENOENT)
			member.kind = MEMBER_NAME;
	}
	if (member.kind != MEMBER_RANGE && !*member.text) {
		word_diag(diags, DIAG_ERROR, "member-syntax", word, "a name must follow '%s'",
			  word->text);
		return -EINVAL;
	}
	if (member.kind == MEMBER_NAME && !is_dns_name(member.text)) {
		diag_hint(word_diag(diags, DIAG_ERROR, "member-syntax", word,
				    "'%s' is neither an address nor a name", word->text),
			  "members: address, CIDR, first-last, any, private, bogons, @zone, "
			  "DNS name, file:path");
		return -EINVAL;
	}
	*ret_member = member;
	return 0;
}

int members_parse(const struct word *list, struct arena *arena, struct diags *diags,
		  struct member **ret_members, size_t *ret_count)
{
	struct member *members = NULL;
	size_t count = 0, capacity = 0;
	const struct word *pending = NULL;
	struct words words;
	int err = words_split(list, arena, &words);

	for (size_t i = 0; !err && i < words.count; i++) {
		struct word *word = &words.list[i];
		bool negated = pending;

		for (; word->text[0] == '!'; word->text++) {
			if (negated)
				word_diag(diags, DIAG_ERROR, "member-syntax", word,
					  "'!' stands twice before a member");
			negated = true;
			word->place = place_after(word->place, 1);
		}
		if (!*word->text) {
			pending = word;
			continue;
		}
		pending = NULL;
		members = vec_extend(arena, members, count, &capacity, sizeof(*members));
		if (!members)
			return -ENOMEM;
		if (!member_parse(word, diags, &members[count]))
			members[count++].negated = negated;
	}
	if (err)
		return err;
	if (pending)
		word_diag(diags, DIAG_ERROR, "member-syntax", pending, "a member must follow '!'");
	*ret_members = members;
	*ret_count = count;
	return 0;
}
