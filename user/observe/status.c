/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is in force, as plain records. Owns the records. Prints nothing.
 */
#include "observe/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/cgroup.h"
#include "kernel/flows.h"
#include "kernel/guards.h"
#include "kernel/nic.h"
#include "kernel/object.h"
#include "util/cleanup.h"

static void policy_read(const struct firewall *firewall, uint32_t half,
			struct status_policy *policy)
{
	const struct zg_settings *settings = &firewall->tables.settings[half];
	const struct zg_about *about = firewall->about;

	policy->generation = settings->generation;
	policy->flags = settings->flags;
	policy->applied_s = about->policy[half].applied_s;
	policy->config = about->policy[half].config;
	policy->rules = about->policy[half].rules;
	policy->lines = about->policy[half].lines;
	for (size_t i = 0; i < sizeof(settings->policy_hash); i++)
		snprintf(policy->hash + 2 * i, 3, "%02x", settings->policy_hash[i]);
}

static void word_read(const struct firewall *firewall, struct status *status)
{
	uint64_t word = firewall_word(firewall), now_ms = monotonic_ms();
	uint32_t in_force = word_in_force(word, now_ms), fallback = ZG_WORD_FALLBACK(word);

	status->pass_all = in_force >= ZG_HALVES;
	if (!status->pass_all)
		policy_read(firewall, in_force, &status->policy);
	status->pending = word_is_pending(word, now_ms);
	status->way_back_taken = ZG_WORD_DEADLINE_MS(word) && !status->pending;
	if (!status->pending)
		return;
	status->pending_left_s = (ZG_WORD_DEADLINE_MS(word) - now_ms + 999) / 1000;
	status->pending_pass_all = fallback >= ZG_HALVES;
	if (!status->pending_pass_all)
		policy_read(firewall, fallback, &status->fallback);
}

static enum status_nic_state nic_state(const struct guard *guard, const struct nic *nics,
				       size_t count)
{
	const struct nic *nic = nic_find_index(nics, count, guard->record.ifindex);

	if (!nic)
		return STATUS_NIC_GONE;
	return guard_is_whole(guard) ? STATUS_NIC_GUARDED : STATUS_NIC_HOOK_LOST;
}

static void nic_read(const struct guard *guard, const struct nic *nics, size_t count,
		     struct status_nic *nic)
{
	const struct nic *now = nic_find_index(nics, count, guard->record.ifindex);

	memcpy(nic->name, now ? now->name : guard->record.name, sizeof(nic->name));
	nic->ifindex = guard->record.ifindex;
	nic->xdp = guard->record.xdp;
	nic->tc = guard->record.tc;
	nic->xdp_link_id = guard->xdp_link_id;
	nic->tc_link_id = guard->tc_link_id;
	nic->xdp_program_id = guard->xdp_program_id;
	nic->tc_program_id = guard->tc_program_id;
	nic->state = nic_state(guard, nics, count);
}

static int status_nics_read(const struct firewall *firewall, const struct pins *pins,
			    struct report *report, struct status *status)
{
	AUTO_FREE struct nic *nics = NULL;
	struct guards guards;
	size_t count = 0;
	int error = nics_read(report, &nics, &count);

	if (error)
		return error;
	error = guards_open(firewall, pins->live, report, &guards);
	if (error)
		return error;
	for (size_t i = 0; i < guards.count; i++)
		nic_read(&guards.list[i].guard, nics, count, &status->nics[i]);
	status->nic_count = guards.count;
	guards_close(&guards);
	return 0;
}

int status_read(const struct firewall *firewall, const struct pins *pins, struct report *report,
		struct status *ret_status)
{
	uint64_t cookie = netns_cookie(), guarded = firewall->about->netns_cookie;
	struct status status = {0};
	int error;

	word_read(firewall, &status);
	status.other_namespace = cookie && guarded && cookie != guarded;
	status.other_build = firewall->control->build != object_build();
	status.interrupted = pins_exist(pins->staging);
	status.loaded_s = firewall->about->loaded_s;
	status.cgroup_programs = cgroup_attached(pins->live);
	status.table_bytes = table_sizes_bytes(&firewall->tables.size);
	status.flows_max = firewall->map[MAP_FLOWS].max_entries;
	error = flows_count(firewall->map[MAP_FLOWS].fd, &status.flows_used);
	if (error)
		return report_fail(report, error, "counting flows");
	error = status_nics_read(firewall, pins, report, &status);
	if (!error)
		*ret_status = status;
	return error;
}
