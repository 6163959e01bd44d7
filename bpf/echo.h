/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The built-in answer to pings: so many a second for each source (GCRA, ITU-T I.371). Owns the
 * limiters; must not know rules, which are asked before.
 */
#ifndef BPF_ECHO_H
#define BPF_ECHO_H

#include "packet.h"

/*
 * IPv6 sources share a limiter by /64: one host has that many addresses at will. Two CPUs may both
 * take the last permit of one source; the rate is exceeded by one then.
 */
SUBPROGRAM __u32 echo_limit(const union address *source, __u32 half)
{
	const struct zg_settings *current = tables_settings(half);
	__u64 interval_ns = current->echo_interval_ns, burst = current->echo_burst;
	struct zg_limit fresh = {}, *limit;
	__u64 now_ns, ready_ns;
	union address key;

	if (!source)
		return ZG_R_INTERNAL;
	key = *source;
	if (key.word[0])
		key.word[1] = 0;
	now_ns = clock_ns();
	limit = limit_lookup(&key.wire);
	ready_ns = limit && limit->ready_ns > now_ns ? limit->ready_ns : now_ns;
	if (ready_ns - now_ns > (burst ? burst - 1 : 0) * interval_ns)
		return ZG_R_ECHO_RATE;
	fresh.ready_ns = ready_ns + interval_ns;
	if (limit)
		limit->ready_ns = fresh.ready_ns;
	else
		limit_update(&key.wire, &fresh);
	return ZG_R_ECHO;
}

#endif
