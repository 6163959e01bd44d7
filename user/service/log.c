// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The service's log. Under systemd, standard error would lose the fields; elsewhere it is all there
 * is.
 */
#include "service/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>

#define FIELDS_MAX 16
#define FIELD_BYTES 256

static bool to_journal(void)
{
	return getenv("JOURNAL_STREAM") != NULL;
}

static void send_to_journal(int priority, const struct log_field *fields, const char *message)
{
	char text[FIELDS_MAX + 2][FIELD_BYTES], long_message[1100];
	struct iovec vector[FIELDS_MAX + 2];
	int count = 0;

	vector[count].iov_base = long_message;
	vector[count++].iov_len =
		(size_t)snprintf(long_message, sizeof(long_message), "MESSAGE=%s", message);
	snprintf(text[count], FIELD_BYTES, "PRIORITY=%d", priority);
	vector[count].iov_base = text[count];
	vector[count].iov_len = strlen(text[count]);
	count++;
	for (; fields && fields->name && count < FIELDS_MAX + 2; fields++, count++) {
		snprintf(text[count], FIELD_BYTES, "%s=%s", fields->name, fields->value);
		vector[count].iov_base = text[count];
		vector[count].iov_len = strlen(text[count]);
	}
	sd_journal_sendv(vector, count);
}

void log_say(int priority, const struct log_field *fields, const char *format, ...)
{
	char message[1024];
	va_list values;

	va_start(values, format);
	vsnprintf(message, sizeof(message), format, values);
	va_end(values);
	if (to_journal()) {
		send_to_journal(priority, fields, message);
		return;
	}
	fprintf(stderr, "<%d>zonegate: %s", priority, message);
	for (; fields && fields->name; fields++)
		fprintf(stderr, " %s=%s", fields->name, fields->value);
	fputc('\n', stderr);
}

bool log_bound_take(struct log_bound *bound, int64_t now_s)
{
	if (bound->second != now_s) {
		bound->second = now_s;
		bound->said = 0;
	}
	if (bound->said < bound->per_s) {
		bound->said++;
		return true;
	}
	bound->lost++;
	return false;
}
