/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Drops in the service's log, up to a rate. Owns what is said of them and the bound. While a
 * monitor reads, drops are told to it alone.
 */
#ifndef USER_SERVICE_DROPS_H
#define USER_SERVICE_DROPS_H

#include "service/log.h"

#define DROPS_PER_S_MAX 1000

struct drops {
	struct log_bound bound; /* per_s 0: drops are not logged */
	int64_t told_s;		/* when it was last said that there are more */
	uint64_t lost_told;
};

/* Once a second: logs what has come. Nothing in force is no error. */
void drops_log(struct drops *drops, const char *instance);
/* The programs tell nobody any more. */
void drops_end(const struct drops *drops, const char *instance);

#endif
