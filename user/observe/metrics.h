/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The metrics of an instance: names, help, labels; from the records of counters.h and status.h.
 * Owns the list of metrics (docs/metrics.md describes it). Knows neither HTTP nor files.
 */
#ifndef USER_OBSERVE_METRICS_H
#define USER_OBSERVE_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "observe/counters.h"
#include "observe/exposition.h"
#include "observe/status.h"
#include "resolve/names.h"

/* When a rule was last seen to count, by rule slot: the service samples, for a clock in the
 * programs would cost each packet. */
struct metrics_hits {
	uint64_t *packets; /* at the last sample */
	double *hit_s;	   /* CLOCK_REALTIME of the sample that saw it grow; 0: never */
	uint32_t slots;
};

/* -ENOMEM. A rule that has counted before the first sample was hit at an unknown time: 0 stays. */
int metrics_hits_sample(struct metrics_hits *hits, const struct counters *counters, double now_s);
void metrics_hits_free(struct metrics_hits *hits);

struct metrics_origin_ports { /* of one tcpoport line */
	uint32_t line;	      /* number in the file */
	uint32_t range, used, time_wait;
};

/* What only the service knows. */
struct metrics_service {
	bool reload_successful;
	double reload_s; /* CLOCK_REALTIME of the last try */
	const struct name_cache *names;
	const struct policy_settings
		*settings; /* [host] interfaces: a NIC that is not there is not guarded */
	const struct metrics_hits *hits;
	uint64_t evictions; /* flows that the kernel took away while they were live: it does not
			       count them itself */
	uint64_t events_lost;
};

struct metrics_source {
	const struct counters *counters;
	const struct status *status;
	const struct metrics_origin_ports *ports;
	size_t port_count;
	const struct metrics_service *service; /* NULL: the command, outside the service */
};

void metrics_write(const struct metrics_source *source, struct exposition *exposition);

/* Flows made, less those ended, less those that are there: what the LRU took. */
uint64_t metrics_evictions(const struct counters *counters);

#endif
