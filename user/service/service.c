// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The service's loop (sd-event) and its duties. Everything is done in one thread, but for the
 * resolver's questions; a duty that fails is logged and tried again, and never ends the service
 * once a policy is in force.
 */
#include "service/service.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "config/snapshot.h"
#include "kernel/instance.h"
#include "resolve/refresh.h"
#include "service/drops.h"
#include "service/endpoint.h"
#include "service/enforce.h"
#include "service/log.h"
#include "service/names_file.h"
#include "service/privileges.h"
#include "service/scrape.h"
#include "service/watch.h"
#include "util/cleanup.h"

#define SECOND_US 1000000ull
#define SETTLE_US (SECOND_US / 5) /* news of NICs come in bursts */
#define RETRY_US                                                                                   \
	(5 * SECOND_US)		  /* after a failure, or while a policy waits for its confirmation \
				   */
#define CHECK_US (30 * SECOND_US) /* are all hooks still there? */
#define NAMES_FIRST_MS 3000	  /* at the start of all, for names to come in */

struct service {
	const struct service_options *options;
	struct enforce enforce;
	struct name_cache *names;
	struct name_refresh *refresh;
	struct endpoint endpoint;
	sd_event *event;
	sd_event_source *again, *second, *names_timer;
	int watch_fd;
	struct drops drops;
	struct metrics_hits hits;
	struct metrics_service facts;
	uint64_t evictions_seen; /* by the flow table's own books; they stand still or grow */
	bool restart; /* a new object has to be loaded, which this process no longer may */
};

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- putting the policy into force ---- */

static void reload_noted(struct service *service, int error)
{
	service->facts.reload_successful = !error;
	service->facts.reload_s = now_s();
}

static int later(struct service *service, uint64_t us)
{
	int error = sd_event_source_set_time_relative(service->again, us);

	return error < 0 ? error : sd_event_source_set_enabled(service->again, SD_EVENT_ONESHOT);
}

/* An apply has asked for names that are new here. */
static void names_take(struct service *service)
{
	char path[PATH_MAX];

	if (!names_file_path(service->options->instance, path))
		names_file_fill(path, service->names);
}

static void names_pace(struct service *service)
{
	int64_t wait_ms = name_refresh_wait_ms(service->refresh, name_now_ms());

	if (wait_ms < 0) {
		sd_event_source_set_enabled(service->names_timer, SD_EVENT_OFF);
		return;
	}
	sd_event_source_set_time_relative(service->names_timer, (uint64_t)wait_ms * 1000);
	sd_event_source_set_enabled(service->names_timer, SD_EVENT_ONESHOT);
}

/* The way things are now, from the texts that are in force. */
static void follow(struct service *service, const char *why)
{
	int error;

	names_take(service);
	error = enforce_policy(&service->enforce, ENFORCE_COPIES, true, why);
	names_pace(service);
	if (error == -ENOENT) /* applied without copies: nothing to follow from, the hooks stay as
				 they are */
		return;
	if ((error == -EPERM || error == -EACCES) && !privileges_can_load()) {
		log_say(LOG_NOTICE, NULL,
			"%s: new programs are needed, which a restart may load; the filter stays",
			why);
		service->restart = true;
		sd_event_exit(service->event, 0);
		return;
	}
	if (error)
		later(service, RETRY_US);
}

static int on_again(sd_event_source *source, uint64_t us, void *context)
{
	(void)source;
	(void)us;
	follow(context, "what this host is has changed");
	return 0;
}

static int on_watch(sd_event_source *source, int fd, uint32_t events, void *context)
{
	(void)source;
	(void)events;
	if (watch_read(fd))
		later(context, SETTLE_US);
	return 0;
}

static int on_check(sd_event_source *source, uint64_t us, void *context)
{
	struct service *service = context;

	(void)us;
	follow(service, "a hook was missing");
	sd_event_source_set_time_relative(source, CHECK_US);
	return 0;
}

/* ---- /metrics ---- */

static char *scrape(void *context, size_t *ret_length)
{
	struct service *service = context;
	CLEANUP(report_free) struct report report = {0};
	char *text = NULL;
	int error = scrape_text(service->options->instance, &service->facts, &report, &text,
				ret_length);

	if (error)
		log_say(LOG_WARNING, NULL, "metrics: %s: %s",
			*report.doing ? report.doing : "nothing is in force", strerror(-error));
	return text;
}

static void metrics_begin(struct service *service)
{
	const struct policy_settings *settings = &service->enforce.settings;
	const struct http_options options = {
		.listen = settings->metrics_listen,
		.cert = settings->metrics_cert,
		.key = settings->metrics_key,
		.token_file = settings->metrics_token_file,
		.scrape = scrape,
		.context = service,
	};

	endpoint_end(&service->endpoint);
	endpoint_begin(&options, service->event, &service->endpoint);
}

/* ---- names ---- */

static void names_save(struct service *service)
{
	char path[PATH_MAX];
	int error = names_file_path(service->options->instance, path);

	if (!error)
		error = names_file_write(path, service->names);
	if (error && error != -ENOENT)
		log_say(LOG_WARNING, NULL, "%s: the answers to names cannot be kept: %s", path,
			strerror(-error));
}

static int on_names_due(sd_event_source *source, uint64_t us, void *context)
{
	struct service *service = context;
	int error = name_refresh_start(service->refresh, name_now_ms());

	(void)source;
	(void)us;
	if (error)
		log_say(LOG_WARNING, NULL, "asking for names: %s", strerror(-error));
	names_pace(service);
	return 0;
}

static void names_changed(struct service *service, size_t changed)
{
	if (changed) {
		follow(service, "a name has other addresses");
		names_save(service);
	}
	names_pace(service);
}

static int on_names(sd_event_source *source, int fd, uint32_t events, void *context)
{
	struct service *service = context;
	size_t changed = 0;

	(void)source;
	(void)fd;
	(void)events;
	name_refresh_collect(service->refresh, name_now_ms(), &changed);
	names_changed(service, changed);
	return 0;
}

/* ---- once a second ---- */

static void sample(const struct counters *counters, const struct status *status, void *context)
{
	struct service *service = context;
	uint64_t evictions = metrics_evictions(counters);

	(void)status;
	metrics_hits_sample(&service->hits, counters, now_s());
	/* The books are read one after the other while flows come and go: a counter must not go
	 * back for that. */
	if (evictions > service->evictions_seen) {
		service->facts.evictions += evictions - service->evictions_seen;
		service->evictions_seen = evictions;
	}
}

static void take_sample(struct service *service)
{
	CLEANUP(report_free) struct report report = {0};

	scrape_with(service->options->instance, &report, sample, service);
}

static int on_second(sd_event_source *source, uint64_t us, void *context)
{
	struct service *service = context;

	(void)us;
	take_sample(service);
	drops_log(&service->drops, service->options->instance);
	sd_event_source_set_time_relative(source, SECOND_US);
	return 0;
}

/* ---- the operator ---- */

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
	struct service *service = context;
	int error;

	(void)source;
	(void)info;
	sd_notify(0, "RELOADING=1");
	names_take(service);
	error = enforce_policy(&service->enforce, ENFORCE_FILES, false, "reload");
	reload_noted(service, error);
	if ((error == -EPERM || error == -EACCES) && !privileges_can_load())
		log_say(LOG_ERR, NULL,
			"reload: new programs have to be loaded: 'zonegate apply' or a restart "
			"does it");
	if (!error)
		metrics_begin(service);
	names_pace(service);
	sd_notify(0, "READY=1");
	return 0;
}

/*
 * A filter that is in force is taken over as it is, from its own texts: edits that nobody has
 * applied stay unapplied. An unfiltered host gets the files; when they have errors, the last policy
 * that was in force.
 */
static int begin(struct service *service)
{
	bool taken_over = enforce_is_in_force(service->options->instance);
	size_t changed;
	int error = -ENOENT, again;

	if (taken_over)
		error = enforce_policy(&service->enforce, ENFORCE_COPIES, true, "taken over");
	if (error == -ENOENT)
		error = enforce_policy(&service->enforce, ENFORCE_FILES, false, "start");
	reload_noted(service, error);
	if (error && !taken_over) {
		again = enforce_policy(&service->enforce, ENFORCE_COPIES, false,
				       "start from the last good policy");
		error = again == -ENOENT ? error : again;
		if (!error)
			log_say(LOG_ERR, NULL,
				"the policy in force is the last good one; 'zonegate check' shows "
				"what is "
				"wrong with %s",
				service->options->config);
	}
	if (error && !enforce_is_in_force(service->options->instance))
		return error;
	if (!name_refresh_settle(service->refresh, NAMES_FIRST_MS, &changed) && changed)
		names_changed(service, changed);
	return 0;
}

/* ---- the loop ---- */

static int add_signals(struct service *service)
{
	sigset_t set;
	int error;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	error = sd_event_add_signal(service->event, NULL, SIGTERM, NULL, NULL);
	if (error >= 0)
		error = sd_event_add_signal(service->event, NULL, SIGINT, NULL, NULL);
	if (error >= 0)
		error = sd_event_add_signal(service->event, NULL, SIGHUP, on_reload, service);
	return error < 0 ? error : 0;
}

static int add_timer(struct service *service, uint64_t us, sd_event_time_handler_t handler,
		     int enabled, sd_event_source **ret_source)
{
	int error = sd_event_add_time_relative(service->event, ret_source, CLOCK_MONOTONIC, us, 0,
					       handler, service);

	return error < 0 ? error : sd_event_source_set_enabled(*ret_source, enabled);
}

static int add_sources(struct service *service)
{
	sd_event_source *check = NULL;
	int error = watch_open(&service->watch_fd);

	if (!error)
		error = sd_event_add_io(service->event, NULL, service->watch_fd, EPOLLIN, on_watch,
					service);
	if (error >= 0)
		error = sd_event_add_io(service->event, NULL, name_refresh_fd(service->refresh),
					EPOLLIN, on_names, service);
	if (error >= 0)
		error = add_timer(service, SECOND_US, on_again, SD_EVENT_OFF, &service->again);
	if (error >= 0)
		error = add_timer(service, SECOND_US, on_second, SD_EVENT_ON, &service->second);
	if (error >= 0)
		error = add_timer(service, SECOND_US, on_names_due, SD_EVENT_OFF,
				  &service->names_timer);
	if (error >= 0)
		error = add_timer(service, CHECK_US, on_check, SD_EVENT_ON, &check);
	if (error >= 0)
		error = sd_event_source_set_floating(check, true);
	sd_event_source_unref(check);
	return error < 0 ? error : 0;
}

static int prepare(struct service *service)
{
	char path[PATH_MAX];
	int error = sd_event_default(&service->event);

	if (error < 0)
		return error;
	service->names = service->enforce.names = name_cache_new();
	service->facts.names = service->names;
	service->facts.hits = &service->hits;
	service->facts.settings = &service->enforce.settings;
	if (!service->names)
		return -ENOMEM;
	name_cache_defer(service->names, true); /* nothing here waits for a resolver */
	if (!names_file_path(service->options->instance, path))
		names_file_read(path, service->names);
	error = name_refresh_new(service->names, name_query, &service->refresh);
	if (!error)
		error = add_signals(service);
	return error ? error : add_sources(service);
}

static int loop(struct service *service)
{
	int error = begin(service);

	if (error)
		return error;
	take_sample(service); /* from here on a count that grows is a hit */
	metrics_begin(service);
	if (!service->options->keep_capabilities) {
		error = privileges_drop();
		if (error)
			log_say(LOG_WARNING, NULL, "capabilities cannot be given up: %s",
				strerror(-error));
	}
	names_pace(service);
	sd_event_set_watchdog(service->event, true);
	sd_notify(0, "READY=1");
	error = sd_event_loop(service->event);
	sd_notify(0, "STOPPING=1");
	drops_end(&service->drops, service->options->instance);
	log_say(LOG_NOTICE, NULL, "the service ends; the filter stays in force");
	return service->restart ? -ERESTART : error;
}

int service_run(const struct service_options *options)
{
	struct service service = {
		.options = options,
		.enforce = {.config = options->config, .instance = options->instance},
		.drops = {.bound = {.per_s = options->drops_per_s}},
		.watch_fd = -1,
	};
	int error = prepare(&service);

	if (!error)
		error = loop(&service);
	else
		log_say(LOG_ERR, NULL, "the service cannot begin: %s", strerror(-error));
	endpoint_end(&service.endpoint);
	name_refresh_free(service.refresh);
	name_cache_free(service.names);
	metrics_hits_free(&service.hits);
	enforce_free(&service.enforce);
	sd_event_source_unref(service.again);
	sd_event_source_unref(service.second);
	sd_event_source_unref(service.names_timer);
	sd_event_unref(service.event);
	if (service.watch_fd >= 0)
		close(service.watch_fd);
	return error;
}
