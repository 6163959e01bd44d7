/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What this host is, and so what each row means on it: accept, open, both, or not here.
 * Owns local zones and "who opens the connection". Knows no addresses of packets.
 */
#ifndef USER_RESOLVE_ROLES_H
#define USER_RESOLVE_ROLES_H

#include "resolve/zones.h"

/* Marks local and component zones; makes the implied zone `host`. After zones_resolve(). 0 or
 * -ENOMEM. */
int locals_resolve(struct resolver *resolver);

/* Fills resolved->rules. After locals_resolve(). 0 or -ENOMEM. */
int rules_resolve(struct resolver *resolver);

/* The zone that a row's text means: policy_zone_find(), and `host`. 0 or -ENOMEM. */
int resolver_zone_find(const struct resolver *resolver, const char *text, int *ret_zone);

#endif
