/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a rule is about: IP protocol and ports, as vendor's tables and people write them.
 * Owns both grammars. Knows no zones and no tables.
 */
#ifndef USER_POLICY_SERVICE_H
#define USER_POLICY_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/word.h"

enum rule_protocol_kind {
	PROTOCOL_IP,	  /* one IP protocol by number: proto; tcp 6, udp 17, icmp 1, icmpv6 58 */
	PROTOCOL_TCP_UDP, /* both, same ports */
	PROTOCOL_ANY,	  /* every IP protocol */
};

struct port_range { /* host order; ICMP: types; protocols without ports: none */
	uint16_t first, last;
};

struct protocol {
	enum rule_protocol_kind kind;
	uint8_t proto;
	bool ftp; /* FTP(S): its data connections follow rules of their own */
};

struct ports {
	struct port_range *ranges; /* sorted, disjoint; singles that touch stay singles */
	size_t count;		   /* 0: every port (or type) */
	uint32_t total;		   /* ports permitted; 65536 when there are no ranges */
	bool missing;		   /* the text leaves them to the site */
};

/* "FTP(S)", "PeSIT over plain socket", "TCP and UDP", "esp", "47", ... 0; -EINVAL after an error in
 * diags; -ENOMEM. */
int protocol_parse(const struct word *label, struct arena *arena, struct diags *diags,
		   struct protocol *ret_protocol);

/* "21", "1024 to 65535 (range set on the Edge)", "389 or 3268", "any", ... for the protocol. */
int ports_parse(const struct word *text, const struct protocol *protocol, struct arena *arena,
		struct diags *diags, struct ports *ret_ports);

/* "21, 1024-65535", "any", "-" (missing). NULL: memory is out. */
char *ports_format(const struct port_range *ranges, size_t count, struct arena *arena);

#endif
