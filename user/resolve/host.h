/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What this host is: the addresses of its NICs, its range of ephemeral ports.
 * Owns the questions to the system. Knows no policy.
 */
#ifndef USER_RESOLVE_HOST_H
#define USER_RESOLVE_HOST_H

#include "policy/service.h"
#include "resolve/address_set.h"

/* Addresses of all NICs but loopback, link-local ones too. 0 or a negative errno. */
int host_addresses(struct arena *arena, struct address_set *ret_addresses);
/* net.ipv4.ip_local_port_range. 0 or a negative errno. */
int host_port_range(struct port_range *ret_range);

#endif
