/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A policy as written: settings, zones by their members, rows of the tables with this site's
 * changes, lines of tcpoport.ini; each with its place. Owns the model. Asks neither network nor
 * host: the same text gives the same model everywhere.
 */
#ifndef USER_POLICY_POLICY_H
#define USER_POLICY_POLICY_H

#include "policy/member.h"
#include "policy/service.h"
#include "policy/settings.h"
#include "policy/tcpoport.h"
#include "util/strmap.h"

struct zone_text {
	struct word name;
	struct member *members;
	size_t member_count;
	bool wrong;	       /* there were members that could not be read */
	struct word interface; /* [zone NAME] interface; text NULL: none */
};

enum direction {
	DIRECTION_INBOUND,
	DIRECTION_OUTBOUND,
	DIRECTION_BOTH,
};

/* A rule after [rule NAME]; a word's place is where its text stands, table or override. */
struct row {
	struct word name;
	const char *table; /* "protocol" of tables/protocol.csv */
	struct word source, destination, protocol_label, ports_text, direction_text, purpose;
	bool disabled;
	enum direction direction;
	struct protocol protocol;
	struct ports ports;
};

struct policy {
	const char *path;
	struct policy_config config;
	struct zone_text *zones;
	size_t zone_count;
	struct strmap zone_index;
	struct row *rows;
	size_t row_count;
	struct tcpoport_line *lines;
	size_t line_count;
};

/* Reads the configuration and all files it names but the zones' lists. Errors go to diags, and what
 * could be read is returned all the same. 0; -ENOMEM; -EINVAL: not even the file itself. */
int policy_parse(const char *path, struct arena *arena, struct diags *diags,
		 struct policy *ret_policy);

/* The zone a table means by this text: by its own name, without a remark, in any case, or as the
 * vendor calls it. -1: none. -ENOMEM. */
int policy_zone_find(const struct policy *policy, const char *text, struct arena *arena,
		     int *ret_zone);

/* A hint with the nearest zone name, or where to define one. */
void policy_zone_hint(const struct policy *policy, const char *text, struct diag *diag);

#endif
