/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The ring that programs tell drops through. An object that takes the place of another takes over
 * ring and rate, so a reader goes on reading.
 */
#include "kernel/events.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/instance.h"
#include "util/cleanup.h"

#define LOCK_NAME "monitor"
#define LOCK_TRIES 10
#define LOCK_PAUSE_US 20000

struct events {
	struct firewall *firewall;
	struct ring_buffer *ring;
	char instance[PINS_NAME];
	int lock;
	event_fn see;
	void *data;
};

static int event_arrived(void *context, void *data, size_t size)
{
	struct events *events = context;
	struct zg_event event;

	if (!events->see || size < sizeof(event))
		return 0;
	memcpy(&event, data, sizeof(event));
	events->see(&event, events->data);
	return 0;
}

/* Two readers would each get a part. Closed, also by death, the lock is free. */
static int reader_lock(const struct pins *pins, struct report *report)
{
	char path[PINS_PATH];
	AUTO_FD int fd = -1;
	int error = pins_lock_file(pins, LOCK_NAME, report, path, &fd);

	/* The service has it for moments: events_drain(). */
	for (int i = 0; error == -EBUSY && i < LOCK_TRIES; i++) {
		cleanup_fd(&fd);
		usleep(LOCK_PAUSE_US);
		error = pins_lock_file(pins, LOCK_NAME, report, path, &fd);
	}
	if (error == -EBUSY)
		return report_refuse(report, -EBUSY,
				     "another monitor of instance %s is running: drops are told "
				     "to one reader",
				     pins->instance);
	return error ? error : take_fd(&fd);
}

static void rate_set(struct firewall *firewall, uint32_t per_s)
{
	__atomic_store_n(&firewall->control->events_per_s, per_s, __ATOMIC_RELAXED);
}

static void events_free(struct events *events)
{
	ring_buffer__free(events->ring);
	cleanup_fd(&events->lock);
	free(events);
}

int events_open(const struct pins *pins, struct firewall *firewall, uint32_t per_s,
		struct report *report, struct events **ret_events)
{
	struct events *events = calloc(1, sizeof(*events));
	int error;

	if (!events)
		return -ENOMEM;
	events->firewall = firewall;
	strcpy(events->instance, pins->instance);
	events->lock = reader_lock(pins, report);
	if (events->lock < 0) {
		error = events->lock;
		events_free(events);
		return error;
	}
	events->ring = ring_buffer__new(firewall->map[MAP_EVENTS].fd, event_arrived, events, NULL);
	if (!events->ring) {
		error = report_fail(report, -errno, "opening the ring of events");
		events_free(events);
		return error;
	}
	ring_buffer__consume(events->ring);
	rate_set(firewall, per_s);
	*ret_events = events;
	return 0;
}

int events_wait(struct events *events, int timeout_ms, event_fn see, void *data)
{
	int count;

	events->see = see;
	events->data = data;
	count = ring_buffer__poll(events->ring, timeout_ms);
	return count < 0 ? count : 0;
}

int events_drain(const struct pins *pins, struct firewall *firewall, uint32_t per_s, event_fn see,
		 void *data, struct report *report)
{
	struct events events = {.firewall = firewall, .see = see, .data = data};
	char path[PINS_PATH];
	AUTO_FD int lock = -1;
	int error = pins_lock_file(pins, LOCK_NAME, report, path, &lock);

	if (error)
		return error;
	events.ring = ring_buffer__new(firewall->map[MAP_EVENTS].fd, event_arrived, &events, NULL);
	if (!events.ring)
		return report_fail(report, -errno, "opening the ring of events");
	ring_buffer__consume(events.ring);
	ring_buffer__free(events.ring);
	rate_set(firewall, per_s);
	return 0;
}

void events_close(struct events *events)
{
	CLEANUP(report_free) struct report report = {0};
	struct firewall now;

	if (!events)
		return;
	rate_set(events->firewall, 0);
	if (!instance_open(events->instance, &report, NULL, &now)) {
		if (!now.unknown_abi)
			rate_set(&now, 0);
		firewall_close(&now);
	}
	events_free(events);
}
