/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * zonegate top: rates by rule and by reason, once a second, on a terminal. Owns the screen; the
 * rates are differences of what the counters say.
 */
#include <curses.h>
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/report_print.h"
#include "kernel/instance.h"
#include "observe/counters.h"
#include "util/cleanup.h"

#define PERIOD_MS 1000
#define REASONS_SHARE 3 /* a third of the lines, at most, is for reasons */

struct row {
	char name[48], what[24];
	double packets_s, bytes_s, connections_s;
	uint64_t packets;
};

struct rows {
	struct row *list;
	size_t count;
};

/* ---- from two readings to rows ---- */

static double rate(uint64_t now, uint64_t before, double seconds)
{
	return now > before ? (double)(now - before) / seconds : 0;
}

static const struct rule_count *rule_before(const struct counters *before, uint16_t slot)
{
	for (size_t i = 0; i < before->rule_count; i++)
		if (before->rules[i].slot == slot)
			return &before->rules[i];
	return NULL;
}

static const struct reason_count *reason_before(const struct counters *before,
						const struct reason_count *reason)
{
	for (size_t i = 0; i < before->reason_count; i++) {
		const struct reason_count *other = &before->reasons[i];

		if (other->hook == reason->hook && other->reason == reason->reason &&
		    other->audited == reason->audited)
			return other;
	}
	return NULL;
}

/* Busy ones first, then those that counted most. */
static int row_compare(const void *a, const void *b)
{
	const struct row *first = a, *second = b;

	if (first->packets_s != second->packets_s)
		return first->packets_s > second->packets_s ? -1 : 1;
	if (first->packets != second->packets)
		return first->packets > second->packets ? -1 : 1;
	return strcmp(first->name, second->name);
}

static int rows_of_rules(const struct counters *now, const struct counters *before, double seconds,
			 struct rows *ret_rows)
{
	struct rows rows = {calloc(now->rule_count + 1, sizeof(*rows.list)), 0};

	if (!rows.list)
		return -ENOMEM;
	for (size_t i = 0; i < now->rule_count; i++) {
		static const struct zg_rule_counter none;
		const struct rule_count *rule = &now->rules[i];
		const struct rule_count *old = rule_before(before, rule->slot);
		const struct zg_rule_counter *then = old ? &old->count : &none;
		struct row *row = &rows.list[rows.count];

		row->packets = rule->count.packets_in + rule->count.packets_out;
		if (!row->packets)
			continue;
		snprintf(row->name, sizeof(row->name), "%s", rule->name);
		snprintf(row->what, sizeof(row->what), "%s", rule->table);
		row->packets_s = rate(row->packets, then->packets_in + then->packets_out, seconds);
		row->bytes_s = rate(rule->count.bytes_in + rule->count.bytes_out,
				    then->bytes_in + then->bytes_out, seconds);
		row->connections_s = rate(rule->count.connections, then->connections, seconds);
		rows.count++;
	}
	qsort(rows.list, rows.count, sizeof(*rows.list), row_compare);
	*ret_rows = rows;
	return 0;
}

static int rows_of_reasons(const struct counters *now, const struct counters *before,
			   double seconds, struct rows *ret_rows)
{
	struct rows rows = {calloc(now->reason_count + 1, sizeof(*rows.list)), 0};

	if (!rows.list)
		return -ENOMEM;
	for (size_t i = 0; i < now->reason_count; i++) {
		const struct reason_count *reason = &now->reasons[i];
		const struct reason_count *old = reason_before(before, reason);
		struct row *row = &rows.list[rows.count++];
		const char *name = reason_name(reason->reason), *hook = hook_name(reason->hook);

		snprintf(row->name, sizeof(row->name), "%s", name ? name : "?");
		snprintf(row->what, sizeof(row->what), "%s %s", hook ? hook : "?",
			 reason->audited			 ? "would drop"
			 : reason->reason < ZG_REASON_FIRST_DROP ? "pass"
								 : "drop");
		row->packets = reason->packets;
		row->packets_s = rate(reason->packets, old ? old->packets : 0, seconds);
		row->bytes_s = rate(reason->bytes, old ? old->bytes : 0, seconds);
	}
	qsort(rows.list, rows.count, sizeof(*rows.list), row_compare);
	*ret_rows = rows;
	return 0;
}

/* ---- the screen ---- */

/* "999", "12.3k", "4.5M": six columns */
static void number_text(double value, char text[16])
{
	static const char units[] = " kMGTP";
	size_t unit = 0;

	while (value >= 999.5 && units[unit + 1]) {
		value /= 1000;
		unit++;
	}
	if (unit)
		snprintf(text, 16, "%.1f%c", value, units[unit]);
	else
		snprintf(text, 16, "%.0f", value);
}

/* Names come from files: nothing in them may steer the terminal. */
static void row_draw(int line, const struct row *row, bool connections)
{
	char packets[16], bytes[16], opened[16] = "", total[16], name[sizeof(row->name)];

	memcpy(name, row->name, sizeof(name));
	for (char *p = name; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	number_text(row->packets_s, packets);
	number_text(row->bytes_s, bytes);
	number_text((double)row->packets, total);
	if (connections)
		number_text(row->connections_s, opened);
	mvprintw(line, 0, "%-24.24s %-20.20s %7s %7s %7s %8s", name, row->what, packets, bytes,
		 opened, total);
}

static int section_draw(int line, int end, const char *title, const struct rows *rows,
			bool connections)
{
	size_t i = 0;

	if (line >= end)
		return line;
	attron(A_REVERSE);
	mvprintw(line, 0, "%-24s %-20s %7s %7s %7s %8s", title, "", "pkt/s", "byte/s",
		 connections ? "conn/s" : "", "packets");
	attroff(A_REVERSE);
	for (line++; line < end && i < rows->count; line++, i++)
		row_draw(line, &rows->list[i], connections);
	return line;
}

static void screen_draw(const struct context *context, const struct counters *now,
			const struct rows *rules, const struct rows *reasons)
{
	int lines = LINES - 1, half;
	int wanted = (int)reasons->count + 1;

	half = wanted > lines / REASONS_SHARE ? lines - lines / REASONS_SHARE : lines - wanted;
	erase();
	mvprintw(0, 0, "zonegate %s   flows %zu of %zu   q: quit", context->instance,
		 now->flows_used, now->flows_max);
	section_draw(1, half, "RULE", rules, true);
	section_draw(half, LINES, "REASON", reasons, false);
	refresh();
}

static int reading_draw(const struct context *context, const struct counters *now,
			const struct counters *before, double seconds)
{
	CLEANUP(cleanup_free) struct row *rule_list = NULL;
	CLEANUP(cleanup_free) struct row *reason_list = NULL;
	struct rows rules, reasons;
	int error = rows_of_rules(now, before, seconds, &rules);

	if (error)
		return error;
	rule_list = rules.list;
	error = rows_of_reasons(now, before, seconds, &reasons);
	if (error)
		return error;
	reason_list = reasons.list;
	screen_draw(context, now, &rules, &reasons);
	return 0;
}

/* The object may be replaced meanwhile: it is opened anew each time. */
static int counters_take(const struct context *context, struct report *report,
			 struct counters *ret_counters)
{
	struct firewall firewall;
	int error = instance_open(context->instance, report, NULL, &firewall);

	if (error)
		return error;
	error = counters_read(&firewall, report, ret_counters);
	firewall_close(&firewall);
	return error;
}

/* The period, whatever keys are pressed; q ends it. */
static bool period_wait(uint64_t since_ms)
{
	for (;;) {
		uint64_t passed_ms = monotonic_ms() - since_ms;
		int key;

		if (passed_ms >= PERIOD_MS)
			return true;
		timeout((int)(PERIOD_MS - passed_ms));
		key = getch();
		if (key == 'q' || key == 'Q')
			return false;
	}
}

/* Until q. */
static int top_run(const struct context *context, struct report *report)
{
	CLEANUP(counters_free) struct counters before = {0};
	uint64_t before_ms = monotonic_ms(), now_ms;
	int error = counters_take(context, report, &before);

	while (!error) {
		CLEANUP(counters_free) struct counters now = {0};

		error = counters_take(context, report, &now);
		if (error)
			break;
		now_ms = monotonic_ms();
		error = reading_draw(context, &now, &before,
				     (double)(now_ms - before_ms + 1) / 1000);
		if (error || !period_wait(now_ms))
			break;
		counters_free(&before);
		before = now;
		before_ms = now_ms;
		now = (struct counters){0};
	}
	return error;
}

int command_top(struct context *context)
{
	CLEANUP(report_free) struct report report = {0};
	const char *terminal = getenv("TERM");
	SCREEN *screen;
	int error;

	if (context->argc > 1)
		return usage_error(context, "top takes no '%s'", context->argv[1]);
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return usage_error(context, "top draws on a terminal, and here is none; for "
					    "scripts: zonegate counters --json");
	setlocale(LC_CTYPE, "");
	screen = newterm(terminal, stdout, stdin);
	if (!screen)
		return usage_error(context, "top does not know the terminal '%s'",
				   terminal ? terminal : "");
	cbreak();
	noecho();
	curs_set(0);
	error = top_run(context, &report);
	endwin();
	delscreen(screen);
	if (error == -ENOENT)
		return report_print_nothing(context, "");
	if (error)
		return report_print_failure(context, &report, error);
	return EXIT_DONE;
}
