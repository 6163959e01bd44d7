/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How fast the programs judge the frames of a capture, each frame another one.
 */
#ifndef TESTS_ORACLE_REPLAY_RATE_H
#define TESTS_ORACLE_REPLAY_RATE_H

#include "capture.h"

struct rate {
	double packets_per_s;	  /* both hooks together, with handing over the frames */
	double packets_per_cpu_s; /* by CPU time: on a machine that has other work */
	double xdp_ns, tc_ns;	  /* of CPU time, a packet */
	uint64_t judged;
};

/* object: replay.bpf.o; program: of ZG_INGRESS and ZG_EGRESS; hook[i]: of frame i first, then of
 * the other. Ends the program when it cannot be run. */
void replay_rate(const char *object, const int program[2], const struct capture *capture,
		 const uint8_t *hook, struct rate *ret_rate);

#endif
