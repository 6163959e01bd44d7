// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One look at an instance, as metrics.
 */
#include "service/scrape.h"

#include <errno.h>
#include <stdlib.h>

#include "kernel/instance.h"
#include "observe/origin.h"
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

/* The use of the lines' ranges; none when the sockets to look at are not those of this namespace.
 * Answers how many; *ret_ports is to be freed. */
static size_t ports_measure(const struct counters *counters, const struct status *status,
			    struct metrics_origin_ports **ret_ports)
{
	struct metrics_origin_ports *ports = calloc(counters->line_count + 1, sizeof(*ports));
	struct port_use use;
	size_t count = 0;

	*ret_ports = ports;
	if (!ports || !counters->line_count || status->other_namespace || port_use_read(&use))
		return 0;
	for (size_t i = 0; i < counters->line_count; i++) {
		const struct line_count *line = &counters->lines[i];
		struct origin_use one = origin_use_of(&use, line->first, line->last);

		if (line->in_policy && one.ports)
			ports[count++] = (struct metrics_origin_ports){
				.line = line->number,
				.range = one.ports,
				.used = one.in_use + one.time_wait,
				.time_wait = one.time_wait,
			};
	}
	return count;
}

static void write_metrics(const struct counters *counters, const struct status *status,
			  void *context)
{
	struct writing *writing = context;
	AUTO_FREE struct metrics_origin_ports *ports = NULL;
	size_t port_count = ports_measure(counters, status, &ports);
	const struct metrics_source source = {
		.counters = counters,
		.status = status,
		.ports = ports,
		.port_count = port_count,
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
