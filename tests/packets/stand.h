/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A policy loaded into the kernel and into a judge, to be shot at. Every shot goes through the
 * program by BPF_PROG_TEST_RUN and through the judge: both have to agree, and exactly one counter
 * of the kernel's has to move, by one packet. Owns both and what the counters said last.
 */
#ifndef TESTS_PACKETS_STAND_H
#define TESTS_PACKETS_STAND_H

#include "compile/image.h"
#include "judge/judge.h"
#include "kernel/firewall.h"
#include "shot.h"

struct stand {
	struct resolved policy;
	struct image image;
	struct firewall firewall;
	struct judge judge;
	uint16_t *rule_slot; /* of the image's slot */
	/* What the counters said last, and what they say now; sums over CPUs. */
	struct zg_rule_counter *rule_seen, *rule_now;
	struct zg_reason_counter *reason_seen, *reason_now;
	uint64_t aged_ns; /* how much older memory was made than it is */
	uint64_t shots, passed, dropped;
};

/* Ends the program when the policy or the object cannot be loaded. */
void stand_open(struct stand *stand, const char *config);
void stand_close(struct stand *stand);
/* Takes the counters as they are: what has moved is no shot's. */
void stand_look(struct stand *stand);
/* Forgets flows, fragments and limiters, in the kernel and in the judge. */
void stand_forget(struct stand *stand);
/* Lets time pass for what is remembered: all of it gets older. */
void stand_age(struct stand *stand, uint64_t seconds);
/* Sets and clears flags of the settings in force, in both. */
void stand_flags(struct stand *stand, uint32_t set, uint32_t clear);
/* The one NIC of test runs belongs to a group, 0 for none. */
void stand_group(struct stand *stand, unsigned int group);
/* What the kernel has counted for a line, summed over CPUs. */
struct zg_line_counter stand_line(const struct stand *stand, unsigned int line);
struct zg_rule_counter stand_rule(struct stand *stand, const char *name);
struct zg_flow_counter stand_flows(const struct stand *stand);
/* The flow of a TCP or UDP shot, as egress sees it; false: none. */
bool stand_flow(const struct stand *stand, const struct shot *out, struct zg_flow *ret_flow);
/* Puts flows into the kernel's table, as user space adopts connections. */
void stand_flows_put(const struct stand *stand, const struct zg_flow_key *keys,
		     const struct zg_flow *flows, uint32_t count);
/* Nanoseconds between two echo requests, in both; answers what it was. */
uint32_t stand_echo_interval(struct stand *stand, uint32_t interval_ns);

/* One shot; fails the test when kernel and judge differ, or counters do not add up by one. */
struct judge_verdict stand_shoot(struct stand *stand, const struct shot *shot, const char *file,
				 int line);
void stand_expect_rule(struct stand *stand, const struct shot *shot, const char *rule,
		       const char *file, int line);
void stand_expect(struct stand *stand, const struct shot *shot, enum zg_reason reason,
		  const char *file, int line);

/* Each test program's one stand. */
extern struct stand *stand;

#define RULE(shot, name) stand_expect_rule(stand, &(shot), name, __FILE__, __LINE__)
#define REASON(shot, NAME) stand_expect(stand, &(shot), ZG_R_##NAME, __FILE__, __LINE__)

#endif
