// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Names the zones whose rules are repeated in most rows: those that hold many classes of addresses
 * and have many rules. Judges nothing.
 */
#include <stdlib.h>

#include "compile/refusal.h"
#include "util/cleanup.h"

#define MIB (1024.0 * 1024.0)

struct widest { /* the zone that weighs most on one side; name NULL: none */
	const char *name;
	size_t classes, of_classes, rules;
};

static struct widest widest_find(const struct bundles *bundles, const struct party *party,
				 bool remote)
{
	struct widest widest = {.of_classes = party->sets.count};
	AUTO_FREE size_t *rules = calloc(party->zone_count + 1, sizeof(*rules));

	for (size_t b = 0; rules && b < bundles->count; b++) {
		const struct bundle *bundle = &bundles->list[b];

		rules[remote ? bundle->remote : bundle->local] += bundle->rules;
	}
	for (size_t m = 0; rules && m < party->zone_count; m++) {
		size_t classes = 0;

		for (uint32_t class = 0; class < party->sets.count; class ++)
			classes += class_sets_has(&party->sets, class, m);
		if (classes * rules[m] <= widest.classes * widest.rules)
			continue;
		widest.name = bundles->policy->zones[party->zone[m]].name;
		widest.classes = classes;
		widest.rules = rules[m];
	}
	return widest;
}

void cross_refused(const struct party *remote, const struct party *local,
		   const struct bundles *bundles, size_t half_max_bytes, struct diags *diags)
{
	const struct place place = {.file = bundles->policy->config_path};
	struct widest far = widest_find(bundles, remote, true);
	struct widest near = widest_find(bundles, local, false);
	size_t accept = bundles->axis[ZG_ACCEPT]->sets.count;
	size_t open = bundles->axis[ZG_OPEN]->sets.count;
	size_t columns = accept > open ? accept : open, row_max_bytes = columns * sizeof(uint32_t);
	bool by_rows = half_max_bytes - bundles->rows.size_bytes <= row_max_bytes;
	struct diag *diag = diag_add(
		diags, DIAG_ERROR, "memory-limit", place,
		"%s: zones that hold each other put their rules together in too many ways (%zu "
		"classes of remote addresses, %zu of local ones, %zu of ports; given up after %zu "
		"rows, %.0f MiB)",
		by_rows ? "the tables need more memory than [policy] memory allows"
			: "the tables need more memory to be compiled than there is a limit for",
		remote->sets.count, local->sets.count, columns, bundles->rows.count,
		(double)bundles->rows.size_bytes / MIB);

	diag_hint(diag,
		  "most rows repeat the rules of zone '%s' (%zu rules, in %zu of %zu remote "
		  "classes) and of '%s' (%zu rules, in %zu of %zu local ones):\n    narrow these "
		  "zones or give them fewer rules%s",
		  far.name ? far.name : "-", far.rules, far.classes, far.of_classes,
		  near.name ? near.name : "-", near.rules, near.classes, near.of_classes,
		  by_rows ? ", or raise memory in [policy]" : "");
}
