/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A capture through oracle and engines, at both hooks. Owns the choice of hook for a frame.
 */
#ifndef TESTS_ORACLE_REPLAY_H
#define TESTS_ORACLE_REPLAY_H

#include "trial.h"

/* 0: no packet differs, none is undecided. 1: printed. driver: replay.bpf.o, NULL: no rate. */
int replay_run(struct bench *bench, const char *capture, const char *config, const char *driver);
/* Writes random traffic for a policy as a capture (pcap). */
void replay_write(const char *capture, const char *config, uint64_t seed, size_t packets);

#endif
