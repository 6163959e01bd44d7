/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tcpoport.ini as written: which origin ports a connection may leave from, by its destination.
 * Owns the file's grammar. Resolves no names.
 */
#ifndef USER_POLICY_TCPOPORT_H
#define USER_POLICY_TCPOPORT_H

#include "config/source.h"
#include "policy/service.h"
#include "util/address.h"

enum origin_kind {
	ORIGIN_PATTERN, /* IPv4, '*' for whole octets */
	ORIGIN_NAME,	/* DNS name */
	ORIGIN_IPV6,	/* extension: IPv6 address or prefix */
};

struct tcpoport_line {
	struct place place;
	const char *text; /* blanks squeezed: "! 10.*.*.* *: 42000-43000" */
	bool negated;
	enum origin_kind kind;
	int16_t octet[4];	 /* PATTERN: 0-255, or -1 for '*' */
	struct word destination; /* as written */
	struct range6 range;	 /* IPV6 */
	struct port_range ports; /* 0-65535 for '*' */
	bool any_port;
	struct port_range origin; /* 0-0: the system chooses */
	struct word origin_text;
};

/* Wrong lines are left out, the errors being in diags. 0 or -ENOMEM. */
int tcpoport_parse(const struct source *source, struct arena *arena, struct diags *diags,
		   struct tcpoport_line **ret_lines, size_t *ret_count);

#endif
