/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The control group that connect() and setsockopt() are hooked in: found, or told why not; links to
 * it. Owns how cgroup v2 is reached. Knows no pins.
 */
#ifndef USER_KERNEL_CGROUP_H
#define USER_KERNEL_CGROUP_H

#include <zonegate/connect.h>

#include "kernel/firewall.h"
#include "kernel/report.h"
#include "resolve/resolved.h"

/*
 * A descriptor of the group: name is a path from the root of cgroup v2 ("/", "system.slice/x"), or
 * where it is mounted ("/sys/fs/cgroup/system.slice"); NULL: the root. Works where cgroup v2 is
 * mounted anywhere, and, with CAP_SYS_ADMIN, where it is mounted nowhere (`ip netns exec` hides
 * it). -ENOENT, -EPERM and others: said.
 */
int cgroup_open(const char *name, struct report *report, int *ret_fd);

/* A link that runs a cgroup program for the group's processes, beside those of others. */
int cgroup_link_create(const struct firewall *firewall, enum firewall_program program,
		       int cgroup_fd, struct report *report, int *ret_fd);

/* The network namespace of the calling thread, as programs see it; 0: the kernel does not say. */
uint64_t netns_cookie(void);

/*
 * What connect() needs to know of this host. all_guarded: no NIC but loopback is unguarded. Written
 * in place: ret_connect may be the map's memory.
 */
void connect_fill(const struct address_set *self, uint64_t cookie, bool all_guarded,
		  struct zg_connect *ret_connect);
/* Every NIC of this namespace that is up and has an address, loopback left out, is in the policy.
 */
bool connect_all_guarded(const struct policy_settings *settings);

#endif
