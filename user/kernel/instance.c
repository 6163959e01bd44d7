/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An instance of the filter as commands see it. Owns the order of all steps, so that at each of
 * them either the old policy is in force or the new one, and nothing is left of what failed.
 */
#include "kernel/instance.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel/cgroup.h"
#include "kernel/clear.h"
#include "kernel/connect.h"
#include "kernel/guards.h"
#include "kernel/half.h"
#include "kernel/object.h"
#include "kernel/pins.h"
#include "kernel/replace.h"
#include "util/cleanup.h"

/* What one apply works on. */
struct apply {
	const struct resolved *policy;
	const struct image *image;
	const struct apply_options *options;
	struct report *report;
	struct apply_result *result;
	struct pins pins;
	struct firewall firewall;
	struct guards guards;
};

static struct guards_plan nics_planned(const struct apply *apply)
{
	return (struct guards_plan){
		.settings = &apply->policy->settings,
		.allow_missing = apply->options->allow_missing,
	};
}

static struct cgroup_plan cgroup_planned(const struct apply *apply)
{
	return (struct cgroup_plan){
		.path = apply->policy->settings.cgroup,
		.assign = apply->policy->settings.origin_mode == ORIGIN_ASSIGN,
	};
}

static void connect_write(struct apply *apply)
{
	struct zg_connect *connect = apply->firewall.connect;

	if (connect)
		connect_fill(&apply->policy->self, netns_cookie(),
			     connect_all_guarded(&apply->policy->settings), connect);
}

/* The half is complete: every hook follows from here on. */
static void flip(struct apply *apply, uint32_t half, uint32_t before)
{
	uint64_t confirm_ms = apply->options->confirm_ms;

	connect_write(apply);
	apply->result->generation = apply->firewall.tables.settings[half].generation;
	if (confirm_ms)
		firewall_flip(&apply->firewall, half, before, monotonic_ms() + confirm_ms);
	else
		firewall_flip(&apply->firewall, half, half, 0);
}

/* ---- the first load ---- */

static void first_undo(struct apply *apply)
{
	guards_undo(&apply->guards, apply->pins.staging, apply->report);
	cgroup_detach(apply->pins.staging, apply->report);
	pins_remove(apply->pins.staging, apply->report);
}

/* The tables are in force before the first hook is attached, and pinned before that. */
static int first_tables(struct apply *apply)
{
	struct firewall *firewall = &apply->firewall;
	AUTO_FREE uint16_t *rule_slot = NULL;
	int error;

	firewall->control->abi = firewall_abi();
	firewall->control->build = object_build();
	firewall->about->netns_cookie = netns_cookie();
	firewall->about->loaded_s = (uint64_t)time(NULL);
	error = half_write(firewall, 0, apply->policy, apply->image, apply->report, &rule_slot);
	if (error == -ENOSPC)
		report_refuse(apply->report, error, "more rules than there can be counters: %u",
			      ZG_SLOT_MAX);
	if (error)
		return error;
	flip(apply, 0, ZG_PASS_ALL);
	return adopt_connections(firewall, apply->image, rule_slot, apply->report,
				 &apply->result->adoption);
}

static int first_hooks(struct apply *apply)
{
	struct guards_plan nics = nics_planned(apply);
	struct cgroup_plan cgroup = cgroup_planned(apply);
	const char *folder = apply->pins.staging;
	int error = firewall_pin(&apply->firewall, folder, apply->report);

	if (!error)
		error = cgroup_attach(&apply->firewall, &cgroup, folder, apply->report);
	if (!error)
		error = guards_attach(&apply->guards, &apply->firewall, &nics, folder,
				      apply->report);
	if (!error)
		error = pins_publish(&apply->pins, false, apply->report);
	return error;
}

static int apply_first(struct apply *apply)
{
	struct object_sizes sizes = half_sizes_wanted(apply->policy, apply->image);
	int error = object_load(&sizes, NULL, apply->report, &apply->firewall);

	apply->result->first = true;
	if (!error)
		error = first_tables(apply);
	if (!error)
		error = pins_create(apply->pins.staging, apply->report);
	if (error)
		return error;
	error = first_hooks(apply);
	if (error)
		first_undo(apply);
	return error;
}

/* ---- a policy in the place of another ---- */

static int same_namespace(const struct firewall *firewall, struct report *report)
{
	uint64_t guarded = firewall->about->netns_cookie, here = netns_cookie();

	if (!guarded || !here || guarded == here)
		return 0;
	report_refuse(report, -EXDEV, "this instance guards NICs of another network namespace");
	report_hint(report, "run the command there, or choose another --instance");
	return -EXDEV;
}

/* The half in force, or ZG_PASS_ALL; a way back that was taken becomes the rule. */
static int settle_word(struct apply *apply, uint32_t *ret_in_force)
{
	uint64_t word = firewall_word(&apply->firewall), now_ms = monotonic_ms();

	if (word_is_pending(word, now_ms)) {
		uint64_t left_s = (ZG_WORD_DEADLINE_MS(word) - now_ms) / 1000;

		report_refuse(apply->report, -EBUSY,
			      "the policy in force waits for its confirmation, %llu s more",
			      (unsigned long long)left_s);
		report_hint(apply->report, "'zonegate confirm' keeps it; or wait for the way back");
		return -EBUSY;
	}
	*ret_in_force = word_in_force(word, now_ms);
	if (ZG_WORD_DEADLINE_MS(word)) {
		apply->result->way_back_taken = true;
		report_note(apply->report, "the policy before this one was not confirmed in time: "
					   "the one before it was in force");
		firewall_flip(&apply->firewall, *ret_in_force, *ret_in_force, 0);
	}
	return 0;
}

static int replace(struct apply *apply, uint32_t rule_slots)
{
	struct object_sizes sizes = half_sizes_wanted(apply->policy, apply->image);
	const struct firewall *old = &apply->firewall;
	uint32_t in_force = word_in_force(firewall_word(old), monotonic_ms());

	/* What is in force has to fit as well. */
	if (in_force != ZG_PASS_ALL) {
		struct table_sizes used = {
			.nodes = old->about->policy[in_force].node_count,
			.leaves = old->about->policy[in_force].leaf_count,
			.pairs = old->about->policy[in_force].pair_count,
			.comb = old->about->policy[in_force].comb_count,
			.classes = old->about->policy[in_force].class_count,
		};

		sizes.tables = table_sizes_max(&sizes.tables, &used);
	}
	if (sizes.rule_slots < rule_slots)
		sizes.rule_slots = rule_slots;
	if (sizes.rule_slots > ZG_SLOT_MAX + 1)
		return report_refuse(apply->report, -E2BIG,
				     "more rules than there can be counters: %u", ZG_SLOT_MAX);
	apply->result->object_new = true;
	return object_replace(&apply->pins, &sizes, &apply->guards, &apply->firewall, apply->report,
			      &apply->result->moved_ns);
}

static int write_idle(struct apply *apply, uint32_t half)
{
	AUTO_FREE uint16_t *rule_slot = NULL;
	uint32_t slots = apply->firewall.map[MAP_RULE_NAMES].max_entries;
	int error = half_write(&apply->firewall, half, apply->policy, apply->image, apply->report,
			       &rule_slot);

	if (error != -ENOSPC)
		return error;
	error = replace(apply, 2 * slots);
	if (!error)
		error = half_write(&apply->firewall, half, apply->policy, apply->image,
				   apply->report, &rule_slot);
	if (error == -ENOSPC)
		report_refuse(apply->report, error, "more rules than there are counters");
	return error;
}

static int reload_hooks(struct apply *apply)
{
	struct guards_plan nics = nics_planned(apply);
	struct cgroup_plan cgroup = cgroup_planned(apply);
	const char *folder = apply->pins.live;
	int error = guards_attach(&apply->guards, &apply->firewall, &nics, folder, apply->report);

	if (!error)
		error = cgroup_attach(&apply->firewall, &cgroup, folder, apply->report);
	if (error)
		guards_undo(&apply->guards, folder, apply->report);
	return error;
}

static int apply_reload(struct apply *apply)
{
	struct firewall *firewall = &apply->firewall;
	uint32_t in_force = 0, idle;
	int error = same_namespace(firewall, apply->report);

	if (!error)
		error = guards_open(firewall, apply->pins.live, apply->report, &apply->guards);
	if (!error)
		error = settle_word(apply, &in_force);
	if (error)
		return error;
	if (firewall->control->build != object_build() ||
	    !half_fits(firewall, apply->policy, apply->image)) {
		error = replace(apply, firewall->map[MAP_RULE_NAMES].max_entries);
		if (error)
			return error;
	}
	idle = in_force == 0 ? 1 : 0;
	error = write_idle(apply, idle);
	if (!error)
		error = reload_hooks(apply);
	if (error)
		return error;
	flip(apply, idle, in_force);
	guards_detach_unwanted(&apply->guards, apply->pins.live, apply->report);
	return 0;
}

static int apply_locked(struct apply *apply)
{
	int error = pins_recover(&apply->pins, apply->report);

	if (error)
		return error;
	error = firewall_open(apply->pins.live, apply->report, &apply->firewall);
	if (error == -ENOENT && pins_exist(apply->pins.live))
		error = pins_remove(apply->pins.live, apply->report) ?: -ENOENT;
	if (error == -ENOENT)
		return apply_first(apply);
	if (error)
		return error;
	if (apply->firewall.unknown_abi)
		return firewall_refuse_abi(apply->report);
	return apply_reload(apply);
}

int instance_apply(const char *instance, const struct resolved *policy, const struct image *image,
		   const struct apply_options *options, struct report *report,
		   struct apply_result *ret_result)
{
	struct apply_result result = {0};
	struct apply apply = {
		.policy = policy,
		.image = image,
		.options = options,
		.report = report,
		.result = &result,
	};
	AUTO_FD int lock = -1;
	int error;

	firewall_init(&apply.firewall);
	guards_init(&apply.guards);
	error = pins_find(instance, true, report, &apply.pins);
	if (error)
		return error;
	lock = pins_lock(&apply.pins, report);
	if (lock < 0)
		return lock;
	error = apply_locked(&apply);
	guards_close(&apply.guards);
	firewall_close(&apply.firewall);
	if (!error)
		*ret_result = result;
	return error;
}

int instance_open(const char *instance, struct report *report, struct pins *ret_pins,
		  struct firewall *ret_firewall)
{
	struct pins pins;
	int error = pins_find(instance, false, report, &pins);

	if (error)
		return error;
	error = firewall_open(pins.live, report, ret_firewall);
	if (!error && ret_firewall->unknown_abi) {
		firewall_close(ret_firewall);
		return firewall_refuse_abi(report);
	}
	if (!error && ret_pins)
		*ret_pins = pins;
	return error;
}

/* ---- stop ---- */

static int stop_whole(const struct pins *pins, struct report *report, unsigned int *ret_nics)
{
	struct firewall firewall;
	struct guards guards;
	unsigned int nics = 0;
	int error = pins_recover(pins, report);

	if (error)
		return error;
	if (!pins_exist(pins->live))
		return -ENOENT;
	error = firewall_open(pins->live, report, &firewall);
	/* A folder without an object holds nothing. */
	if (error == -ENOENT)
		return pins_remove(pins->live, report);
	if (error)
		return error;
	if (firewall.unknown_abi) {
		firewall_close(&firewall);
		return firewall_refuse_abi(report);
	}
	error = guards_open(&firewall, pins->live, report, &guards);
	if (!error) {
		nics = (unsigned int)guards.count;
		error = guards_detach_all(&guards, pins->live, report);
		guards_close(&guards);
	}
	firewall_close(&firewall);
	if (!error)
		error = cgroup_detach(pins->live, report);
	if (!error)
		error = pins_remove(pins->live, report);
	if (!error)
		*ret_nics = nics;
	return error;
}

/* Whatever has become of the maps: a filter that is on can be taken off. */
static int stop_locked(const struct pins *pins, struct report *report, unsigned int *ret_nics)
{
	int error = stop_whole(pins, report, ret_nics);

	if (!report->error)
		return error;
	report_overcome(report, "the hooks are taken off by their pins");
	error = pins_clear(pins->live, report, ret_nics);
	return error ? error : pins_clear(pins->staging, report, ret_nics);
}

int instance_stop(const char *instance, struct report *report, unsigned int *ret_nics)
{
	struct pins pins;
	AUTO_FD int lock = -1;
	unsigned int nics = 0;
	int error = pins_find(instance, false, report, &pins);

	if (error)
		return error;
	if (!pins_exist(pins.live) && !pins_exist(pins.staging))
		return -ENOENT;
	lock = pins_lock(&pins, report);
	if (lock < 0)
		return lock;
	error = stop_locked(&pins, report, &nics);
	if (!error)
		*ret_nics = nics;
	return error;
}
