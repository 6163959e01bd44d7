/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Texts from files as JSON strings. Owns nothing.
 */
#include "cli/json_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"

json_t *json_text(const char *text)
{
	AUTO_FREE char *ascii = NULL;
	json_t *string = text ? json_string(text) : NULL;

	if (string || !text)
		return string ? string : json_null();
	ascii = strdup(text);
	for (char *p = ascii; p && *p; p++) {
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	}
	string = ascii ? json_string(ascii) : NULL;
	return string ? string : json_null();
}

int json_print(json_t *value)
{
	int err = value ? json_dumpf(value, stdout, JSON_INDENT(2)) : -1;

	json_decref(value);
	putchar('\n');
	return err || fflush(stdout) ? -EIO : 0;
}
