/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Origin ports as they are used: how many of each tcpoport line's range are taken, how many wait
 * out their time. Owns the measurement; the counters are the kernel's.
 */
#ifndef USER_OBSERVE_ORIGIN_H
#define USER_OBSERVE_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/firewall.h"
#include "kernel/report.h"
#include "observe/counters.h"

/* The local TCP ports of this network namespace, a bit each. */
struct port_use {
	uint64_t used[1024];	/* by a socket in any state but TIME_WAIT, listening ones too */
	uint64_t waiting[1024]; /* by a connection in TIME_WAIT */
};

/* One line's range. */
struct origin_use {
	uint32_t ports;	    /* in the range; 0: the system chooses */
	uint32_t in_use;    /* of them */
	uint32_t time_wait; /* of them, and not in use */
};

#define ORIGIN_FULL_PERCENT 80 /* from here on a range deserves a warning */

/* 0, or negative errno: sock_diag does not answer. */
int port_use_read(struct port_use *ret_use);
/* first 0 and last 0: no range. */
struct origin_use origin_use_of(const struct port_use *use, uint16_t first, uint16_t last);
/* More than ORIGIN_FULL_PERCENT of the range is in use or in TIME_WAIT. */
bool origin_is_nearly_full(const struct origin_use *use);

/* A line in force: what it has counted, and how its range is used. */
struct origin_line_state {
	const struct line_count *line;
	struct origin_use use; /* when use_known */
};

struct origin_state {
	struct counters counters;	 /* owns what lines point to */
	struct origin_line_state *lines; /* of the policy in force, in order of the file */
	size_t count;
	bool use_known; /* false: the NICs are in another network namespace than the caller */
};

/* Negative errno, said in report. To be freed by origin_state_free(). */
int origin_state_read(const struct firewall *firewall, struct report *report,
		      struct origin_state *ret_state);
void origin_state_free(struct origin_state *state);
/* The state of a line of a policy: by its text, number in the file and range. NULL: not in force.
 */
const struct origin_line_state *origin_state_find(const struct origin_state *state,
						  const char *text, uint32_t number, uint16_t first,
						  uint16_t last);

#endif
