/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A field of CSV on stdout, quoted where it has to be (RFC 4180, 2.5-2.7). Owns that rule; knows
 * neither columns nor ends of lines.
 */
#ifndef USER_CLI_CSV_PRINT_H
#define USER_CLI_CSV_PRINT_H

#include <stdbool.h>

/* quoted: also where the text by itself does not want it. */
void csv_print_field(const char *text, bool quoted);

#endif
