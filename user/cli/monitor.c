/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * zonegate monitor: drops, and what audit would drop, as they happen. Owns the command's words,
 * and that the programs are told to be silent again on every way out.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/json_text.h"
#include "cli/report_print.h"
#include "kernel/events.h"
#include "kernel/instance.h"
#include "observe/counters.h"
#include "observe/events.h"
#include "observe/pcapng.h"
#include "util/cleanup.h"

#define EVENTS_PER_S 1000 /* a CPU */
#define WAIT_MS 500

struct monitor {
	const struct context *context;
	const struct firewall *firewall;
	FILE *capture; /* NULL: none */
	uint64_t shown;
	int error;
};

static volatile sig_atomic_t stopped;

static void on_signal(int signal)
{
	(void)signal;
	stopped = 1;
}

/* No SA_RESTART: waiting ends. A reader that goes away (SIGPIPE) is met as an error of writing. */
static void signals_take(void)
{
	const struct sigaction stop = {.sa_handler = on_signal};

	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* ---- one event ---- */

static void time_text(int64_t time_us, bool date, char *text, size_t size)
{
	time_t seconds = (time_t)(time_us / 1000000);
	char clock[32] = "";
	struct tm parts;

	if (localtime_r(&seconds, &parts))
		strftime(clock, sizeof(clock), date ? "%Y-%m-%dT%H:%M:%S" : "%H:%M:%S", &parts);
	snprintf(text, size, "%s.%06d", clock, (int)(time_us % 1000000));
}

static void event_print(const struct event_words *words)
{
	char when[48], text[EVENT_TEXT];

	time_text(words->time_us, false, when, sizeof(when));
	event_text(words, text);
	printf("%s %s\n", when, text);
}

static void set_text(json_t *object, const char *key, const char *text)
{
	if (*text)
		json_object_set_new(object, key, json_text(text));
}

static void event_print_json(const struct event_words *words)
{
	char when[48], zone[8] = "", time[64];
	time_t seconds = (time_t)(words->time_us / 1000000);
	struct tm parts;
	json_t *object;

	time_text(words->time_us, true, when, sizeof(when));
	if (localtime_r(&seconds, &parts))
		strftime(zone, sizeof(zone), "%z", &parts);
	snprintf(time, sizeof(time), "%s%s", when, zone);
	object = json_pack("{s:s, s:s, s:s, s:b}", "time", time, "hook", words->hook, "reason",
			   words->reason, "audited", words->audited);
	if (words->is_ip) {
		set_text(object, "protocol", words->protocol);
		set_text(object, "source", words->source);
		set_text(object, "destination", words->destination);
	}
	if (words->has_ports) {
		json_object_set_new(object, "source_port", json_integer(words->sport));
		json_object_set_new(object, "destination_port", json_integer(words->dport));
	}
	set_text(object, "tcp_flags", words->flags);
	set_text(object, "interface", words->interface);
	if (words->length)
		json_object_set_new(object, "length", json_integer(words->length));
	if (words->line) {
		json_object_set_new(object, "line", json_integer(words->line));
		set_text(object, "line_text", words->line_text);
	}
	if (words->pid) {
		json_object_set_new(object, "pid", json_integer(words->pid));
		set_text(object, "process", words->process);
	}
	json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(object);
}

static void event_capture(struct monitor *monitor, const struct zg_event *event,
			  const struct event_words *words)
{
	char details[EVENT_DETAILS], comment[EVENT_DETAILS + 128];

	event_details(words, details);
	snprintf(comment, sizeof(comment), "%s %s %s%s", words->hook,
		 words->audited ? "would drop" : "drop", words->reason, details);
	if (pcapng_add(monitor->capture, event, words, comment))
		monitor->error = -EIO;
}

static void event_see(const struct zg_event *event, void *data)
{
	struct monitor *monitor = data;
	struct event_words words;

	event_describe(event, monitor->firewall, &words);
	if (monitor->context->json)
		event_print_json(&words);
	else
		event_print(&words);
	if (monitor->capture)
		event_capture(monitor, event, &words);
	monitor->shown++;
}

/* ---- the command ---- */

/* Drops and would-be drops counted so far; 0 when they cannot be read. */
static uint64_t drops_counted(const struct firewall *firewall)
{
	CLEANUP(report_free) struct report report = {0};
	CLEANUP(counters_free) struct counters counters = {0};
	uint64_t sum = 0;

	if (counters_read(firewall, &report, &counters))
		return 0;
	for (size_t i = 0; i < counters.reason_count; i++)
		if (counters.reasons[i].reason >= ZG_REASON_FIRST_DROP)
			sum += counters.reasons[i].packets;
	return sum;
}

static int monitor_run(struct monitor *monitor, const struct pins *pins, struct firewall *firewall)
{
	CLEANUP(report_free) struct report report = {0};
	uint64_t before, counted;
	struct events *events;
	int error;

	error = events_open(pins, firewall, EVENTS_PER_S, &report, &events);
	if (error)
		return report_print_failure(monitor->context, &report, error);
	before = drops_counted(firewall);
	while (!stopped && !error && !monitor->error) {
		error = events_wait(events, WAIT_MS, event_see, monitor);
		if (error == -EINTR)
			error = 0;
		if (fflush(stdout) || ferror(stdout))
			break;
	}
	counted = drops_counted(firewall) - before;
	events_close(events);
	fprintf(stderr, "zonegate: %" PRIu64 " drop%s shown", monitor->shown,
		monitor->shown == 1 ? "" : "s");
	if (counted > monitor->shown)
		fprintf(stderr, "; %" PRIu64 " more counted: over %u a second on a CPU",
			counted - monitor->shown, EVENTS_PER_S);
	fputc('\n', stderr);
	if (monitor->error)
		fprintf(stderr, "zonegate: writing the capture: %s\n", strerror(-monitor->error));
	if (error)
		fprintf(stderr, "zonegate: reading events: %s\n", strerror(-error));
	return error || monitor->error ? EXIT_SYSTEM : EXIT_DONE;
}

static int capture_open(const char *path, FILE **ret_file)
{
	AUTO_FILE FILE *file = fopen(path, "we");

	if (!file || pcapng_begin(file)) {
		fprintf(stderr, "zonegate: cannot write %s: %s\n", path, strerror(errno));
		return -EIO;
	}
	*ret_file = take_pointer(file);
	return 0;
}

int command_monitor(struct context *context)
{
	CLEANUP(report_free) struct report report = {0};
	AUTO_FILE FILE *capture = NULL;
	struct monitor monitor = {.context = context};
	const char *path = NULL;
	struct firewall firewall;
	struct pins pins;
	int error;

	if (option_value(context, "-w", &path) < 0)
		return usage_error(context, "-w wants a file");
	if (context->argc > 1)
		return usage_error(context, "monitor takes no '%s'", context->argv[1]);
	error = instance_open(context->instance, &report, &pins, &firewall);
	if (error == -ENOENT)
		return report_print_nothing(context, "");
	if (error)
		return report_print_failure(context, &report, error);
	if (path && capture_open(path, &capture)) {
		firewall_close(&firewall);
		return EXIT_SYSTEM;
	}
	monitor.firewall = &firewall;
	monitor.capture = capture;
	signals_take();
	setvbuf(stdout, NULL, _IOLBF, 0);
	error = monitor_run(&monitor, &pins, &firewall);
	firewall_close(&firewall);
	return error;
}
