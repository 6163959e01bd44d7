/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tcpoport.ini as bit vectors in the layout of struct zg_origin. Knows lines, no rules.
 */
#ifndef USER_COMPILE_ORIGIN_H
#define USER_COMPILE_ORIGIN_H

#include <zonegate/tables.h>

#include "resolve/resolved.h"

/* Lines that are matched by class.lines, not by octets. */
bool origin_line_by_class(const struct origin_line *line);

/* ret_origin is zeroed memory. -ENOMEM; -E2BIG: over ZG_LINES_MAX lines. */
int origin_build(const struct resolved *policy, struct zg_origin *ret_origin);

#endif
