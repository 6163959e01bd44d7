/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the connect() programs are told of this host: its network namespace, its addresses, whether
 * all of its NICs are guarded. Owns the contents of map "connect".
 */
#ifndef USER_KERNEL_CONNECT_H
#define USER_KERNEL_CONNECT_H

#include <zonegate/connect.h>

#include "resolve/resolved.h"

/*
 * self: the host's addresses; cookie: of its network namespace (netns_cookie() of kernel/nic.h).
 * Written in place: ret_connect may be the map's memory.
 */
void connect_fill(const struct address_set *self, uint64_t cookie, bool all_guarded,
		  struct zg_connect *ret_connect);
/* Every NIC of this namespace that is up and has an address, loopback left out, is in the policy.
 */
bool connect_all_guarded(const struct policy_settings *settings);

#endif
