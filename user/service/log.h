/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The service's log: the journal, with fields, where there is one; else standard error with
 * syslog's <N> prefixes. Owns the bound that keeps floods out of it.
 */
#ifndef USER_SERVICE_LOG_H
#define USER_SERVICE_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>
#include <syslog.h>

struct log_field {
	const char *name; /* "ZONEGATE_REASON": capitals, digits, '_' */
	const char *value;
};

/* fields end with a name of NULL, or fields is NULL. */
void log_say(int priority, const struct log_field *fields, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define LOG_FIELDS(...) ((const struct log_field[]){__VA_ARGS__, {NULL, NULL}})

/* So many entries a second; what is more is counted. */
struct log_bound {
	uint32_t per_s;
	int64_t second;
	uint32_t said;
	uint64_t lost;
};

bool log_bound_take(struct log_bound *bound, int64_t now_s);

#endif
