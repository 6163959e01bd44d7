/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * /metrics as a duty of the service's loop (sd-event): the listener's descriptor and its clock.
 * Owns both sources. Knows no metric.
 */
#ifndef USER_SERVICE_ENDPOINT_H
#define USER_SERVICE_ENDPOINT_H

#include <systemd/sd-event.h>

#include "service/http.h"

struct endpoint {
	struct http_server *http; /* NULL: not listening */
	sd_event_source *io, *timer;
};

/*
 * Listens, when options->listen is not NULL or "off". A listener that cannot be had is no reason to
 * be without a filter: it is logged, and endpoint->http is NULL. The endpoint must stay where it
 * is.
 */
void endpoint_begin(const struct http_options *options, sd_event *event, struct endpoint *endpoint);
/* Also when it never began. */
void endpoint_end(struct endpoint *endpoint);

#endif
