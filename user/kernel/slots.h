/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which counter belongs to which rule and which origin line: a slot goes with an identity, so that
 * counters go on over a reload. Works on the memory of rule_names and line_names. Knows no
 * descriptors.
 */
#ifndef USER_KERNEL_SLOTS_H
#define USER_KERNEL_SLOTS_H

#include <stdint.h>

#include <zonegate/names.h>

#include "resolve/resolved.h"

uint64_t slot_rule_identity(const char *name, const char *table);
/* before: how many lines of the same text stand before it. */
uint64_t slot_line_identity(const char *text, uint32_t before);

/*
 * Finds or takes a slot for each rule that is here, and writes what the half's policy says of it.
 * ret_slot[1 + index of the rule] is the slot, 0 for rules that are not here; ret_slot[0] is 0.
 * 0; -ENOSPC when names[1..max-1] are all taken, with nothing changed but the bits of that half;
 * -ENOMEM.
 */
int slots_assign_rules(struct zg_rule_name *names, uint32_t max, uint32_t half,
		       const struct resolved *policy, uint16_t *ret_slot);
/* The same for origin lines, over names[0..max-1]; ret_slot[index of the line]. */
int slots_assign_lines(struct zg_line_name *names, uint32_t max, uint32_t half,
		       const struct resolved *policy, uint16_t *ret_slot);

/* Rules of a policy that want a slot. */
uint32_t slots_rules_wanted(const struct resolved *policy);

/* The half's policy is forgotten: its bits are cleared. */
void slots_forget_rules(struct zg_rule_name *names, uint32_t max, uint32_t half);
void slots_forget_lines(struct zg_line_name *names, uint32_t max, uint32_t half);

#endif
