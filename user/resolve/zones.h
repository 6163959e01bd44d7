/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the zones of a policy hold: members to addresses, set algebra, lists, names.
 * Owns the evaluation. Knows no rules.
 */
#ifndef USER_RESOLVE_ZONES_H
#define USER_RESOLVE_ZONES_H

#include "policy/policy.h"
#include "resolve/load.h"
#include "resolve/names.h"

enum zone_state {
	ZONE_NEW,
	ZONE_BUSY, /* being evaluated: met again, it is a cycle */
	ZONE_DONE,
};

/* What the evaluation keeps of a zone beside its addresses. */
struct zone_work {
	enum zone_state state;
	bool built_on_any; /* `any` is among its plain members, perhaps through another zone */
	bool doubtful;	   /* an error or an unresolved name is behind it: emptiness says nothing */
	int within;	   /* BUSY: the zone that asked, -1: none */
};

struct resolver {
	const struct policy *policy;
	const struct load_options *options;
	struct name_cache *names;
	int64_t now_ms;
	struct arena *arena;
	struct diags *diags;
	struct resolved *resolved;
	struct zone_work *work; /* a zone each */
	bool *component;	/* a zone each */
	int host_zone;		/* the implied zone `host`, -1: nobody names it */
};

/* Fills resolved->zones. 0 or -ENOMEM; what is wrong goes to diags. */
int zones_resolve(struct resolver *resolver);

/* Adds what a name means now; *ret_entry: NULL when names are not asked (no_dns). -ENOMEM. */
int name_resolve(struct resolver *resolver, const char *name, struct address_set_builder *builder,
		 const struct name_entry **ret_entry);

/* A `file:` list into the builder; '!' inside takes away from the list alone. zone: whose member it
 * is. 0 or -ENOMEM. */
int list_resolve(struct resolver *resolver, int zone, const struct member *member,
		 struct address_set_builder *builder);

/* One member but `file:`, regardless of its '!'. 0 or -ENOMEM. */
int member_resolve(struct resolver *resolver, int zone, const struct member *member,
		   struct address_set_builder *builder);

#endif
