/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The service: puts the policy into force, keeps names, NICs and addresses up to date, serves
 * /metrics. The filter does not depend on it: what is in force stays so when it ends. Owns the loop
 * and the order of its duties.
 */
#ifndef USER_SERVICE_SERVICE_H
#define USER_SERVICE_SERVICE_H

#include <stdbool.h>

struct service_options {
	const char *config, *instance;
	bool keep_capabilities;	  /* for tests that look at the difference */
	unsigned int drops_per_s; /* so many drops are logged a second; 0: none */
};

/*
 * Runs until SIGTERM or SIGINT. 0; -EINVAL: the first policy has errors and no earlier one is
 * known; another negative errno: the system refused. All of it is in the log.
 */
int service_run(const struct service_options *options);

#endif
