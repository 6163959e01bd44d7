/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The fuzzer's bytes as what happens at a host: frames at both hooks, their replies, errors about
 * them, time. Ends the process when a verdict breaks what holds for every policy. docs/semantics.md
 */
#ifndef TESTS_FUZZ_STEPS_H
#define TESTS_FUZZ_STEPS_H

#include "bytes.h"
#include "compile/image.h"

void steps_run(const struct image *image, struct bytes *bytes);

#endif
