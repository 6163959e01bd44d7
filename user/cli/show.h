/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What `zonegate show` can show: one function a subject. Owns the names of roles.
 */
#ifndef USER_CLI_SHOW_H
#define USER_CLI_SHOW_H

#include "cli/cli.h"

/* "accept", "open", "both", "not-here", "disabled" */
const char *role_name(enum role role);

/* "protocol.csv:3": the place without its folder, for a column. NULL: memory is out. */
char *place_short(const struct place *place, struct arena *arena);

/* Each prints on stdout; 0 or a negative errno. */
int show_rules(const struct context *context, struct resolved *policy);
int show_zones(const struct context *context, struct resolved *policy);
int show_origin(const struct context *context, struct resolved *policy);

/* On stderr: ranges that are over ORIGIN_FULL_PERCENT used. */
struct origin_state;
void origin_warn(const struct origin_state *state);

#endif
