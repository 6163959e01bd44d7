/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The project's targets for speed as a table: which figure over which, and the limit. Says what was
 * reached. Measures nothing; a figure that was not measured is said, and is not met.
 */
#include <string.h>

#include "report.h"

enum basis {
	OVER_BARE,  /* over the bare program measured beside it */
	OVER_OTHER, /* over another figure */
	VALUE,	    /* as it is, in its unit */
};

struct target {
	const char *text;
	enum basis basis;
	const char *figure, *other;
	bool at_least; /* else at most */
	double limit;
};

static const struct target targets[] = {
	{"whole program, fixed IPv4 packet, over bare", OVER_BARE, "in4.accept.fixed", NULL, false,
	 2.0},
	{"whole program, fixed IPv6 packet, over bare", OVER_BARE, "in6.accept.fixed", NULL, false,
	 2.6},
	{"10,000 rules over 1, traffic to all of them", OVER_OTHER, "rules.10000", "rules.1", false,
	 1.05},
	{"10,000 rules over 1, the same traffic", OVER_OTHER, "rules.10000.same", "rules.1.same",
	 false, 1.05},
	{"1,000 prefixes over 16", OVER_OTHER, "prefixes4.1000", "prefixes4.16", false, 1.05},
	{"100,000 prefixes over 16", OVER_OTHER, "prefixes4.100000", "prefixes4.16", false, 2.5},
	{"1,000,000 prefixes over 16", OVER_OTHER, "prefixes4.1000000", "prefixes4.16", false, 4},
	{"two kernel LPM lookups over zonegate, 16", OVER_OTHER, "lpm.16", "prefixes4.16", true,
	 3.5},
	{"two kernel LPM lookups over zonegate, 1,000", OVER_OTHER, "lpm.1000", "prefixes4.1000",
	 true, 9},
	{"two kernel LPM lookups over zonegate, 100,000", OVER_OTHER, "lpm.100000",
	 "prefixes4.100000", true, 14},
	{"two kernel LPM lookups over zonegate, 1,000,000", OVER_OTHER, "lpm.1000000",
	 "prefixes4.1000000", true, 38},
	{"xdp-filter, 1,000 ports and addresses, over zonegate", OVER_OTHER, "xdpfilter",
	 "prefixes4.1000", true, 2.3},
	{"nftables netdev, set of 1,000, over zonegate, dropping", OVER_OTHER, "drop.nft.set1000",
	 "drop.zonegate", true, 10},
	{"nftables input with conntrack over zonegate, dropping", OVER_OTHER, "drop.nft.conntrack",
	 "drop.zonegate", true, 16},
	{"nftables linear, 1,000 rules, over zonegate, dropping", OVER_OTHER, "drop.nft.linear1000",
	 "drop.zonegate", true, 400},
	{"forwarded packet, with the filter over without", OVER_OTHER, "forward.zonegate",
	 "forward.none", false, 1.04},
	{"delivered packet, with the filter over without", OVER_OTHER, "deliver.zonegate",
	 "deliver.none", false, 1.04},
	{"egress reply over ingress accept, IPv4", OVER_OTHER, "eg4.reply", "in4.accept", false,
	 1.3},
	{"egress reply over ingress accept, IPv6", OVER_OTHER, "eg6.reply", "in6.accept", false,
	 1.3},
	{"1,000,000 prefixes, 10,000 rules: text to in force, s", VALUE, "apply.large.total", NULL,
	 false, 2},
	{"1,000,000 prefixes, 10,000 rules: maps, MiB", VALUE, "apply.large.maps", NULL, false,
	 256},
	{"1,000,000 prefixes, 10,000 rules: compiler, MiB", VALUE, "apply.large.peak", NULL, false,
	 1024},
	{"100,000 prefixes, 10,000 rules: compile, s", VALUE, "apply.medium.compile", NULL, false,
	 0.3},
	{"the flip of a reload, us", VALUE, "apply.large.flip", NULL, false, 1000},
};

static struct spread reached(const struct figures *figures, const struct target *target, bool net)
{
	const struct figure *figure = figure_find(figures, target->figure);
	const struct figure *other = target->other ? figure_find(figures, target->other) : NULL;

	if (target->basis == OVER_BARE)
		return figure_over_base(figures, figure, net);
	if (target->basis == OVER_OTHER)
		return figure_ratio(figures, figure, other, net);
	return figure_spread(figure);
}

static bool is_measured(const struct figures *figures, const struct target *target)
{
	const struct figure *figure = figure_find(figures, target->figure);
	const struct figure *other = target->other ? figure_find(figures, target->other) : figure;

	return figure && other && figure->samples && other->samples;
}

int targets_write(const struct figures *figures, FILE *out)
{
	int missed = 0;

	fprintf(out,
		"targets: whole programs, the writing of random headers included, as the peers'\n"
		"figures were taken; 'net' is the same ratio without it\n");
	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++) {
		const struct target *target = &targets[i];
		const char *bound = target->at_least ? "at least" : "at most";
		struct spread spread;
		bool met;

		if (!is_measured(figures, target)) {
			fprintf(out, "  %-9s %-56s %s %g\n", "unknown", target->text, bound,
				target->limit);
			continue;
		}
		spread = reached(figures, target, false);
		met = target->at_least ? spread.median >= target->limit
				       : spread.median <= target->limit;
		missed += !met;
		fprintf(out, "  %-9s %-56s %s %g: %.3g (%.3g-%.3g)", met ? "met" : "MISSED",
			target->text, bound, target->limit, spread.median, spread.low, spread.high);
		if (target->basis == OVER_OTHER &&
		    figure_find(figures, target->figure)->rewriter[0])
			fprintf(out, ", net %.3g", reached(figures, target, true).median);
		fputc('\n', out);
	}
	return missed;
}
