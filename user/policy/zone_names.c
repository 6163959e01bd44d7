/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which zone a text means: its own name first, then what the vendor's tables call it.
 * Owns the list of the vendor's names. Knows nothing of what zones hold.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "policy/policy.h"

/* In lower case, without remarks: "Edge (FTP server)" is "edge". */
static const struct alias {
	const char *vendor, *zone;
} aliases[] = {
	{"edge virtual ip", "edge-vip"}, {"administration tool server", "edge"},
	{"server", "servers"},		 {"mail server", "mail"},
	{"snmp masters", "snmp"},
};

static int find_any_case(const struct policy *policy, const char *name)
{
	int exact = strmap_get(&policy->zone_index, name);

	for (size_t i = 0; exact < 0 && i < policy->zone_count; i++) {
		if (!strcasecmp(policy->zones[i].name.text, name))
			exact = (int)i;
	}
	return exact;
}

int policy_zone_find(const struct policy *policy, const char *text, struct arena *arena,
		     int *ret_zone)
{
	int zone = strmap_get(&policy->zone_index, text);
	char *folded;

	if (zone < 0) {
		folded = text_fold(text, true, arena);
		if (!folded)
			return -ENOMEM;
		zone = find_any_case(policy, folded);
		for (size_t i = 0; zone < 0 && i < sizeof(aliases) / sizeof(*aliases); i++) {
			if (!strcmp(aliases[i].vendor, folded))
				zone = find_any_case(policy, aliases[i].zone);
		}
	}
	*ret_zone = zone;
	return 0;
}

void policy_zone_hint(const struct policy *policy, const char *text, struct diag *diag)
{
	const char *nearest = NULL;

	/* One at a time: the winner so far is a candidate again, so no list is needed. */
	for (size_t i = 0; i < policy->zone_count; i++) {
		const char *pair[] = {nearest, policy->zones[i].name.text};

		nearest = diag_did_you_mean(text, pair, 2);
	}
	if (nearest)
		diag_hint(diag, "did you mean '%s'?", nearest);
	else
		diag_hint(diag, "define it in [zones]: %s = ...", text);
}
