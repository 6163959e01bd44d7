// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The programs in the kernel, by BPF_PROG_TEST_RUN: XDP for ingress, tc for egress. The return
 * value gives the verdict, the counter that moved the rule or reason. Policies are written by the
 * loader's own half_write(), now into one half, now into the other. Attaches nothing, pins nothing.
 */
#include <bpf/bpf.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/reasons.h>

#include "engine.h"
#include "kernel/firewall.h"
#include "kernel/half.h"
#include "kernel/object.h"
#include "kernel/percpu.h"
#include "subject.h"
#include "trial.h"

#define XDP_PASS_VERDICT 2
#define TC_UNSPEC_VERDICT ((uint32_t)-1)
#define SLOTS 4096
/* The kernel makes no socket buffer of an IP frame that ends inside its first IP header. */
#define SHORT_FRAME (14 + 40)

struct kernel {
	struct engine engine;
	const struct subject *subject;
	struct firewall firewall;
	bool loaded;
	uint32_t half;
	uint16_t *rule_slot;
	struct percpu rules, reasons, lines;
	/* What the counters said after the last packet. */
	uint64_t rule_seen[SLOTS][2]; /* in, out */
	uint64_t reason_seen[ZG_REASON_COUNTERS];
	uint64_t line_seen[SLOTS]; /* violations */
	uint32_t rule_slots, line_slots;
};

static void report_end(const struct report *report, const char *what)
{
	errx(3, "kernel: %s: %s: %s\n%s", what, report->doing, strerror(-report->error),
	     report->detail);
}

/* ---- memory of the programs ---- */

static void map_empty(int fd)
{
	uint8_t key[64], next[64];
	int more = bpf_map_get_next_key(fd, NULL, next);

	while (!more) {
		memcpy(key, next, sizeof(key));
		more = bpf_map_get_next_key(fd, key, next);
		bpf_map_delete_elem(fd, key);
	}
}

static void counters_look(struct kernel *kernel)
{
	struct zg_rule_counter rule;
	struct zg_reason_counter reason;
	struct zg_line_counter line;

	for (uint32_t i = 0; i < kernel->rule_slots; i++) {
		percpu_sum(&kernel->rules, i, (uint64_t *)&rule);
		kernel->rule_seen[i][ZG_INGRESS] = rule.packets_in;
		kernel->rule_seen[i][ZG_EGRESS] = rule.packets_out;
	}
	for (uint32_t i = 0; i < ZG_REASON_COUNTERS; i++) {
		percpu_sum(&kernel->reasons, i, (uint64_t *)&reason);
		kernel->reason_seen[i] = reason.packets;
	}
	for (uint32_t i = 0; i < kernel->line_slots; i++) {
		percpu_sum(&kernel->lines, i, (uint64_t *)&line);
		kernel->line_seen[i] = line.violations;
	}
}

/* ---- the policy ---- */

static void kernel_unload(struct kernel *kernel)
{
	if (!kernel->loaded)
		return;
	percpu_close(&kernel->rules);
	percpu_close(&kernel->reasons);
	percpu_close(&kernel->lines);
	firewall_close(&kernel->firewall);
	kernel->loaded = false;
}

static void kernel_load_object(struct kernel *kernel)
{
	struct object_sizes sizes =
		half_sizes_wanted(&kernel->subject->policy, &kernel->subject->image);
	struct report report = {0};

	kernel_unload(kernel);
	if (object_load(&sizes, NULL, &report, &kernel->firewall))
		report_end(&report, "load");
	report_free(&report);
	kernel->loaded = true;
	kernel->rule_slots = kernel->firewall.map[MAP_RULE_COUNTERS].max_entries;
	kernel->line_slots = kernel->firewall.map[MAP_LINE_COUNTERS].max_entries;
	if (kernel->rule_slots > SLOTS || kernel->line_slots > SLOTS)
		errx(3, "kernel: %u rule slots and %u line slots are more than the oracle follows",
		     kernel->rule_slots, kernel->line_slots);
	if (percpu_open(&kernel->firewall.map[MAP_RULE_COUNTERS], sizeof(struct zg_rule_counter),
			&kernel->rules) ||
	    percpu_open(&kernel->firewall.map[MAP_REASON_COUNTERS],
			sizeof(struct zg_reason_counter), &kernel->reasons) ||
	    percpu_open(&kernel->firewall.map[MAP_LINE_COUNTERS], sizeof(struct zg_line_counter),
			&kernel->lines))
		errx(3, "kernel: counters cannot be read");
}

static int kernel_write(struct kernel *kernel)
{
	struct report report = {0};
	int error;

	free(kernel->rule_slot);
	kernel->rule_slot = NULL;
	kernel->half ^= 1;
	error = half_write(&kernel->firewall, kernel->half, &kernel->subject->policy,
			   &kernel->subject->image, &report, &kernel->rule_slot);
	if (error && error != -ENOSPC)
		report_end(&report, "policy");
	report_free(&report);
	return error;
}

static void kernel_load(struct engine *engine, const struct subject *subject)
{
	struct kernel *kernel = (struct kernel *)engine;

	kernel->subject = subject;
	if (!kernel->loaded ||
	    !half_fits(&kernel->firewall, &kernel->subject->policy, &kernel->subject->image) ||
	    kernel_write(kernel) == -ENOSPC) {
		kernel_load_object(kernel);
		if (kernel_write(kernel))
			errx(3, "kernel: a new object does not hold the policy");
	}
	firewall_flip(&kernel->firewall, kernel->half, kernel->half, 0);
	map_empty(kernel->firewall.map[MAP_FLOWS].fd);
	map_empty(kernel->firewall.map[MAP_FRAGMENTS].fd);
	map_empty(kernel->firewall.map[MAP_LIMITS].fd);
	counters_look(kernel);
}

/* ---- packets ---- */

static bool rule_moved(struct kernel *kernel, int rule, int hook)
{
	uint32_t slot = kernel->rule_slot[1 + rule];
	struct zg_rule_counter counter;
	uint64_t now;

	percpu_sum(&kernel->rules, slot, (uint64_t *)&counter);
	now = hook == ZG_INGRESS ? counter.packets_in : counter.packets_out;
	if (now != kernel->rule_seen[slot][hook] + 1)
		return false;
	kernel->rule_seen[slot][hook] = now;
	return true;
}

static bool reason_moved(struct kernel *kernel, int reason, int hook, bool audited)
{
	uint32_t index = ZG_REASON_INDEX((uint32_t)hook, audited, (uint32_t)reason);
	struct zg_reason_counter counter;

	percpu_sum(&kernel->reasons, index, (uint64_t *)&counter);
	if (counter.packets != kernel->reason_seen[index] + 1)
		return false;
	kernel->reason_seen[index] = counter.packets;
	return true;
}

static uint32_t line_slot(const struct kernel *kernel, int line)
{
	return kernel->firewall.tables.origin[kernel->half].line[line].slot;
}

static bool line_violated(struct kernel *kernel, int line)
{
	uint32_t slot = line_slot(kernel, line);
	struct zg_line_counter counter;
	bool violated;

	percpu_sum(&kernel->lines, slot, (uint64_t *)&counter);
	violated = counter.violations == kernel->line_seen[slot] + 1;
	kernel->line_seen[slot] = counter.violations;
	return violated;
}

/* The counter that moved, searched everywhere. */
static void search(struct kernel *kernel, int hook, struct verdict *verdict)
{
	verdict->rule = -2;
	verdict->reason = ZG_R_INTERNAL;
	for (int i = 0; i < (int)kernel->subject->policy.rule_count; i++)
		if (kernel->rule_slot[1 + i] && rule_moved(kernel, i, hook)) {
			verdict->rule = i;
			verdict->reason = ZG_R_RULE;
			return;
		}
	for (int audited = 0; audited < 2; audited++)
		for (int reason = 1; reason < ZG_REASONS; reason++)
			if (reason_moved(kernel, reason, hook, audited)) {
				verdict->rule = -1;
				verdict->reason = reason;
				verdict->audited = audited;
				return;
			}
}

static struct verdict kernel_judge(struct engine *engine, const struct packet *packet,
				   const struct verdict *expected)
{
	struct kernel *kernel = (struct kernel *)engine;
	struct verdict verdict = {.line = expected->line};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet->byte,
		    .data_size_in = (uint32_t)packet->size);
	int program = packet->hook == ZG_INGRESS ? PROGRAM_INGRESS : PROGRAM_EGRESS;
	bool moved;

	if (bpf_prog_test_run_opts(kernel->firewall.program[program], &run)) {
		if (errno != EINVAL || packet->size >= SHORT_FRAME)
			err(3, "kernel: test run of %zu bytes", packet->size);
		kernel->engine.not_run++;
		return *expected;
	}
	verdict.pass =
		run.retval == (packet->hook == ZG_INGRESS ? XDP_PASS_VERDICT : TC_UNSPEC_VERDICT);
	verdict.rule = expected->rule;
	verdict.reason = expected->reason;
	verdict.audited = expected->audited;
	if (expected->rule >= 0)
		moved = kernel->rule_slot[1 + expected->rule] &&
			rule_moved(kernel, expected->rule, packet->hook);
	else
		moved = reason_moved(kernel, expected->reason, packet->hook, expected->audited);
	if (!moved)
		search(kernel, packet->hook, &verdict);
	if (expected->line >= 0)
		verdict.violation = line_violated(kernel, expected->line);
	return verdict;
}

/* Every counter as it was last seen: nothing else has moved, so each packet counted once. */
static int kernel_finish(struct engine *engine, size_t packets)
{
	struct kernel *kernel = (struct kernel *)engine;
	static uint64_t rules[SLOTS][2], reasons[ZG_REASON_COUNTERS], lines[SLOTS];

	memcpy(rules, kernel->rule_seen, sizeof(rules));
	memcpy(reasons, kernel->reason_seen, sizeof(reasons));
	memcpy(lines, kernel->line_seen, sizeof(lines));
	counters_look(kernel);
	if (memcmp(rules, kernel->rule_seen, sizeof(rules)) == 0 &&
	    memcmp(reasons, kernel->reason_seen, sizeof(reasons)) == 0 &&
	    memcmp(lines, kernel->line_seen, sizeof(lines)) == 0)
		return 0;
	printf("kernel: some of %zu packets counted more than once\n", packets);
	return -1;
}

static void kernel_close(struct engine *engine)
{
	struct kernel *kernel = (struct kernel *)engine;

	kernel_unload(kernel);
	free(kernel->rule_slot);
	free(kernel);
}

static struct kernel *kernel_of(const struct bench *bench)
{
	for (int i = 0; i < bench->engines; i++) {
		struct kernel *kernel = (struct kernel *)bench->engine[i];

		if (bench->engine[i]->load == kernel_load && kernel->loaded)
			return kernel;
	}
	errx(3, "the programs are not loaded");
}

int engine_kernel_program(const struct bench *bench, int hook)
{
	const struct kernel *kernel = kernel_of(bench);

	return kernel->firewall.program[hook == ZG_INGRESS ? PROGRAM_INGRESS : PROGRAM_EGRESS];
}

uint64_t engine_kernel_counted(struct bench *bench, uint64_t *ret_internal)
{
	struct kernel *kernel = kernel_of(bench);
	uint64_t counted = 0, internal = 0;

	counters_look(kernel);
	for (uint32_t i = 0; i < kernel->rule_slots; i++)
		counted += kernel->rule_seen[i][0] + kernel->rule_seen[i][1];
	for (uint32_t i = 0; i < ZG_REASON_COUNTERS; i++) {
		counted += kernel->reason_seen[i];
		internal += i % ZG_REASONS == ZG_R_INTERNAL ? kernel->reason_seen[i] : 0;
	}
	*ret_internal = internal;
	return counted;
}

struct engine *engine_kernel_open(void)
{
	struct kernel *kernel = calloc(1, sizeof(*kernel));

	if (!kernel)
		err(3, "memory");
	firewall_init(&kernel->firewall);
	kernel->engine = (struct engine){.name = "XDP, tc",
					 .load = kernel_load,
					 .judge = kernel_judge,
					 .finish = kernel_finish,
					 .close = kernel_close};
	return &kernel->engine;
}
