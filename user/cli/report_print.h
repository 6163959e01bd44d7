/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the kernel side reports, for people on stderr. Owns the words around it.
 */
#ifndef USER_CLI_REPORT_PRINT_H
#define USER_CLI_REPORT_PRINT_H

#include "cli/cli.h"
#include "kernel/report.h"

/* Notes of what went well enough. */
void report_print_notes(const struct context *context, const struct report *report);
/* What failed, why, what to try next, and the kernel's own words; answers EXIT_SYSTEM. */
int report_print_failure(const struct context *context, const struct report *report, int error);
/* That the instance was not applied; answers EXIT_SYSTEM. also: what else to try, ", or ..."; "".
 */
int report_print_nothing(const struct context *context, const char *also);

#endif
