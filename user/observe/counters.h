/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What an instance has counted, as plain records: summed over CPUs, with the names that rules and
 * lines have. Owns the records. Prints nothing.
 */
#ifndef USER_OBSERVE_COUNTERS_H
#define USER_OBSERVE_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/names.h>
#include <zonegate/reasons.h>
#include <zonegate/state.h>

#include "kernel/firewall.h"
#include "kernel/report.h"
#include "util/arena.h"

struct rule_count {
	const char *name, *table;
	uint8_t role;	    /* enum zg_name_role */
	uint32_t file_line; /* in the table's file */
	uint16_t slot;
	bool in_policy; /* false: it was in one before, and counted */
	struct zg_rule_counter count;
};

struct reason_count {
	enum zg_hook hook;
	enum zg_reason reason;
	bool audited; /* would have been dropped, were the policy enforced */
	uint64_t packets, bytes;
};

struct line_count {
	const char *text;
	uint32_t number; /* line of tcpoport.ini */
	uint16_t first, last;
	uint16_t slot;
	bool in_policy;
	struct zg_line_counter count;
};

struct counters {
	struct arena arena;	  /* owns all that follows */
	struct rule_count *rules; /* in order of table and line */
	size_t rule_count;
	struct reason_count *reasons; /* those that are not 0 */
	size_t reason_count;
	struct line_count *lines; /* in order of the file */
	size_t line_count;
	struct zg_flow_counter flows;
	size_t flows_used, flows_max;
};

/* Negative errno, said in report. To be freed by counters_free(). */
int counters_read(const struct firewall *firewall, struct report *report,
		  struct counters *ret_counters);
void counters_free(struct counters *counters);

/* Names as in reasons.h; NULL: there is no such number. */
const char *reason_name(uint32_t reason);
const char *reason_text(uint32_t reason);
const char *hook_name(uint32_t hook);
const char *rule_role_name(uint32_t role);

#endif
