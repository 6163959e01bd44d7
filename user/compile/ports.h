/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Protocols and ports as one axis, and its classes: points that the same rules hold. Knows rules,
 * no addresses.
 */
#ifndef USER_COMPILE_PORTS_H
#define USER_COMPILE_PORTS_H

#include <zonegate/tables.h>

#include "compile/intervals.h"
#include "resolve/resolved.h"

/* Where each domain of struct zg_ports begins on the axis. */
enum {
	AXIS_TCP = 0,
	AXIS_UDP = 65536,
	AXIS_PROTO = 2 * 65536,
	AXIS_ICMP = AXIS_PROTO + 256,
	AXIS_ICMP6 = AXIS_ICMP + 256,
	AXIS_END = AXIS_ICMP6 + 256,
};

struct axis_span { /* both included */
	uint32_t first, last;
};

/* At most RULE_SPANS_MAX(rule) spans of the axis; how many. */
#define RULE_SPANS_MAX(rule) (2 * (rule)->port_ranges + 1)
size_t rule_spans(const struct rule *rule, struct axis_span *ret_spans);

/* The point of the axis where a packet of this protocol asks; port: service port or ICMP type. */
uint32_t axis_point(uint8_t proto, uint16_t port);

struct port_axis {
	struct class_sets sets; /* members: positions in rules[]; numbers as they were found */
	struct cuts cuts;	/* numbers are columns of rows: 0 for no rule, then by zones */
	uint32_t *rules;	/* indices of the rules of this role */
	size_t rule_count;
};

bool rule_accepts(const struct rule *rule);
bool rule_opens(const struct rule *rule);

/* Classes of the rules that pass the filter. -ENOMEM; -E2BIG: over 65,535 classes. */
int port_axis_build(const struct resolved *policy, bool (*filter)(const struct rule *),
		    struct port_axis *ret_axis);
void port_axis_write(const struct port_axis *axis, struct zg_ports *ret_ports);
void port_axis_free(struct port_axis *axis);

#endif
