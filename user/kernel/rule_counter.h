/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sums of what rules counted. Owns the addition alone; where counters lie is percpu.h.
 */
#ifndef USER_KERNEL_RULE_COUNTER_H
#define USER_KERNEL_RULE_COUNTER_H

#include <zonegate/state.h>

static inline void rule_counter_add(struct zg_rule_counter *sum, const struct zg_rule_counter *more)
{
	sum->packets_in += more->packets_in;
	sum->bytes_in += more->bytes_in;
	sum->packets_out += more->packets_out;
	sum->bytes_out += more->bytes_out;
	sum->connections += more->connections;
}

#endif
