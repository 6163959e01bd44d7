/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A policy as it means something on one host: names are addresses, rows have roles. What the
 * compiler takes. Owns the model only. Text places are kept for messages and for show; nothing here
 * knows BPF.
 */
#ifndef USER_RESOLVE_RESOLVED_H
#define USER_RESOLVE_RESOLVED_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "policy/service.h"
#include "policy/settings.h"
#include "policy/tcpoport.h"
#include "resolve/address_set.h"
#include "util/arena.h"
#include "util/diag.h"

enum role {
	ROLE_NOT_HERE, /* this host takes no part in the row */
	ROLE_ACCEPT,   /* a zone of this host listens */
	ROLE_OPEN,     /* a zone of this host connects */
	ROLE_BOTH,
	ROLE_DISABLED, /* [rule N] enabled = no */
};

struct zone {
	const char *name;
	struct place place;
	struct address_set addresses;
	bool local;		     /* this host is (in) this zone */
	char interface[IF_NAMESIZE]; /* bound to this NIC; "": to none */
};

struct rule {
	const char *name;   /* identity: unique over all tables */
	const char *table;  /* file name without folder and .csv: "protocol" */
	struct place place; /* of the row */
	enum role role;
	/* The two groups as written, for show. Index into zones; -1: undefined (role is then
	 * NOT_HERE or DISABLED). */
	int source, destination;
	const char *source_name, *destination_name;
	/* Who opens to whom, index into zones. Role BOTH: each pair set applies. -1: not so. */
	int accept_remote, accept_local;
	int open_remote, open_local;
	enum rule_protocol_kind kind;
	uint8_t proto;
	const char *protocol_label;  /* as written */
	const char *direction_label; /* "inbound", "outbound", "both" */
	const char *purpose;
	bool ftp;		  /* the protocol is the vendor's FTP(S) or ftp */
	struct port_range *ports; /* sorted, disjoint; none: every port (or type) */
	size_t port_ranges;
	uint32_t port_count; /* ports permitted, for "most specific first"; 65536 when none are
				given */
	bool port_missing;   /* "as the transfer site says": an error when the row is here */
};

struct origin_line {
	struct place place;
	const char *text; /* as written, blanks squeezed: the identity for its counter */
	bool negated;	  /* '!' */
	enum origin_kind kind;
	int16_t octet[4];	      /* PATTERN: 0-255, or -1 for '*' */
	const char *name;	      /* NAME */
	struct address_set addresses; /* NAME, IPV6: what it means now */
	bool resolved;		      /* NAME: it has resolved at least once */
	struct port_range ports;      /* destination; 0-65535 for '*' */
	bool any_port;		      /* '*' */
	struct port_range origin;     /* 0-0: the system chooses */
};

struct resolved {
	struct arena arena; /* owns all that follows */
	const char *config_path;
	struct zone *zones;
	size_t zone_count;
	struct rule *rules; /* in order of tables and rows */
	size_t rule_count;
	struct origin_line *lines; /* in file order */
	size_t line_count;
	struct address_set self; /* addresses of this host's interfaces, loopback left out */
	struct policy_settings settings;
};

void resolved_free(struct resolved *resolved);

#endif
