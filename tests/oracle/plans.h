/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The two sources of plans.
 */
#ifndef TESTS_ORACLE_PLANS_H
#define TESTS_ORACLE_PLANS_H

#include "generate_packet.h"

/* A packet from nowhere. */
void plan_new(struct traffic *traffic, struct plan *ret_plan);
/* One that a row might permit; false: none was found. */
bool plan_aim(struct traffic *traffic, struct plan *ret_plan);
/* One that belongs to a packet before: its answer, its repetition, its next fragment, an ICMP error
 * about it. */
void plan_answer(struct traffic *traffic, struct plan *ret_plan);

/* One of the connection that is being talked over. */
void plan_talk(struct traffic *traffic, struct plan *ret_plan);

#endif
