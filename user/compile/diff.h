/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a change of policy means: which traffic is newly permitted, and which no longer. Computed on
 * the classes of both policies, so nothing is left out. Knows images, no text.
 */
#ifndef USER_COMPILE_DIFF_H
#define USER_COMPILE_DIFF_H

#include "compile/image.h"

enum diff_change {
	DIFF_PERMITTED, /* newly */
	DIFF_REFUSED,	/* no longer */
	DIFF_CHANGES,
};

enum diff_domain { /* of a span: what first and last count */
		   DIFF_TCP,
		   DIFF_UDP,
		   DIFF_PROTOCOL, /* IP protocols without ports, by number */
		   DIFF_ICMP,	  /* types */
		   DIFF_ICMP6,
};

struct diff_span { /* both included */
	enum diff_domain domain;
	uint16_t first, last;
};

/* All that changes under one rule, told by one pair of addresses (the witness). */
struct policy_diff_entry {
	enum diff_change change;
	enum zg_role role; /* ZG_ACCEPT, ZG_OPEN */
	int rule; /* that permits it: of the new policy (newly), of the old one (no longer);
		     -1: none, [policy] ingress or egress = pass */
	bool six;
	struct addr6 remote_first, remote_last; /* the witness is the first; IPv4: low */
	struct addr6 local;
	const char *remote_zone, *local_zone; /* hold the witness: the rule's; NULL: not known */
	bool by_interface;		      /* the witness's traffic changes on some NICs only: */
	const char *interface;	 /* on this one, NULL: on those that no zone is bound to */
	struct diff_span *spans; /* protocols and ports of the witness that change */
	size_t span_count;
	size_t pairs; /* of remote and local classes, a NIC at a time, where it changes */
};

struct policy_diff {
	struct policy_diff_entry *entries; /* newly permitted first, then by role and rule */
	size_t count;
	struct arena arena;
};

/*
 * Both images must be image_build()'s of these policies. Settings, rates and origin ports are not
 * compared: whom the host talks to, not from which port. 0; -ENOMEM; -E2BIG as image_build().
 */
int policy_diff(const struct resolved *old_policy, const struct image *old_image,
		const struct resolved *new_policy, const struct image *new_image,
		struct policy_diff *ret_diff);
void policy_diff_free(struct policy_diff *diff);

#endif
