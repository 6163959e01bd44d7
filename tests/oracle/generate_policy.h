/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Random policies, small and full of overlaps. Owns what is likely in one.
 */
#ifndef TESTS_ORACLE_GENERATE_POLICY_H
#define TESTS_ORACLE_GENERATE_POLICY_H

#include "model.h"
#include "random.h"

void policy_generate(struct rng *rng, struct model *ret_model);

#endif
