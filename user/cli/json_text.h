/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Texts from files as JSON strings, whatever bytes they hold. Owns nothing.
 */
#ifndef USER_CLI_JSON_TEXT_H
#define USER_CLI_JSON_TEXT_H

#include <jansson.h>

/* A new reference: the string; with '?' for its non-ASCII bytes when it is not UTF-8; null for NULL
 * (or when memory is out). */
json_t *json_text(const char *text);

/* Dumps to stdout with a line end and lets go of the value; 0, or -EIO when it could not. */
int json_print(json_t *value);

#endif
