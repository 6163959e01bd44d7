/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A new object in the place of the one in force, the same policy in it. Owns the steps of the
 * exchange. Changes no policy.
 */
#include "kernel/replace.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "kernel/cgroup.h"
#include "kernel/clear.h"
#include "kernel/flows.h"
#include "kernel/half.h"
#include "kernel/percpu.h"
#include "kernel/rule_counter.h"
#include "util/cleanup.h"

/* One hook still runs the old object while the next runs the new: the same policy in both. */
static int policy_copy(const struct firewall *from, struct firewall *to, struct report *report)
{
	uint32_t in_force = word_in_force(firewall_word(from), monotonic_ms());
	struct image image = {0};
	int error;

	to->control->abi = firewall_abi();
	to->control->build = object_build();
	to->control->events_per_s = from->control->events_per_s;
	if (from->connect && to->connect)
		*to->connect = *from->connect;
	if (in_force == ZG_PASS_ALL) {
		firewall_flip(to, ZG_PASS_ALL, ZG_PASS_ALL, 0);
		return 0;
	}
	error = half_read(from, in_force, report, &image);
	if (error)
		return error;
	tables_write(&to->tables, in_force, &image, NULL, NULL);
	image_free(&image);
	firewall_flip(to, in_force, in_force, 0);
	return 0;
}

static bool is_shared(const struct firewall *a, const struct firewall *b, enum firewall_map map)
{
	struct bpf_map_info first = {0}, second = {0};
	__u32 first_size = sizeof(first), second_size = sizeof(second);

	return !bpf_obj_get_info_by_fd(a->map[map].fd, &first, &first_size) &&
	       !bpf_obj_get_info_by_fd(b->map[map].fd, &second, &second_size) &&
	       first.id == second.id;
}

/* Slots keep their numbers in a larger table. */
static void names_copy(const struct firewall *from, struct firewall *to)
{
	if (!is_shared(from, to, MAP_RULE_NAMES))
		memcpy(to->rule_names, from->rule_names,
		       from->map[MAP_RULE_NAMES].max_entries * sizeof(*to->rule_names));
}

/* What the old programs counted, once none of them runs any more. */
static int counters_carry(const struct firewall *from, struct firewall *to, struct report *report)
{
	CLEANUP(percpu_close) struct percpu counters = {0};
	int error;

	if (is_shared(from, to, MAP_RULE_COUNTERS))
		return 0;
	error = percpu_open(&from->map[MAP_RULE_COUNTERS], sizeof(struct zg_rule_counter),
			    &counters);
	for (uint32_t slot = 0; slot < from->map[MAP_RULE_COUNTERS].max_entries && !error; slot++) {
		struct zg_rule_counter sum, *carried = &to->rule_names[slot].carried;

		error = percpu_sum(&counters, slot, (uint64_t *)&sum);
		if (error)
			break;
		rule_counter_add(&sum, &from->rule_names[slot].carried);
		*carried = sum;
	}
	return error ? report_fail(report, error, "carrying counters over") : 0;
}

/*
 * What a new object counted before the hooks went back to the old one, once none of its programs
 * runs any more. Each slot is cleared when it has been added: what is killed here can be done
 * again.
 */
static int counters_return(const struct firewall *from, struct firewall *to, struct report *report)
{
	CLEANUP(percpu_close) struct percpu counters = {0};
	uint32_t max = to->map[MAP_RULE_COUNTERS].max_entries;
	int error;

	if (is_shared(from, to, MAP_RULE_COUNTERS))
		return 0;
	error = percpu_open(&from->map[MAP_RULE_COUNTERS], sizeof(struct zg_rule_counter),
			    &counters);
	for (uint32_t slot = 0; slot < max && !error; slot++) {
		struct zg_rule_counter sum;

		error = percpu_sum(&counters, slot, (uint64_t *)&sum);
		if (error)
			break;
		error = percpu_clear(&counters, slot);
		rule_counter_add(&to->rule_names[slot].carried, &sum);
	}
	return error ? report_fail(report, error, "carrying counters back") : 0;
}

static int flows_carry(const struct firewall *from, const struct firewall *to,
		       struct report *report)
{
	int error;

	if (is_shared(from, to, MAP_FLOWS))
		return 0;
	error = flows_copy(from->map[MAP_FLOWS].fd, to->map[MAP_FLOWS].fd);
	return error ? report_fail(report, error, "carrying flows over") : 0;
}

static int hooks_move(struct guards *guards, const struct firewall *to, const char *folder,
		      struct report *report)
{
	int error = guards_update(guards, to, report);

	return error ? error : cgroup_update(to, folder, report);
}

/* Back to the object that was in force; what the other one learnt meanwhile is kept. */
static int hooks_move_back(struct guards *guards, const struct firewall *next, struct firewall *old,
			   const char *folder, struct report *report)
{
	int error = hooks_move(guards, old, folder, report);

	if (error)
		return error;
	firewall_grace_period();
	error = counters_return(next, old, report);
	return error ? error : flows_carry(next, old, report);
}

static int stage(const struct pins *pins, const struct guards *guards, const struct firewall *next,
		 struct report *report)
{
	int error = pins_create(pins->staging, report);

	if (!error)
		error = firewall_pin(next, pins->staging, report);
	if (!error)
		error = guards_pin(guards, pins->staging, report);
	if (!error)
		error = cgroup_pin_again(pins->live, pins->staging, report);
	return error;
}

static int exchange(const struct pins *pins, struct guards *guards, struct firewall *old,
		    struct firewall *next, struct report *report, uint64_t *ret_moved_ns)
{
	int error = stage(pins, guards, next, report);
	uint64_t begin_ns;

	if (error)
		goto unstage;
	error = flows_carry(old, next, report);
	if (error)
		goto unstage;
	begin_ns = monotonic_ns();
	error = hooks_move(guards, next, pins->live, report);
	if (error)
		goto move_back;
	*ret_moved_ns = monotonic_ns() - begin_ns;
	/* No old program runs any more: what they wrote since is complete. */
	firewall_grace_period();
	error = flows_carry(old, next, report);
	if (!error)
		error = counters_carry(old, next, report);
	if (!error)
		error = pins_publish(pins, true, report);
	if (!error)
		return 0;
move_back:
	hooks_move_back(guards, next, old, pins->live, report);
unstage:
	pins_remove(pins->staging, report);
	return error;
}

int object_replace(const struct pins *pins, const struct object_sizes *sizes, struct guards *guards,
		   struct firewall *firewall, struct report *report, uint64_t *ret_moved_ns)
{
	struct firewall next;
	int error = object_load(sizes, firewall, report, &next);

	if (error)
		return error;
	names_copy(firewall, &next);
	error = policy_copy(firewall, &next, report);
	if (!error)
		error = exchange(pins, guards, firewall, &next, report, ret_moved_ns);
	if (error) {
		firewall_close(&next);
		return error;
	}
	firewall_close(firewall);
	*firewall = next;
	guards_rebase(guards, firewall);
	/* The old object: nothing runs it, and its links are pinned in the live folder. */
	return pins_remove(pins->staging, report);
}

/* ---- what a killed command left ---- */

/* A first load that did not come to its end: taken back. */
static int first_load_undo(const struct pins *pins, struct report *report)
{
	CLEANUP(report_free) struct report why = {0};
	struct firewall firewall;
	struct guards guards;
	unsigned int nics = 0;
	int error = firewall_open(pins->staging, &why, &firewall);

	/* Half pinned, no record was written yet; of another version, none can be read. */
	if (error)
		return pins_clear(pins->staging, report, &nics);
	if (firewall.unknown_abi) {
		firewall_close(&firewall);
		return pins_clear(pins->staging, report, &nics);
	}
	error = guards_open(&firewall, pins->staging, report, &guards);
	if (!error) {
		error = guards_detach_all(&guards, pins->staging, report);
		guards_close(&guards);
	}
	firewall_close(&firewall);
	cgroup_detach(pins->staging, report);
	return error ? error : pins_remove(pins->staging, report);
}

/* When its programs were loaded, in ns since boot; 0: unknown. */
static uint64_t loaded_ns(const struct firewall *firewall)
{
	struct bpf_prog_info info = {0};
	__u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(firewall->program[PROGRAM_INGRESS], &info, &size)
		       ? 0
		       : info.load_time;
}

/*
 * All hooks run what is live. What is staged is newer when the exchange was cut off before its end,
 * and may have counted; it is the old object when it was cut off behind it, and all was carried.
 */
static int hooks_recover(const struct pins *pins, struct guards *guards, struct firewall *live,
			 struct report *report)
{
	CLEANUP(report_free) struct report why = {0};
	struct firewall staged;
	int error;

	/* Half pinned: no hook was moved to it yet. */
	if (firewall_open(pins->staging, &why, &staged))
		return hooks_move(guards, live, pins->live, report);
	if (!staged.unknown_abi && loaded_ns(&staged) > loaded_ns(live))
		error = hooks_move_back(guards, &staged, live, pins->live, report);
	else
		error = hooks_move(guards, live, pins->live, report);
	firewall_close(&staged);
	return error;
}

/* An exchange that did not come to its end. */
static int exchange_undo(const struct pins *pins, struct report *report)
{
	struct firewall firewall;
	struct guards guards;
	int error = firewall_open(pins->live, report, &firewall);

	if (error)
		return error;
	if (firewall.unknown_abi) {
		firewall_close(&firewall);
		return firewall_refuse_abi(report);
	}
	error = guards_open(&firewall, pins->live, report, &guards);
	if (!error) {
		error = hooks_recover(pins, &guards, &firewall, report);
		guards_close(&guards);
	}
	firewall_close(&firewall);
	return error ? error : pins_remove(pins->staging, report);
}

int pins_recover(const struct pins *pins, struct report *report)
{
	int error;

	if (!pins_exist(pins->staging))
		return 0;
	if (pins_exist(pins->live))
		error = exchange_undo(pins, report);
	else
		error = first_load_undo(pins, report);
	if (error)
		return error;
	report_note(report, "a command that was cut off had left its work: cleared away");
	return 0;
}
