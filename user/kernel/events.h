/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The ring that programs tell drops through. Owns the one reader that an instance has at a time,
 * and the rate that makes the programs tell. Knows nothing of what events mean.
 */
#ifndef USER_KERNEL_EVENTS_H
#define USER_KERNEL_EVENTS_H

#include <zonegate/state.h>

#include "kernel/firewall.h"
#include "kernel/pins.h"
#include "kernel/report.h"

struct events;
typedef void (*event_fn)(const struct zg_event *event, void *data);

/*
 * From here on each CPU tells up to per_s drops a second. What an earlier reader left in the ring
 * is thrown away. -EBUSY: another process reads. The firewall has to outlive it.
 */
int events_open(const struct pins *pins, struct firewall *firewall, uint32_t per_s,
		struct report *report, struct events **ret_events);

/* Waits up to timeout_ms and hands on what is there. 0, or -errno; -EINTR: a signal came. */
int events_wait(struct events *events, int timeout_ms, event_fn see, void *data);

/*
 * For who reads now and then, and leaves the ring to a monitor: hands on what is there, and each
 * CPU tells up to per_s drops a second from here on; 0: none. Nothing is held afterwards. -EBUSY: a
 * monitor reads, and nothing was touched; other errors are in the report.
 */
int events_drain(const struct pins *pins, struct firewall *firewall, uint32_t per_s, event_fn see,
		 void *data, struct report *report);

/* Nobody listens any more: of this object, and of one that took its place meanwhile. NULL: no-op.
 */
void events_close(struct events *events);

#endif
