// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * /metrics as a duty of the service's loop (sd-event).
 */
#include "service/endpoint.h"

#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include "service/log.h"

static void pace(struct endpoint *endpoint)
{
	int timeout_ms = http_timeout_ms(endpoint->http);

	if (timeout_ms < 0) {
		sd_event_source_set_enabled(endpoint->timer, SD_EVENT_OFF);
		return;
	}
	sd_event_source_set_time_relative(endpoint->timer, (uint64_t)timeout_ms * 1000);
	sd_event_source_set_enabled(endpoint->timer, SD_EVENT_ONESHOT);
}

static int on_timer(sd_event_source *source, uint64_t us, void *context)
{
	struct endpoint *endpoint = context;

	(void)source;
	(void)us;
	http_run(endpoint->http);
	pace(endpoint);
	return 0;
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *context)
{
	(void)fd;
	(void)events;
	return on_timer(source, 0, context);
}

void endpoint_begin(const struct http_options *options, sd_event *event, struct endpoint *endpoint)
{
	const char *sentence = NULL;
	int error;

	if (!options->listen || !strcmp(options->listen, "off"))
		return;
	error = http_start(options, &endpoint->http, &sentence);
	if (error) {
		log_say(LOG_ERR, NULL, "%s: %s (%s)", options->listen, sentence, strerror(-error));
		return;
	}
	error = sd_event_add_io(event, &endpoint->io, http_fd(endpoint->http), EPOLLIN, on_io,
				endpoint);
	if (error >= 0)
		error = sd_event_add_time_relative(event, &endpoint->timer, CLOCK_MONOTONIC,
						   UINT64_MAX / 4, 1000, on_timer, endpoint);
	if (error < 0) {
		log_say(LOG_ERR, NULL, "%s: the event loop does not take it (%s)", options->listen,
			strerror(-error));
		endpoint_end(endpoint);
		return;
	}
	pace(endpoint);
	log_say(LOG_INFO, NULL, "metrics at %s/metrics", options->listen);
}

void endpoint_end(struct endpoint *endpoint)
{
	endpoint->io = sd_event_source_disable_unref(endpoint->io);
	endpoint->timer = sd_event_source_disable_unref(endpoint->timer);
	if (endpoint->http)
		http_stop(endpoint->http);
	endpoint->http = NULL;
}
