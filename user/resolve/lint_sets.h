/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Questions of lints about ports, sets of addresses and octet patterns: does one hold the other, do
 * they meet? Owns nothing.
 */
#ifndef USER_RESOLVE_LINT_SETS_H
#define USER_RESOLVE_LINT_SETS_H

#include "resolve/resolved.h"

bool ranges_meet(struct port_range a, struct port_range b);
bool range_holds(struct port_range outer, struct port_range inner);

/* Does the rule permit the protocol, whatever the port? */
bool rule_has_proto(const struct rule *rule, uint8_t proto);
bool rule_has_port(const struct rule *rule, uint8_t proto, uint16_t port);
bool rule_meets_range(const struct rule *rule, uint8_t proto, struct port_range range);
/* Is there a protocol and a port that both permit? */
bool rules_share_service(const struct rule *a, const struct rule *b);

bool set_holds(const struct address_set *outer, const struct address_set *inner);

/* Octet patterns of tcpoport.ini; -1 is '*'. */
bool pattern_holds(const int16_t outer[4], const int16_t inner[4]);
bool patterns_meet(const int16_t a[4], const int16_t b[4]);
bool pattern_meets_range(const int16_t pattern[4], struct range4 range);
/* Exact for patterns with '*' at the end alone; others answer false. */
bool pattern_holds_range(const int16_t pattern[4], struct range4 range);

#endif
