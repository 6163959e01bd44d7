/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Random conversations that a policy permits, the headers for the rewriter made of them, and the
 * frames they are written into. Owns nothing. Knows the resolved policy, no tables and no BPF.
 */
#ifndef BENCH_TRAFFIC_H
#define BENCH_TRAFFIC_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/headers.h"
#include "resolve/resolved.h"

struct random {
	uint64_t state; /* not 0 */
};
uint64_t random_next(struct random *random);
uint32_t random_below(struct random *random, uint32_t bound);

/* Two parties and their ports; the local one is this host. */
struct talk {
	bool v6;
	uint8_t local[16], remote[16]; /* network order; IPv4 in the first four bytes */
	uint16_t lport, rport;	       /* host order */
};

enum talk_kind {
	TALK_ACCEPT, /* a rule accepts it */
	TALK_OPEN,   /* this host opened it by a rule; lport within the origin range */
	TALK_DENIED, /* no rule: a port of no rule, from an address that some rule knows */
};

#define TRAFFIC_ORIGIN_FIRST 20000u /* every generated tcpoport line allows this range */
#define TRAFFIC_ORIGIN_LAST 49999u

/* TCP. rule: index of the one rule to use, or -1: any of the kind. -ENOENT: no rule fits. */
int traffic_talk(const struct resolved *policy, enum talk_kind kind, bool v6, int rule,
		 struct random *random, struct talk *ret_talk);

/* The headers of one packet of the conversation; outgoing: this host sends it. */
struct frame_spec {
	bool v6;
	uint8_t proto;
	uint8_t tcp_flags;
	uint8_t fragment; /* 0 none, 1 first, 2 later */
	bool outgoing;
	uint16_t payload; /* bytes behind the L4 header, at least 8 */
};

struct frame {
	uint8_t data[1600];
	uint32_t size;
};

/* Fixed packet of talk. */
void frame_build(const struct frame_spec *spec, const struct talk *talk, uint16_t id,
		 struct frame *ret_frame);
/* What the rewriter writes so that the frame becomes one of talk. */
void header4_build(const struct frame *frame, const struct talk *talk, bool outgoing, uint16_t id,
		   struct bench_header4 *ret_header);
void header6_build(const struct talk *talk, bool outgoing, uint32_t id,
		   struct bench_header6 *ret_header);

#endif
