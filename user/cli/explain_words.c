/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The words of zonegate explain: verdict, why, whose addresses these are, what would change it.
 */
#include "cli/explain_words.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "observe/counters.h"

/* Zones that hold an address, as "a, b"; the local ones only with here. */
static void zones_format(const struct resolved *policy, const struct question *question,
			 const struct question_party *party, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < policy->zone_count && used < size; i++) {
		const struct zone *zone = &policy->zones[i];
		uint32_t address4;
		bool has;

		memcpy(&address4, party->address, sizeof(address4));
		has = question->ipv6
			      ? address_set_has6(&zone->addresses, addr6_from_bytes(party->address))
			      : address_set_has4(&zone->addresses, ntohl(address4));
		if (has)
			used += (size_t)snprintf(text + used, size - used, "%s%s%s",
						 used ? ", " : "", zone->name,
						 zone->local ? " (this host)" : "");
	}
	if (!text[0])
		snprintf(text, size, "no zone");
}

static void zones_print(const struct explanation *explanation)
{
	const struct question *question = explanation->question;
	char text[256];

	zones_format(explanation->policy, question, &question->source, text, sizeof(text));
	printf("  source is in: %s\n", text);
	zones_format(explanation->policy, question, &question->destination, text, sizeof(text));
	printf("  destination is in: %s\n", text);
}

/* What would let the packet pass, for reasons about which the policy has a say. */
static const char *reason_advice(uint8_t reason, enum zg_hook hook)
{
	switch (reason) {
	case ZG_R_NO_RULE:
		return hook == ZG_INGRESS ? "a table row by which this host accepts that port from "
					    "a zone of the source"
					  : "a table row by which this host opens that port to a "
					    "zone of the destination";
	case ZG_R_NOT_LOCAL:
		return "the destination in a zone of [host] zones, and a row for it";
	case ZG_R_NO_FLOW:
	case ZG_R_SYN_ACK:
		return "a connection that this host opened before (explain knows none), or a row "
		       "by which it accepts that port";
	case ZG_R_SPOOFED_INTERFACE:
		return "another [zone NAME] interface, or ask with via=NIC";
	case ZG_R_ECHO_RATE:
		return "[policy] icmp_echo";
	case ZG_R_ICMP_TYPE:
		return "a table row with protocol icmp and this type";
	case ZG_R_BAD_ICMP:
	case ZG_R_ICMP_UNRELATED:
		return "a quote of permitted traffic, which a question cannot have";
	default:
		return NULL;
	}
}

static void line_print(const struct explanation *explanation)
{
	const struct origin_line *line;
	uint16_t number = explanation->verdict->line;

	if (!number || number > explanation->policy->line_count)
		return;
	line = &explanation->policy->lines[number - 1];
	if (!line->origin.first && !line->origin.last)
		printf("  origin line: %s:%u: %s (any origin port)\n", line->place.file,
		       line->place.line, line->text);
	else
		printf("  origin line: %s:%u: %s (origin ports %u-%u)\n", line->place.file,
		       line->place.line, line->text, line->origin.first, line->origin.last);
	if (explanation->verdict->reason == ZG_R_ORIGIN_PORT)
		printf("  it would pass with: a source port of %u-%u\n", line->origin.first,
		       line->origin.last);
}

static void rule_print(const struct explanation *explanation)
{
	const struct rule *rule = &explanation->policy->rules[explanation->verdict->slot - 1];

	printf("pass: rule %s, %s (%s:%u): %s -> %s, %s\n", rule->name, rule->protocol_label,
	       rule->place.file, rule->place.line, rule->source_name, rule->destination_name,
	       rule->purpose && *rule->purpose ? rule->purpose : "no purpose given");
}

void explanation_print(const struct explanation *explanation)
{
	const struct judge_verdict *verdict = explanation->verdict;
	const char *advice;

	if (verdict->reason == ZG_R_RULE && verdict->slot &&
	    verdict->slot <= explanation->policy->rule_count) {
		rule_print(explanation);
		line_print(explanation);
		return;
	}
	printf("%s: %s: %s%s\n", verdict->pass ? "pass" : "drop", reason_name(verdict->reason),
	       reason_text(verdict->reason),
	       verdict->audited ? " (it passes: [policy] mode = audit)" : "");
	zones_print(explanation);
	line_print(explanation);
	advice = reason_advice(verdict->reason, explanation->question->hook);
	if (advice && !verdict->pass)
		printf("  it would pass with: %s\n", advice);
}
