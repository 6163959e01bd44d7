// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Counters and status as Prometheus families. One function a family group; a family is begun even
 * when it has no sample, so that a scrape always tells what there is.
 */
#include "observe/metrics.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "zonegate_"

static void rule_directions(struct exposition *out, const char *name, const struct rule_count *rule,
			    uint64_t in, uint64_t to)
{
	exposition_count(out, name,
			 LABELS({"rule", rule->name}, {"table", rule->table}, {"direction", "in"}),
			 in);
	exposition_count(out, name,
			 LABELS({"rule", rule->name}, {"table", rule->table}, {"direction", "out"}),
			 to);
}

static void rules_write(const struct counters *counters, struct exposition *out)
{
	exposition_family(out, PREFIX "rule_packets_total", "counter",
			  "Packets that a rule permitted.");
	for (size_t i = 0; i < counters->rule_count; i++) {
		const struct rule_count *rule = &counters->rules[i];

		rule_directions(out, PREFIX "rule_packets_total", rule, rule->count.packets_in,
				rule->count.packets_out);
	}
	exposition_family(out, PREFIX "rule_bytes_total", "counter",
			  "Bytes of the frames that a rule permitted.");
	for (size_t i = 0; i < counters->rule_count; i++) {
		const struct rule_count *rule = &counters->rules[i];

		rule_directions(out, PREFIX "rule_bytes_total", rule, rule->count.bytes_in,
				rule->count.bytes_out);
	}
	exposition_family(out, PREFIX "rule_connections_total", "counter",
			  "Connections that a rule permitted: TCP SYNs accepted, flows opened.");
	for (size_t i = 0; i < counters->rule_count; i++) {
		const struct rule_count *rule = &counters->rules[i];

		exposition_count(out, PREFIX "rule_connections_total",
				 LABELS({"rule", rule->name}, {"table", rule->table}),
				 rule->count.connections);
	}
}

static void hits_write(const struct counters *counters, const struct metrics_hits *hits,
		       struct exposition *out)
{
	exposition_family(out, PREFIX "rule_last_hit_timestamp_seconds", "gauge",
			  "When the rule last permitted a packet, to the second; 0: not since the "
			  "service began.");
	for (size_t i = 0; i < counters->rule_count; i++) {
		const struct rule_count *rule = &counters->rules[i];

		exposition_sample(out, PREFIX "rule_last_hit_timestamp_seconds",
				  LABELS({"rule", rule->name}, {"table", rule->table}),
				  rule->slot < hits->slots ? hits->hit_s[rule->slot] : 0);
	}
}

static bool reason_is_drop(const struct reason_count *count)
{
	return count->reason >= ZG_REASON_FIRST_DROP;
}

/* Which reasons a family is about. */
struct reason_choice {
	bool drops, audited;
};

static void reasons_write(const struct counters *counters, const char *name,
			  struct reason_choice choice, bool bytes, struct exposition *out)
{
	for (size_t i = 0; i < counters->reason_count; i++) {
		const struct reason_count *count = &counters->reasons[i];

		if (reason_is_drop(count) != choice.drops || count->audited != choice.audited)
			continue;
		exposition_count(out, name,
				 LABELS({"hook", hook_name(count->hook)},
					{"reason", reason_name(count->reason)}),
				 bytes ? count->bytes : count->packets);
	}
}

static void drops_write(const struct counters *counters, struct exposition *out)
{
	const struct reason_choice drops = {.drops = true},
				   audited = {.drops = true, .audited = true}, passes = {};

	exposition_family(out, PREFIX "drops_total", "counter",
			  "Packets dropped (hook connect: calls refused).");
	reasons_write(counters, PREFIX "drops_total", drops, false, out);
	exposition_family(out, PREFIX "drop_bytes_total", "counter",
			  "Bytes of the frames dropped.");
	reasons_write(counters, PREFIX "drop_bytes_total", drops, true, out);
	exposition_family(
		out, PREFIX "audited_drops_total", "counter",
		"Packets that passed in audit mode and would be dropped in enforce mode.");
	reasons_write(counters, PREFIX "audited_drops_total", audited, false, out);
	exposition_family(out, PREFIX "passes_total", "counter",
			  "Packets that passed without a rule, by reason.");
	reasons_write(counters, PREFIX "passes_total", passes, false, out);
}

struct line_family {
	const char *name, *help;
	size_t offset; /* in struct zg_line_counter */
};

static void lines_write(const struct counters *counters, struct exposition *out)
{
	static const struct line_family families[] = {
		{PREFIX "origin_connections_total",
		 "Connections that a tcpoport line was the first to match.",
		 offsetof(struct zg_line_counter, connections)},
		{PREFIX "origin_violations_total",
		 "Connections from a port outside the line's range.",
		 offsetof(struct zg_line_counter, violations)},
		{PREFIX "origin_exhausted_total",
		 "connect() calls that found no free port of the line.",
		 offsetof(struct zg_line_counter, exhausted)},
		{PREFIX "origin_assigned_total", "connect() calls that got a port of the line.",
		 offsetof(struct zg_line_counter, assigned)},
	};

	for (size_t f = 0; f < sizeof(families) / sizeof(families[0]); f++) {
		exposition_family(out, families[f].name, "counter", families[f].help);
		for (size_t i = 0; i < counters->line_count; i++) {
			const struct line_count *line = &counters->lines[i];
			char number[16];
			uint64_t value;

			if (!line->in_policy) /* its number may be another line's now */
				continue;
			memcpy(&value, (const char *)&line->count + families[f].offset,
			       sizeof(value));
			snprintf(number, sizeof(number), "%u", line->number);
			exposition_count(out, families[f].name, LABELS({"line", number}), value);
		}
	}
}

static void ports_write(const struct metrics_source *source, struct exposition *out)
{
	exposition_family(out, PREFIX "origin_ports", "gauge",
			  "Origin ports of a tcpoport line: in its range, used by sockets, of "
			  "these in TIME_WAIT.");
	for (size_t i = 0; i < source->port_count; i++) {
		const struct metrics_origin_ports *ports = &source->ports[i];
		char number[16];

		snprintf(number, sizeof(number), "%u", ports->line);
		exposition_count(out, PREFIX "origin_ports",
				 LABELS({"line", number}, {"state", "range"}), ports->range);
		exposition_count(out, PREFIX "origin_ports",
				 LABELS({"line", number}, {"state", "used"}), ports->used);
		exposition_count(out, PREFIX "origin_ports",
				 LABELS({"line", number}, {"state", "time_wait"}),
				 ports->time_wait);
	}
}

static void flows_write(const struct counters *counters, struct exposition *out)
{
	exposition_family(out, PREFIX "flows", "gauge",
			  "Connections of this host in the flow table.");
	exposition_count(out, PREFIX "flows", NULL, counters->flows_used);
	exposition_family(out, PREFIX "flows_max", "gauge", "Room in the flow table.");
	exposition_count(out, PREFIX "flows_max", NULL, counters->flows_max);
	exposition_family(out, PREFIX "flows_created_total", "counter", "Flows made.");
	exposition_count(out, PREFIX "flows_created_total", NULL, counters->flows.created);
	exposition_family(out, PREFIX "flows_picked_up_total", "counter",
			  "Of these, made from a segment of a connection that was not known.");
	exposition_count(out, PREFIX "flows_picked_up_total", NULL, counters->flows.picked_up);
	exposition_family(out, PREFIX "flows_full_total", "counter", "Flows that found no room.");
	exposition_count(out, PREFIX "flows_full_total", NULL, counters->flows.full);
}

static const char *policy_mode(const struct status *status)
{
	if (status->pass_all)
		return "pass-all";
	return status->policy.flags & ZG_F_AUDIT ? "audit" : "enforce";
}

static void policy_write(const struct status *status, struct exposition *out)
{
	char generation[16];

	exposition_family(out, PREFIX "build_info", "gauge",
			  "The version of the program that answers.");
	exposition_count(out, PREFIX "build_info", LABELS({"version", ZONEGATE_VERSION}), 1);
	exposition_family(out, PREFIX "policy_info", "gauge", "The policy in force.");
	snprintf(generation, sizeof(generation), "%u", status->policy.generation);
	exposition_count(out, PREFIX "policy_info",
			 LABELS({"hash", status->pass_all ? "" : status->policy.hash},
				{"generation", generation}, {"mode", policy_mode(status)}),
			 1);
	exposition_family(out, PREFIX "last_apply_timestamp_seconds", "gauge",
			  "When the policy in force was applied.");
	exposition_count(out, PREFIX "last_apply_timestamp_seconds", NULL,
			 status->policy.applied_s);
	exposition_family(out, PREFIX "unconfirmed", "gauge",
			  "1: the policy in force waits for zonegate confirm.");
	exposition_count(out, PREFIX "unconfirmed", NULL, status->pending);
	exposition_family(out, PREFIX "table_bytes", "gauge", "Memory of the table maps.");
	exposition_count(out, PREFIX "table_bytes", NULL, status->table_bytes);
}

static const struct status_nic *nic_find(const struct status *status, const char *name)
{
	for (size_t i = 0; i < status->nic_count; i++)
		if (!strcmp(status->nics[i].name, name))
			return &status->nics[i];
	return NULL;
}

static void interfaces_write(const struct status *status, const struct policy_settings *settings,
			     struct exposition *out)
{
	exposition_family(out, PREFIX "interface_guarded", "gauge",
			  "1: both hooks of the NIC are attached.");
	for (size_t i = 0; i < status->nic_count; i++) {
		const struct status_nic *nic = &status->nics[i];

		exposition_count(out, PREFIX "interface_guarded", LABELS({"interface", nic->name}),
				 nic->state == STATUS_NIC_GUARDED);
	}
	for (size_t i = 0; settings && i < settings->interfaces; i++)
		if (!nic_find(status, settings->interface[i]))
			exposition_count(out, PREFIX "interface_guarded",
					 LABELS({"interface", settings->interface[i]}), 0);
	exposition_family(out, PREFIX "interface_info", "gauge", "How the NIC is guarded.");
	for (size_t i = 0; i < status->nic_count; i++) {
		const struct status_nic *nic = &status->nics[i];

		exposition_count(
			out, PREFIX "interface_info",
			LABELS({"interface", nic->name},
			       {"xdp", nic->xdp == ZG_NIC_XDP_NATIVE ? "native" : "generic"},
			       {"egress", nic->tc == ZG_NIC_TCX ? "tcx" : "clsact"}),
			1);
	}
}

static void names_write(const struct name_cache *names, struct exposition *out)
{
	int64_t now_ms = name_now_ms();

	exposition_family(out, PREFIX "name_age_seconds", "gauge",
			  "Time since the name's last good answer.");
	for (size_t i = 0; i < name_cache_count(names); i++) {
		const struct name_entry *entry = name_cache_at(names, i);

		if (entry->resolved)
			exposition_sample(out, PREFIX "name_age_seconds",
					  LABELS({"name", entry->name}),
					  (double)(now_ms - entry->answered_ms) / 1000);
	}
	exposition_family(out, PREFIX "name_resolved", "gauge",
			  "1: the last question for the name was answered.");
	for (size_t i = 0; i < name_cache_count(names); i++) {
		const struct name_entry *entry = name_cache_at(names, i);

		exposition_count(out, PREFIX "name_resolved", LABELS({"name", entry->name}),
				 entry->resolved && !entry->error);
	}
}

static void service_write(const struct metrics_source *source, struct exposition *out)
{
	const struct metrics_service *service = source->service;

	hits_write(source->counters, service->hits, out);
	exposition_family(out, PREFIX "last_reload_successful", "gauge",
			  "0: the last reload failed, and the policy before it is in force.");
	exposition_count(out, PREFIX "last_reload_successful", NULL, service->reload_successful);
	exposition_family(out, PREFIX "last_reload_timestamp_seconds", "gauge",
			  "When the last reload was tried.");
	exposition_sample(out, PREFIX "last_reload_timestamp_seconds", NULL, service->reload_s);
	exposition_family(out, PREFIX "flow_evictions_total", "counter",
			  "Flows that made room for newer ones since the service began.");
	exposition_count(out, PREFIX "flow_evictions_total", NULL, service->evictions);
	exposition_family(out, PREFIX "events_lost_total", "counter",
			  "Drop events that were not logged, by rate.");
	exposition_count(out, PREFIX "events_lost_total", NULL, service->events_lost);
	if (service->names)
		names_write(service->names, out);
}

void metrics_write(const struct metrics_source *source, struct exposition *exposition)
{
	policy_write(source->status, exposition);
	interfaces_write(source->status, source->service ? source->service->settings : NULL,
			 exposition);
	rules_write(source->counters, exposition);
	drops_write(source->counters, exposition);
	lines_write(source->counters, exposition);
	ports_write(source, exposition);
	flows_write(source->counters, exposition);
	if (source->service)
		service_write(source, exposition);
}

uint64_t metrics_evictions(const struct counters *counters)
{
	uint64_t gone = counters->flows.deleted + counters->flows_used;

	return counters->flows.created > gone ? counters->flows.created - gone : 0;
}

static int hits_grow(struct metrics_hits *hits, uint32_t slots)
{
	uint64_t *packets = realloc(hits->packets, slots * sizeof(*packets));
	double *hit_s;

	if (!packets)
		return -ENOMEM;
	hits->packets = packets;
	hit_s = realloc(hits->hit_s, slots * sizeof(*hit_s));
	if (!hit_s)
		return -ENOMEM;
	hits->hit_s = hit_s;
	for (uint32_t i = hits->slots; i < slots; i++) {
		packets[i] = UINT64_MAX; /* not sampled yet */
		hit_s[i] = 0;
	}
	hits->slots = slots;
	return 0;
}

int metrics_hits_sample(struct metrics_hits *hits, const struct counters *counters, double now_s)
{
	for (size_t i = 0; i < counters->rule_count; i++) {
		const struct rule_count *rule = &counters->rules[i];
		uint64_t packets = rule->count.packets_in + rule->count.packets_out;
		int error = rule->slot < hits->slots
				    ? 0
				    : hits_grow(hits, (uint32_t)rule->slot * 2 + 16);

		if (error)
			return error;
		if (hits->packets[rule->slot] != UINT64_MAX && packets > hits->packets[rule->slot])
			hits->hit_s[rule->slot] = now_s;
		hits->packets[rule->slot] = packets;
	}
	return 0;
}

void metrics_hits_free(struct metrics_hits *hits)
{
	free(hits->packets);
	free(hits->hit_s);
	*hits = (struct metrics_hits){};
}
