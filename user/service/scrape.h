/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One look at an instance, as metrics: opens what is in force, reads, writes the text. Owns the
 * look alone.
 */
#ifndef USER_SERVICE_SCRAPE_H
#define USER_SERVICE_SCRAPE_H

#include "kernel/report.h"
#include "observe/counters.h"
#include "observe/metrics.h"

/* What a look is for: called with the records while they are open. */
typedef void scrape_look(const struct counters *counters, const struct status *status,
			 void *context);

/* 0; -ENOENT, unsaid: nothing is in force; another negative errno, said in report. */
int scrape_with(const char *instance, struct report *report, scrape_look *look, void *context);

/* The metrics as text, by malloc. service NULL: outside the service. Errors as above. */
int scrape_text(const char *instance, const struct metrics_service *service, struct report *report,
		char **ret_text, size_t *ret_length);

#endif
