/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What to say when a cross table does not fit: how far it came, and which zones make it large.
 * Judges nothing.
 */
#ifndef USER_COMPILE_REFUSAL_H
#define USER_COMPILE_REFUSAL_H

#include "compile/bundles.h"
#include "util/diag.h"

/* Adds the error after cross_build() answered -E2BIG; half_max_bytes: of one half of all tables. */
void cross_refused(const struct party *remote, const struct party *local,
		   const struct bundles *bundles, size_t half_max_bytes, struct diags *diags);

#endif
