/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Lints of tcpoport.ini against itself, the rules and the system.
 * Owns these judgements. Changes nothing.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "resolve/host.h"
#include "resolve/lint.h"
#include "resolve/lint_sets.h"
#include "resolve/lint_tally.h"

#define TIME_WAIT_S 60	       /* the kernel's TCP_TIMEWAIT_LEN */
#define WIDE_PORTS 16384u      /* a rule with more meets most lines: it is told once */
#define COVER_RANGES_MAX 4096u /* a zone with more is not looked through line by line */

static bool system_chooses(const struct origin_line *line)
{
	return !line->origin.first;
}

static const struct word *origin_word(const struct resolver *resolver, size_t line)
{
	return &resolver->policy->lines[line].origin_text;
}

/* ---- who else takes ports of the range ---- */

static void lint_ephemeral(struct resolver *resolver, size_t index, struct port_range ephemeral)
{
	const struct origin_line *line = &resolver->resolved->lines[index];

	if (system_chooses(line) || !ranges_meet(line->origin, ephemeral))
		return;
	diag_hint(word_diag(resolver->diags, DIAG_WARNING, "origin-ephemeral",
			    origin_word(resolver, index),
			    "the system gives ports from %u to %u to any program, also ports of "
			    "this range",
			    ephemeral.first, ephemeral.last),
		  "take a range outside, or: sysctl net.ipv4.ip_local_reserved_ports=%u-%u",
		  line->origin.first, line->origin.last);
}

static bool listens_within(const struct rule *rule, const struct origin_line *line)
{
	return (rule->role == ROLE_ACCEPT || rule->role == ROLE_BOTH) && rule->port_ranges &&
	       !system_chooses(line) && rule_meets_range(rule, IPPROTO_TCP, line->origin);
}

static bool told_before(const struct rule *rule, const struct origin_line *lines, size_t index)
{
	for (size_t i = 0; rule->port_count >= WIDE_PORTS && i < index; i++) {
		if (listens_within(rule, &lines[i]))
			return true;
	}
	return false;
}

static void lint_listening(struct resolver *resolver, size_t index)
{
	const struct resolved *resolved = resolver->resolved;

	for (size_t i = 0; i < resolved->rule_count; i++) {
		const struct rule *rule = &resolved->rules[i];

		if (!listens_within(rule, &resolved->lines[index]) ||
		    told_before(rule, resolved->lines, index))
			continue;
		diag_second(
			word_diag(resolver->diags, DIAG_WARNING, "origin-listening",
				  origin_word(resolver, index),
				  "the range holds ports on which rule '%s' accepts connections",
				  rule->name),
			resolver->policy->rows[i].ports_text.place, "its ports are here");
		return; /* one a line */
	}
}

static void lint_overlap(struct resolver *resolver, size_t index)
{
	const struct origin_line *lines = resolver->resolved->lines, *line = &lines[index];

	for (size_t i = 0; i < index && !system_chooses(line); i++) {
		bool same = lines[i].origin.first == line->origin.first &&
			    lines[i].origin.last == line->origin.last;

		if (system_chooses(&lines[i]) || !ranges_meet(lines[i].origin, line->origin))
			continue;
		/* The same range twice is one pool for two destinations, most likely meant so. */
		diag_second(word_diag(resolver->diags, same ? DIAG_NOTE : DIAG_WARNING,
				      "origin-overlap", origin_word(resolver, index),
				      same ? "another line shares this range"
					   : "the range overlaps that of another line"),
			    lines[i].place, "the other line is here");
		return;
	}
}

/* ---- lines that decide nothing ---- */

/* Is every connection of the inner destination one of the outer's? */
static bool destination_holds(const struct origin_line *outer, const struct origin_line *inner)
{
	if (!range_holds(outer->ports, inner->ports) || outer->kind != inner->kind)
		return false;
	switch (outer->kind) {
	case ORIGIN_PATTERN:
		return pattern_holds(outer->octet, inner->octet);
	case ORIGIN_NAME:
		return !strcasecmp(outer->name, inner->name);
	case ORIGIN_IPV6:
		return set_holds(&outer->addresses, &inner->addresses);
	}
	return false;
}

static bool destinations_apart(const struct origin_line *a, const struct origin_line *b)
{
	if (!ranges_meet(a->ports, b->ports))
		return true;
	if (a->kind == ORIGIN_NAME || b->kind == ORIGIN_NAME)
		return false; /* a name may mean anything tomorrow */
	if (a->kind != b->kind)
		return true;
	if (a->kind == ORIGIN_PATTERN)
		return !patterns_meet(a->octet, b->octet);
	return !address_set_intersects(&a->addresses, &b->addresses);
}

/* Does the earlier line take all that the later one could? */
static bool is_hidden(const struct origin_line *earlier, const struct origin_line *later)
{
	if (!earlier->negated)
		return !later->negated && destination_holds(earlier, later);
	/* not A takes all of B when they are apart, and all of not B when A lies in B. */
	return later->negated ? destination_holds(later, earlier)
			      : destinations_apart(earlier, later);
}

static void lint_hidden(struct resolver *resolver, size_t index)
{
	const struct resolved *resolved = resolver->resolved;

	for (size_t i = 0; i < index; i++) {
		struct diag *diag;

		if (!is_hidden(&resolved->lines[i], &resolved->lines[index]))
			continue;
		diag = diag_add(
			resolver->diags, DIAG_WARNING, "origin-hidden",
			resolved->lines[index].place,
			"this line never decides: an earlier one takes all its connections");
		diag->width = (unsigned int)strlen(resolved->lines[index].text);
		diag_second(diag, resolved->lines[i].place, "the earlier line is here");
		diag_hint(diag, "the first line that takes a connection decides: narrower lines "
				"go first");
		return;
	}
}

static void lint_time_wait(struct resolver *resolver, size_t index)
{
	const struct origin_line *line = &resolver->resolved->lines[index];
	unsigned int ports = line->origin.last - line->origin.first + 1u;

	if (system_chooses(line) || ports >= TIME_WAIT_S)
		return;
	word_diag(
		resolver->diags, DIAG_NOTE, "origin-time-wait", origin_word(resolver, index),
		"%u port%s / %d s in TIME_WAIT: at most %.2f new connections a second in the long "
		"run to one destination",
		ports, ports == 1 ? "" : "s", TIME_WAIT_S, (double)ports / TIME_WAIT_S);
}

/* ---- rules that no line is about ---- */

/* Could the line take a connection to an address of the set? Unsure is yes. */
static bool line_meets_set(const struct origin_line *line, const struct address_set *set)
{
	bool inside = true;

	if (line->kind != ORIGIN_PATTERN)
		return line->negated || address_set_intersects(&line->addresses, set) ||
		       (line->kind == ORIGIN_NAME && !line->resolved);
	if (set->count6 && line->negated)
		return true;
	for (size_t i = 0; i < set->count4; i++) {
		if (!line->negated && pattern_meets_range(line->octet, set->v4[i]))
			return true;
		inside &= line->negated && pattern_holds_range(line->octet, set->v4[i]);
	}
	return line->negated && !inside;
}

static bool line_meets_rule(const struct resolver *resolver, const struct origin_line *line,
			    const struct rule *rule)
{
	const struct address_set *set = &resolver->resolved->zones[rule->open_remote].addresses;

	if (!line->negated)
		return rule_meets_range(rule, IPPROTO_TCP, line->ports) &&
		       line_meets_set(line, set);
	/* Other ports than the line's are the line's. */
	for (size_t i = 0; i < rule->port_ranges; i++) {
		if (!range_holds(line->ports, rule->ports[i]))
			return true;
	}
	return (!rule->port_ranges && !line->any_port) || line_meets_set(line, set);
}

static bool is_uncovered(const struct resolver *resolver, const struct rule *rule)
{
	const struct resolved *resolved = resolver->resolved;

	if ((rule->role != ROLE_OPEN && rule->role != ROLE_BOTH) ||
	    !rule_has_proto(rule, IPPROTO_TCP) ||
	    resolved->zones[rule->open_remote].addresses.count4 > COVER_RANGES_MAX)
		return false;
	for (size_t i = 0; i < resolved->line_count; i++) {
		if (line_meets_rule(resolver, &resolved->lines[i], rule))
			return false;
	}
	return true;
}

static void uncovered_tell(struct resolver *resolver, size_t index, const char *name)
{
	diag_second(word_diag(resolver->diags, DIAG_NOTE, "origin-uncovered",
			      &resolver->policy->rows[index].name,
			      "no line of tcpoport.ini takes connections of rule '%s': the system "
			      "chooses their origin ports",
			      name),
		    (struct place){.file = resolver->resolved->settings.origin_file},
		    "the lines are here");
}

static int lint_uncovered(struct resolver *resolver)
{
	const struct resolved *resolved = resolver->resolved;
	struct lint_tally tally = {.told = 0};
	char *names;

	for (size_t i = 0; i < resolved->rule_count && resolved->line_count; i++) {
		const struct rule *rule = &resolved->rules[i];

		if (is_uncovered(resolver, rule) && lint_tally_add(&tally, i, rule->name))
			uncovered_tell(resolver, i, rule->name);
	}
	if (!tally.rest.count)
		return 0;
	names = lint_names_text(&tally.rest, resolver->arena);
	if (!names)
		return -ENOMEM;
	word_diag(resolver->diags, DIAG_NOTE, "origin-uncovered",
		  &resolver->policy->rows[tally.rest_first].name,
		  "no line of tcpoport.ini takes connections of %zu more rules: %s",
		  tally.rest.count, names);
	return 0;
}

int lint_origin(struct resolver *resolver)
{
	const struct resolved *resolved = resolver->resolved;
	struct port_range ephemeral;
	bool ask = !resolver->options->no_host && !host_port_range(&ephemeral);

	for (size_t i = 0; i < resolved->line_count; i++) {
		if (ask)
			lint_ephemeral(resolver, i, ephemeral);
		lint_listening(resolver, i);
		lint_overlap(resolver, i);
		lint_hidden(resolver, i);
		lint_time_wait(resolver, i);
	}
	return lint_uncovered(resolver);
}
