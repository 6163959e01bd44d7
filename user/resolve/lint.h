/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is permitted to write and most likely not meant: warnings and notes with stable codes.
 * Owns the judgement over a whole policy. Changes nothing.
 */
#ifndef USER_RESOLVE_LINT_H
#define USER_RESOLVE_LINT_H

#include "resolve/zones.h"

/* Rules and zones, then tcpoport.ini against them. 0 or -ENOMEM. */
int lint_policy(struct resolver *resolver);

int lint_rules(struct resolver *resolver);
int lint_origin(struct resolver *resolver);

#endif
