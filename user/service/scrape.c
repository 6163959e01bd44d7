// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One look at an instance, as metrics.
 */
#include "service/scrape.h"

#include <errno.h>
#include <stdlib.h>

#include "kernel/instance.h"
#include "util/cleanup.h"

int scrape_with(const char *instance, struct report *report, scrape_look *look, void *context)
{
	struct counters counters = {0};
	struct status status;
	struct firewall firewall;
	struct pins pins;
	int error = instance_open(instance, report, &pins, &firewall);

	if (error)
		return error;
	error = counters_read(&firewall, report, &counters);
	if (!error)
		error = status_read(&firewall, &pins, report, &status);
	if (!error)
		look(&counters, &status, context);
	counters_free(&counters);
	firewall_close(&firewall);
	return error;
}

struct writing {
	const struct metrics_service *service;
	struct exposition exposition;
};

static void write_metrics(const struct counters *counters, const struct status *status,
			  void *context)
{
	struct writing *writing = context;
	const struct metrics_source source = {
		.counters = counters,
		.status = status,
		.service = writing->service,
	};

	metrics_write(&source, &writing->exposition);
}

int scrape_text(const char *instance, const struct metrics_service *service, struct report *report,
		char **ret_text, size_t *ret_length)
{
	struct writing writing = {.service = service};
	int error = scrape_with(instance, report, write_metrics, &writing);

	if (!error && writing.exposition.out_of_memory)
		error = -ENOMEM;
	if (error) {
		exposition_free(&writing.exposition);
		return error;
	}
	*ret_text = writing.exposition.text;
	*ret_length = writing.exposition.length;
	return 0;
}
