/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Random traffic for a policy: packets near its boundaries, answers to packets before, and all of
 * it damaged now and then. Owns the pool of interesting values.
 */
#ifndef TESTS_ORACLE_GENERATE_PACKET_H
#define TESTS_ORACLE_GENERATE_PACKET_H

#include "model.h"
#include "packet.h"
#include "plan.h"
#include "random.h"

#define POOL_HOSTS 512
#define POOL_PORTS 512
#define PLANS_KEPT 32

struct traffic {
	struct rng *rng;
	const struct model *model;
	struct host local[POOL_HOSTS], remote[POOL_HOSTS];
	int locals, remotes;
	uint16_t port[POOL_PORTS];
	int ports;
	struct plan before[PLANS_KEPT];
	int plans;	  /* ever made */
	struct plan talk; /* a SYN that went out, and how many segments follow it */
	int talk_left;
};

void traffic_init(struct rng *rng, const struct model *model, struct traffic *ret_traffic);
void traffic_next(struct traffic *traffic, struct packet *ret_packet);

#endif
