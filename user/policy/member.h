/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One member of a zone as written: an address, CIDR, first-last, any, private, bogons, @zone, a DNS
 * name, file:path, each perhaps behind '!'. Owns that grammar. Asks neither network nor files.
 */
#ifndef USER_POLICY_MEMBER_H
#define USER_POLICY_MEMBER_H

#include "config/word.h"
#include "util/address.h"

enum member_kind {
	MEMBER_RANGE,
	MEMBER_ANY,
	MEMBER_PRIVATE,
	MEMBER_BOGONS,
	MEMBER_ZONE,
	MEMBER_NAME,
	MEMBER_FILE,
};

struct member {
	enum member_kind kind;
	bool negated;
	struct place place;	    /* of its text */
	struct address_range range; /* RANGE */
	const char *text;	    /* ZONE: its name; NAME; FILE: its path as written */
};

/* word: without the '!'. 0; -EINVAL after an error in diags. text points into the word. */
int member_parse(const struct word *word, struct diags *diags, struct member *ret_member);

/* Members of a list; '!' may stand alone before the next one. Wrong ones are left out, the errors
 * being in diags. 0 or -ENOMEM. */
int members_parse(const struct word *list, struct arena *arena, struct diags *diags,
		  struct member **ret_members, size_t *ret_count);

#endif
