/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Words for a semantic diff. Owns its spelling; what differs was found by compile/diff.c, but for
 * plain settings and tcpoport lines, which are compared here as they were written.
 */
#include "cli/diff_print.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/json_text.h"
#include "cli/table.h"
#include "util/address.h"
#include "util/cleanup.h"

static const char *const change_names[] = {
	[DIFF_PERMITTED] = "permitted", [DIFF_REFUSED] = "refused"};
static const char *const domain_names[] = {[DIFF_TCP] = "tcp",
					   [DIFF_UDP] = "udp",
					   [DIFF_PROTOCOL] = "ip",
					   [DIFF_ICMP] = "icmp",
					   [DIFF_ICMP6] = "icmpv6"};

static const char *role_word(const struct policy_diff_entry *entry)
{
	return entry->role == ZG_ACCEPT ? "accept" : "open";
}

static const char *range_text(bool six, struct addr6 first, struct addr6 last, char *buffer)
{
	if (six)
		return range6_format((struct range6){first, last}, buffer);
	return range4_format((struct range4){(uint32_t)first.low, (uint32_t)last.low}, buffer);
}

static const struct rule *rule_of(const struct policy_diff_entry *entry,
				  const struct resolved *old_policy,
				  const struct resolved *new_policy)
{
	const struct resolved *policy = entry->change == DIFF_PERMITTED ? new_policy : old_policy;

	return entry->rule < 0 ? NULL : &policy->rules[entry->rule];
}

/* ---- what is asked to see it ---- */

/* The witness as a question for `explain`; NULL where a question cannot say it. */
static const char *question_text(const struct policy_diff_entry *entry, struct arena *arena)
{
	const struct diff_span *span = &entry->spans[0];
	bool ports = span->domain == DIFF_TCP || span->domain == DIFF_UDP,
	     in = entry->role == ZG_ACCEPT;
	const char *open = entry->six && ports ? "[" : "", *close = entry->six && ports ? "]" : "";
	char remote[ADDRESS_RANGE_TEXT], local[ADDRESS_RANGE_TEXT], client[16] = "",
								    service[16] = "";

	range_text(entry->six, entry->remote_first, entry->remote_first, remote);
	range_text(entry->six, entry->local, entry->local, local);
	if (span->domain == DIFF_PROTOCOL)
		return NULL;
	if (ports) {
		/* Port 0 is malformed, whatever the rules: the next one is asked for. */
		uint16_t port = span->first == 0 && span->last > 0 ? 1 : span->first;

		snprintf(client, sizeof(client), ":40000");
		snprintf(service, sizeof(service), ":%u", port);
	}
	return arena_printf(arena, "%s %s %s%s%s%s %s%s%s%s", in ? "in" : "out",
			    domain_names[span->domain], open, in ? remote : local, close, client,
			    open, in ? local : remote, close, service);
}

/* ---- for people ---- */

#define SPANS_SHOWN 6

/* "tcp 443,8000-8100 udp 53"; whole domains by their name alone. */
static const char *spans_text(const struct policy_diff_entry *entry, struct arena *arena)
{
	char *text = arena_strdup(arena, "");

	for (size_t i = 0; i < entry->span_count && text; i++) {
		const struct diff_span *span = &entry->spans[i];
		bool same = i > 0 && entry->spans[i - 1].domain == span->domain;
		bool wide = span->domain == DIFF_TCP || span->domain == DIFF_UDP;
		const char *name = domain_names[span->domain], *gap = i ? " " : "";

		if (i == SPANS_SHOWN)
			return arena_printf(arena, "%s and %zu more", text,
					    entry->span_count - SPANS_SHOWN);
		if (span->first == 0 && span->last == (wide ? UINT16_MAX : UINT8_MAX))
			text = arena_printf(arena, "%s%s%s", text, gap, name);
		else if (span->first == span->last)
			text = arena_printf(arena, same ? "%s%s%s%u" : "%s%s%s %u", text,
					    same ? "," : gap, same ? "" : name, span->first);
		else
			text = arena_printf(arena, same ? "%s%s%s%u-%u" : "%s%s%s %u-%u", text,
					    same ? "," : gap, same ? "" : name, span->first,
					    span->last);
	}
	return text;
}

static const char *party_text(const char *zone, const char *addresses, struct arena *arena)
{
	return zone ? arena_printf(arena, "%s (%s)", zone, addresses)
		    : arena_strdup(arena, addresses);
}

static int entry_row(struct table *table, const struct policy_diff_entry *entry,
		     const struct rule *rule)
{
	char remote[ADDRESS_RANGE_TEXT], local[ADDRESS_RANGE_TEXT];
	const char *cells[] = {
		role_word(entry),
		rule ? arena_printf(&table->arena, "%s/%s", rule->table, rule->name)
		     : "(default pass)",
		party_text(entry->remote_zone,
			   range_text(entry->six, entry->remote_first, entry->remote_last, remote),
			   &table->arena),
		party_text(entry->local_zone,
			   range_text(entry->six, entry->local, entry->local, local),
			   &table->arena),
		spans_text(entry, &table->arena),
		!entry->by_interface ? "any" : entry->interface ? entry->interface : "any other",
	};

	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		if (!cells[i])
			return -ENOMEM;
	}
	return table_add(table, cells);
}

static int change_table(const struct resolved *old_policy, const struct resolved *new_policy,
			const struct policy_diff *diff, enum diff_change change)
{
	static const char *const titles[] = {
		"ROLE", "RULE", "REMOTE, FOR EXAMPLE", "LOCAL", "PROTOCOLS, PORTS", "NIC"};
	static const char *const words[] = {
		[DIFF_PERMITTED] = "Newly permitted", [DIFF_REFUSED] = "No longer permitted"};
	CLEANUP(table_free)
	struct table table = {.columns = sizeof(titles) / sizeof(titles[0]), .titles = titles};
	const char *question = NULL;

	for (size_t i = 0; i < diff->count; i++) {
		const struct policy_diff_entry *entry = &diff->entries[i];

		if (entry->change != change)
			continue;
		if (entry_row(&table, entry, rule_of(entry, old_policy, new_policy)) < 0)
			return -ENOMEM;
		if (!question)
			question = question_text(entry, &table.arena);
	}
	if (table.count == 0)
		return 0;
	printf("%s, by rule:\n", words[change]);
	table_print(&table);
	if (question)
		printf("(one of it: zonegate explain %s)\n", question);
	putchar('\n');
	return 0;
}

/* ---- settings and lines ---- */

struct setting {
	const char *name, *before, *after;
};
#define SETTINGS 4

static void settings_compare(const struct policy_settings *before,
			     const struct policy_settings *after,
			     struct setting ret_settings[SETTINGS])
{
	static const char *const modes[] = {"enforce", "audit"}, *const passes[] = {"drop", "pass"};
	static const char *const origins[] = {[ORIGIN_OFF] = "off",
					      [ORIGIN_AUDIT] = "audit",
					      [ORIGIN_ENFORCE] = "enforce",
					      [ORIGIN_ASSIGN] = "assign"};
	const struct setting settings[SETTINGS] = {
		{"[policy] mode", modes[before->audit], modes[after->audit]},
		{"[policy] ingress", passes[before->ingress_pass], passes[after->ingress_pass]},
		{"[policy] egress", passes[before->egress_pass], passes[after->egress_pass]},
		{"[origin-ports] mode", origins[before->origin_mode], origins[after->origin_mode]},
	};

	memcpy(ret_settings, settings, sizeof(settings));
}

static bool setting_differs(const struct setting *setting)
{
	return strcmp(setting->before, setting->after) != 0;
}

/* The lines are a list whose order counts: the same texts in the same order. */
static bool lines_differ(const struct resolved *a, const struct resolved *b)
{
	if (a->line_count != b->line_count)
		return true;
	for (size_t i = 0; i < a->line_count; i++) {
		if (strcmp(a->lines[i].text, b->lines[i].text) != 0)
			return true;
	}
	return false;
}

static bool line_is_in(const struct resolved *policy, const char *text)
{
	for (size_t i = 0; i < policy->line_count; i++) {
		if (strcmp(policy->lines[i].text, text) == 0)
			return true;
	}
	return false;
}

static void settings_print(const struct resolved *old_policy, const struct resolved *new_policy)
{
	struct setting settings[SETTINGS];

	settings_compare(&old_policy->settings, &new_policy->settings, settings);
	for (size_t i = 0; i < SETTINGS; i++) {
		if (setting_differs(&settings[i]))
			printf("%s: %s -> %s\n", settings[i].name, settings[i].before,
			       settings[i].after);
	}
	if (!lines_differ(old_policy, new_policy))
		return;
	printf("tcpoport.ini, whose first matching line decides:\n");
	for (size_t i = 0; i < old_policy->line_count; i++) {
		if (!line_is_in(new_policy, old_policy->lines[i].text))
			printf("  - %s\n", old_policy->lines[i].text);
	}
	for (size_t i = 0; i < new_policy->line_count; i++)
		printf("  %c %s\n", line_is_in(old_policy, new_policy->lines[i].text) ? ' ' : '+',
		       new_policy->lines[i].text);
}

/* ---- JSON ---- */

static json_t *spans_json(const struct policy_diff_entry *entry)
{
	json_t *list = json_array();

	for (size_t i = 0; i < entry->span_count; i++)
		json_array_append_new(list, json_pack("{s:s, s:i, s:i}", "protocol",
						      domain_names[entry->spans[i].domain], "first",
						      entry->spans[i].first, "last",
						      entry->spans[i].last));
	return list;
}

static json_t *entry_json(const struct policy_diff_entry *entry, const struct rule *rule,
			  struct arena *arena)
{
	char remote[ADDRESS_RANGE_TEXT], local[ADDRESS_RANGE_TEXT];

	range_text(entry->six, entry->remote_first, entry->remote_last, remote);
	range_text(entry->six, entry->local, entry->local, local);
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:s, s:o, s:s, s:o, s:o, s:I, s:o}", "change",
			 change_names[entry->change], "role", role_word(entry), "rule",
			 json_text(rule ? rule->name : NULL), "table",
			 json_text(rule ? rule->table : NULL), "remote_zone",
			 json_text(entry->remote_zone), "remote", remote, "local_zone",
			 json_text(entry->local_zone), "local", local, "interface",
			 json_text(entry->by_interface ? entry->interface : NULL), "ports",
			 spans_json(entry), "pairs", (json_int_t)entry->pairs, "question",
			 json_text(question_text(entry, arena)));
}

static json_t *lines_json(const struct resolved *policy)
{
	json_t *list = json_array();

	for (size_t i = 0; i < policy->line_count; i++)
		json_array_append_new(list, json_text(policy->lines[i].text));
	return list;
}

static int print_json(const struct resolved *old_policy, const struct resolved *new_policy,
		      const struct policy_diff *diff)
{
	CLEANUP(arena_free) struct arena arena = {0};
	json_t *changes = json_array(), *settings = json_array();
	struct setting compared[SETTINGS];

	for (size_t i = 0; i < diff->count; i++)
		json_array_append_new(changes,
				      entry_json(&diff->entries[i],
						 rule_of(&diff->entries[i], old_policy, new_policy),
						 &arena));
	settings_compare(&old_policy->settings, &new_policy->settings, compared);
	for (size_t i = 0; i < SETTINGS; i++) {
		if (setting_differs(&compared[i]))
			json_array_append_new(settings,
					      json_pack("{s:s, s:s, s:s}", "setting",
							compared[i].name, "old", compared[i].before,
							"new", compared[i].after));
	}
	return json_print(json_pack("{s:o, s:o, s:{s:b, s:o, s:o}}", "changes", changes, "settings",
				    settings, "origin", "differs",
				    lines_differ(old_policy, new_policy), "old",
				    lines_json(old_policy), "new", lines_json(new_policy)));
}

int diff_print(const struct context *context, const struct resolved *old_policy,
	       const struct resolved *new_policy, const struct policy_diff *diff)
{
	if (context->json)
		return print_json(old_policy, new_policy, diff);
	for (int change = DIFF_PERMITTED; change < DIFF_CHANGES; change++) {
		int err = change_table(old_policy, new_policy, diff, change);

		if (err < 0)
			return err;
	}
	if (diff->count == 0)
		printf("The same traffic is permitted.\n");
	settings_print(old_policy, new_policy);
	return fflush(stdout) ? -EIO : 0;
}
