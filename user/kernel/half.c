/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One policy into one half of a loaded object: slots, tables, records. Owns the order of these
 * writes. Knows no pins and no hooks; flips nothing.
 */
#include "kernel/half.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel/flows.h"
#include "kernel/percpu.h"
#include "kernel/slots.h"
#include "util/cleanup.h"

#define RULE_SLOTS_MIN 256u

static uint32_t flows_wanted(const struct resolved *policy)
{
	return policy->settings.flows_max ? policy->settings.flows_max : 65536;
}

struct object_sizes half_sizes_wanted(const struct resolved *policy, const struct image *image)
{
	struct table_sizes need = image_sizes(image);
	uint32_t rules = slots_rules_wanted(policy), slots = RULE_SLOTS_MIN;

	while (slots < 2 * (uint64_t)rules + 1 && slots <= ZG_SLOT_MAX)
		slots *= 2;
	return (struct object_sizes){
		.tables = table_sizes_with_headroom(&need, policy->settings.memory_max_bytes),
		.rule_slots = slots,
		.flows = flows_wanted(policy),
	};
}

bool half_fits(const struct firewall *firewall, const struct resolved *policy,
	       const struct image *image)
{
	struct table_sizes need = image_sizes(image);

	return table_sizes_hold(&firewall->tables.size, &need) &&
	       firewall->map[MAP_FLOWS].max_entries == flows_wanted(policy);
}

/* ---- slots ---- */

static int mark_slot(const struct zg_flow_key *key, const struct zg_flow *flow, void *data)
{
	(void)key;
	((bool *)data)[flow->slot] = true;
	return 0;
}

/* Frees slots of rules that no half has and no flow counts under. Their counts are forgotten. */
static int rule_slots_reclaim(struct firewall *firewall)
{
	uint32_t max = firewall->map[MAP_RULE_NAMES].max_entries;
	AUTO_FREE bool *used = calloc(ZG_SLOT_MAX + 1, sizeof(*used));
	CLEANUP(percpu_close) struct percpu counters = {0};
	int error;

	if (!used)
		return -ENOMEM;
	error = flows_each(firewall->map[MAP_FLOWS].fd, mark_slot, used);
	if (!error)
		error = percpu_open(&firewall->map[MAP_RULE_COUNTERS],
				    sizeof(struct zg_rule_counter), &counters);
	for (uint32_t slot = 1; slot < max && !error; slot++) {
		struct zg_rule_name *name = &firewall->rule_names[slot];

		if (!name->identity || name->halves || used[slot])
			continue;
		error = percpu_clear(&counters, slot);
		if (!error)
			memset(name, 0, sizeof(*name));
	}
	return error;
}

static int line_slots_reclaim(struct firewall *firewall)
{
	CLEANUP(percpu_close) struct percpu counters = {0};
	int error = percpu_open(&firewall->map[MAP_LINE_COUNTERS], sizeof(struct zg_line_counter),
				&counters);

	for (uint32_t slot = 0; slot < firewall->map[MAP_LINE_NAMES].max_entries && !error;
	     slot++) {
		struct zg_line_name *name = &firewall->line_names[slot];

		if (!name->identity || name->halves)
			continue;
		error = percpu_clear(&counters, slot);
		if (!error)
			memset(name, 0, sizeof(*name));
	}
	return error;
}

static int rules_assign(struct firewall *firewall, uint32_t half, const struct resolved *policy,
			uint16_t *slot)
{
	uint32_t max = firewall->map[MAP_RULE_NAMES].max_entries;
	int error = slots_assign_rules(firewall->rule_names, max, half, policy, slot);

	if (error != -ENOSPC)
		return error;
	error = rule_slots_reclaim(firewall);
	return error ? error : slots_assign_rules(firewall->rule_names, max, half, policy, slot);
}

static int lines_assign(struct firewall *firewall, uint32_t half, const struct resolved *policy,
			struct report *report, uint16_t *slot)
{
	uint32_t max = firewall->map[MAP_LINE_NAMES].max_entries;
	int error = slots_assign_lines(firewall->line_names, max, half, policy, slot);

	if (error == -ENOSPC) {
		error = line_slots_reclaim(firewall);
		if (!error)
			error = slots_assign_lines(firewall->line_names, max, half, policy, slot);
	}
	return error ? report_fail(report, error == -ENOSPC ? -E2BIG : error,
				   "giving counters to %zu tcpoport lines", policy->line_count)
		     : 0;
}

/* ---- records ---- */

/* A zone bound to a NIC that is not there holds nothing until it is. */
static void interface_groups_fill(struct zg_settings *settings, const struct image *image,
				  struct report *report)
{
	for (int g = 0; g < ZG_IFGROUPS_MAX; g++) {
		const char *name = image->ifgroup_name[g];

		settings->ifindex[g] = *name ? if_nametoindex(name) : 0;
		if (*name && !settings->ifindex[g])
			report_note(report,
				    "a zone is bound to %s, which is not there: apply again when "
				    "it is",
				    name);
	}
}

static void about_write(struct firewall *firewall, uint32_t half, const struct resolved *policy,
			const struct image *image)
{
	struct zg_about *about = firewall->about;
	const char *path = policy->config_path ? policy->config_path : "";

	about->policy[half].rules = slots_rules_wanted(policy);
	about->policy[half].lines = (uint32_t)policy->line_count;
	about->policy[half].node_count = (uint32_t)image->node_count;
	about->policy[half].leaf_count = (uint32_t)image->leaf_count;
	about->policy[half].pair_count = (uint32_t)image->pair_count;
	about->policy[half].comb_count = (uint32_t)image->comb_count;
	about->policy[half].class_count = (uint32_t)image->class_count;
	memset(about->policy[half].config, 0, sizeof(about->policy[half].config));
	strncpy(about->policy[half].config, path, sizeof(about->policy[half].config) - 1);
	about->policy[half].applied_s = (uint64_t)time(NULL);
}

static uint32_t next_generation(const struct firewall *firewall)
{
	uint32_t a = firewall->tables.settings[0].generation;
	uint32_t b = firewall->tables.settings[1].generation;

	return (a > b ? a : b) + 1;
}

int half_write(struct firewall *firewall, uint32_t half, const struct resolved *policy,
	       const struct image *image, struct report *report, uint16_t **ret_rule_slot)
{
	AUTO_FREE uint16_t *rule_slot = calloc(policy->rule_count + 1, sizeof(*rule_slot));
	AUTO_FREE uint16_t *line_slot = calloc(policy->line_count + 1, sizeof(*line_slot));
	uint32_t generation = next_generation(firewall);
	int error;

	if (!rule_slot || !line_slot)
		return report_fail(report, -ENOMEM, "writing the tables");
	/* Programs may still read what was left by the last flip. */
	firewall_grace_period();
	error = rules_assign(firewall, half, policy, rule_slot);
	if (error == -ENOSPC)
		return error;
	if (error)
		return report_fail(report, error, "giving counters to %zu rules",
				   policy->rule_count);
	error = lines_assign(firewall, half, policy, report, line_slot);
	if (error)
		return error;
	tables_write(&firewall->tables, half, image, rule_slot, line_slot);
	firewall->tables.settings[half].generation = generation;
	interface_groups_fill(&firewall->tables.settings[half], image, report);
	about_write(firewall, half, policy, image);
	*ret_rule_slot = take_pointer(rule_slot);
	return 0;
}

int half_read(const struct firewall *firewall, uint32_t half, struct report *report,
	      struct image *ret_image)
{
	const struct zg_about *about = firewall->about;
	struct table_sizes used = {
		.nodes = about->policy[half].node_count,
		.leaves = about->policy[half].leaf_count,
		.pairs = about->policy[half].pair_count,
		.comb = about->policy[half].comb_count,
		.classes = about->policy[half].class_count,
	};
	int error = tables_read(&firewall->tables, half, &used, ret_image);

	if (error)
		return report_fail(report, error, "reading the tables in force");
	return 0;
}
