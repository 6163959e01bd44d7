/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What an instance has counted, as plain records. Owns the records. Prints nothing.
 */
#include "observe/counters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/flows.h"
#include "kernel/percpu.h"
#include "kernel/rule_counter.h"
#include "util/cleanup.h"

static const struct {
	const char *name, *text;
} reasons[ZG_REASONS] = {
#define X(NAME, number, reason, sentence) [number] = {(reason), (sentence)},
	ZG_PASS_REASONS(X) ZG_DROP_REASONS(X)
#undef X
};

const char *reason_name(uint32_t reason)
{
	return reason < ZG_REASONS ? reasons[reason].name : NULL;
}

const char *reason_text(uint32_t reason)
{
	return reason < ZG_REASONS ? reasons[reason].text : NULL;
}

const char *hook_name(uint32_t hook)
{
	static const char *const names[ZG_HOOKS] = {
		[ZG_INGRESS] = "ingress",
		[ZG_EGRESS] = "egress",
		[ZG_CONNECT] = "connect",
	};

	return hook < ZG_HOOKS ? names[hook] : NULL;
}

const char *rule_role_name(uint32_t role)
{
	switch (role) {
	case ZG_NAME_ACCEPT:
		return "accept";
	case ZG_NAME_OPEN:
		return "open";
	case ZG_NAME_BOTH:
		return "both";
	default:
		return NULL;
	}
}

/* The half whose names count: the one in force, else the one written last. */
static uint32_t named_half(const struct firewall *firewall)
{
	uint32_t half = word_in_force(firewall_word(firewall), monotonic_ms());
	const struct zg_settings *settings = firewall->tables.settings;

	if (half < ZG_HALVES)
		return half;
	return settings[1].generation > settings[0].generation ? 1 : 0;
}

static bool rule_counted(const struct zg_rule_counter *count)
{
	return count->packets_in || count->packets_out || count->connections;
}

static int rule_compare(const void *a, const void *b)
{
	const struct rule_count *first = a, *second = b;
	int order = strcmp(first->table, second->table);

	if (first->in_policy != second->in_policy)
		return first->in_policy ? -1 : 1;
	if (order)
		return order;
	if (first->file_line != second->file_line)
		return first->file_line < second->file_line ? -1 : 1;
	return strcmp(first->name, second->name);
}

static int rules_read(const struct firewall *firewall, struct counters *counters)
{
	uint32_t half = named_half(firewall), max = firewall->map[MAP_RULE_NAMES].max_entries;
	CLEANUP(percpu_close) struct percpu sums = {0};
	int error = percpu_open(&firewall->map[MAP_RULE_COUNTERS], sizeof(struct zg_rule_counter),
				&sums);

	counters->rules = arena_alloc(&counters->arena, max, sizeof(*counters->rules));
	if (!counters->rules)
		return -ENOMEM;
	for (uint32_t slot = 1; slot < max && !error; slot++) {
		const struct zg_rule_name *name = &firewall->rule_names[slot];
		struct rule_count *rule = &counters->rules[counters->rule_count];
		uint32_t last = name->halves & 1u << half ? half : 1 - half;

		if (!name->identity)
			continue;
		error = percpu_sum(&sums, slot, (uint64_t *)&rule->count);
		rule_counter_add(&rule->count, &name->carried);
		rule->in_policy = name->halves & 1u << half;
		if (error || (!rule->in_policy && !rule_counted(&rule->count)))
			continue;
		rule->slot = (uint16_t)slot;
		rule->role = name->role[last] ? name->role[last] : name->role[1 - last];
		rule->file_line =
			name->file_line[last] ? name->file_line[last] : name->file_line[1 - last];
		rule->name = arena_strndup(&counters->arena, name->name, sizeof(name->name));
		rule->table = arena_strndup(&counters->arena, name->table, sizeof(name->table));
		if (!rule->name || !rule->table)
			return -ENOMEM;
		counters->rule_count++;
	}
	if (!error)
		qsort(counters->rules, counters->rule_count, sizeof(*counters->rules),
		      rule_compare);
	return error;
}

static int reasons_read(const struct firewall *firewall, struct counters *counters)
{
	CLEANUP(percpu_close) struct percpu sums = {0};
	int error = percpu_open(&firewall->map[MAP_REASON_COUNTERS],
				sizeof(struct zg_reason_counter), &sums);

	counters->reasons =
		arena_alloc(&counters->arena, ZG_REASON_COUNTERS, sizeof(*counters->reasons));
	if (!counters->reasons)
		return -ENOMEM;
	for (uint32_t i = 0; i < ZG_REASON_COUNTERS && !error; i++) {
		struct reason_count *reason = &counters->reasons[counters->reason_count];
		struct zg_reason_counter sum;

		error = percpu_sum(&sums, i, (uint64_t *)&sum);
		/* Under a rule it is counted by the rule. */
		if (error || !sum.packets || i % ZG_REASONS == ZG_R_RULE)
			continue;
		reason->hook = i / ZG_REASONS / 2;
		reason->audited = i / ZG_REASONS % 2;
		reason->reason = i % ZG_REASONS;
		reason->packets = sum.packets;
		reason->bytes = sum.bytes;
		counters->reason_count++;
	}
	return error;
}

static int line_compare(const void *a, const void *b)
{
	const struct line_count *first = a, *second = b;

	if (first->in_policy != second->in_policy)
		return first->in_policy ? -1 : 1;
	return first->number < second->number ? -1 : first->number > second->number;
}

static int lines_read(const struct firewall *firewall, struct counters *counters)
{
	uint32_t half = named_half(firewall), max = firewall->map[MAP_LINE_NAMES].max_entries;
	CLEANUP(percpu_close) struct percpu sums = {0};
	int error = percpu_open(&firewall->map[MAP_LINE_COUNTERS], sizeof(struct zg_line_counter),
				&sums);

	counters->lines = arena_alloc(&counters->arena, max, sizeof(*counters->lines));
	if (!counters->lines)
		return -ENOMEM;
	for (uint32_t slot = 0; slot < max && !error; slot++) {
		const struct zg_line_name *name = &firewall->line_names[slot];
		struct line_count *line = &counters->lines[counters->line_count];
		uint32_t last = name->halves & 1u << half ? half : 1 - half;

		if (!name->identity)
			continue;
		error = percpu_sum(&sums, slot, (uint64_t *)&line->count);
		line->in_policy = name->halves & 1u << half;
		if (error || (!line->in_policy && !line->count.connections &&
			      !line->count.violations && !line->count.exhausted))
			continue;
		line->slot = (uint16_t)slot;
		line->number =
			name->file_line[last] ? name->file_line[last] : name->file_line[1 - last];
		line->first = name->first[last];
		line->last = name->last[last];
		line->text = arena_strndup(&counters->arena, name->text, sizeof(name->text));
		if (!line->text)
			return -ENOMEM;
		counters->line_count++;
	}
	if (!error)
		qsort(counters->lines, counters->line_count, sizeof(*counters->lines),
		      line_compare);
	return error;
}

static int flows_read(const struct firewall *firewall, struct counters *counters)
{
	CLEANUP(percpu_close) struct percpu sums = {0};
	int error = percpu_open(&firewall->map[MAP_FLOW_COUNTERS], sizeof(struct zg_flow_counter),
				&sums);

	if (!error)
		error = percpu_sum(&sums, 0, (uint64_t *)&counters->flows);
	if (!error)
		error = flows_count(firewall->map[MAP_FLOWS].fd, &counters->flows_used);
	counters->flows_max = firewall->map[MAP_FLOWS].max_entries;
	return error;
}

int counters_read(const struct firewall *firewall, struct report *report,
		  struct counters *ret_counters)
{
	struct counters counters = {0};
	int error = rules_read(firewall, &counters);

	if (!error)
		error = reasons_read(firewall, &counters);
	if (!error)
		error = lines_read(firewall, &counters);
	if (!error)
		error = flows_read(firewall, &counters);
	if (error) {
		counters_free(&counters);
		return report_fail(report, error, "reading the counters");
	}
	*ret_counters = counters;
	return 0;
}

void counters_free(struct counters *counters)
{
	arena_free(&counters->arena);
	memset(counters, 0, sizeof(*counters));
}
