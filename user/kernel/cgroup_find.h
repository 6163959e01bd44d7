/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The control group whose programs are hooked: found, or told why not. Owns how cgroup v2 is
 * reached. Knows no programs.
 */
#ifndef USER_KERNEL_CGROUP_FIND_H
#define USER_KERNEL_CGROUP_FIND_H

#include "kernel/report.h"

/*
 * A descriptor of the group. name is a path from the root of cgroup v2 ("/", "system.slice/x"), or
 * where it is mounted ("/sys/fs/cgroup/system.slice"); NULL: the root. Works where cgroup v2 is
 * mounted anywhere, and, with CAP_SYS_ADMIN, where it is mounted nowhere (`ip netns exec` hides
 * it). -ENOENT, -EPERM and others: said.
 */
int cgroup_find(const char *name, struct report *report, int *ret_fd);

#endif
