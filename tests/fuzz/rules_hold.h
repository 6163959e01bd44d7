/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every rule of a policy is in its image: what it permits at the corners of its zones and ports has
 * a rule at least as specific, or a reason of the pair. Ends the process when not.
 */
#ifndef TESTS_FUZZ_RULES_HOLD_H
#define TESTS_FUZZ_RULES_HOLD_H

#include "compile/image.h"

void rules_hold(const struct resolved *policy, const struct image *image);

#endif
