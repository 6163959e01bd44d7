// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Drops in the service's log. The instance is opened anew each time: its object may have been
 * replaced, or be gone.
 */
#include "service/drops.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "kernel/events.h"
#include "kernel/instance.h"
#include "observe/events.h"
#include "util/cleanup.h"

#define MORE_EVERY_S 60

struct reader {
	struct drops *drops;
	const struct firewall *firewall;
	int64_t now_s;
};

static void event_see(const struct zg_event *event, void *data)
{
	struct reader *reader = data;
	char text[EVENT_TEXT], sport[8] = "", dport[8] = "", pid[16] = "";
	struct event_words words;

	if (!log_bound_take(&reader->drops->bound, reader->now_s))
		return;
	event_describe(event, reader->firewall, &words);
	event_text(&words, text);
	if (words.has_ports) {
		snprintf(sport, sizeof(sport), "%u", words.sport);
		snprintf(dport, sizeof(dport), "%u", words.dport);
	}
	if (words.pid)
		snprintf(pid, sizeof(pid), "%u", words.pid);
	log_say(LOG_INFO,
		LOG_FIELDS({"ZONEGATE_HOOK", words.hook}, {"ZONEGATE_REASON", words.reason},
			   {"ZONEGATE_AUDITED", words.audited ? "1" : "0"},
			   {"ZONEGATE_PROTOCOL", words.protocol}, {"ZONEGATE_SOURCE", words.source},
			   {"ZONEGATE_SOURCE_PORT", sport},
			   {"ZONEGATE_DESTINATION", words.destination},
			   {"ZONEGATE_DESTINATION_PORT", dport},
			   {"ZONEGATE_INTERFACE", words.interface}, {"ZONEGATE_PID", pid}),
		"%s", text);
}

/* Said at most once a minute: a flood must not fill the log by the words about it either. */
static void more_tell(struct drops *drops, int64_t now_s)
{
	if (drops->bound.lost == drops->lost_told || now_s - drops->told_s < MORE_EVERY_S)
		return;
	log_say(LOG_NOTICE, NULL,
		"more than %u drops a second: not all are logged; zonegate counters has them all",
		drops->bound.per_s);
	drops->lost_told = drops->bound.lost;
	drops->told_s = now_s;
}

static int drain(struct reader *reader, const char *instance, uint32_t per_s)
{
	CLEANUP(report_free) struct report report = {0};
	struct firewall firewall;
	struct pins pins;
	int error = instance_open(instance, &report, &pins, &firewall);

	if (error)
		return error;
	reader->firewall = &firewall;
	error = events_drain(&pins, &firewall, per_s, event_see, reader, &report);
	firewall_close(&firewall);
	return error;
}

void drops_log(struct drops *drops, const char *instance)
{
	struct reader reader = {.drops = drops, .now_s = (int64_t)time(NULL)};

	if (!drops->bound.per_s)
		return;
	/* One a CPU more than is logged: else a flood on one CPU would look like all there is. */
	if (!drain(&reader, instance, drops->bound.per_s + 1))
		more_tell(drops, reader.now_s);
}

void drops_end(const struct drops *drops, const char *instance)
{
	struct drops last = *drops;
	struct reader reader = {.drops = &last, .now_s = (int64_t)time(NULL)};

	if (drops->bound.per_s)
		drain(&reader, instance, 0);
}
