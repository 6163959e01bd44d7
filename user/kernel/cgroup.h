/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Programs on a cgroup: setsockopt (ways round the egress filter) and connect (origin ports). Owns
 * these links' pins. Knows no tables.
 */
#ifndef USER_KERNEL_CGROUP_H
#define USER_KERNEL_CGROUP_H

#include <stdbool.h>

#include "kernel/firewall.h"
#include "kernel/report.h"

/* Hooks of a policy: where, and whether it can do without. The programs are hooked under every
 * policy: connect() is told at once what egress would drop. */
struct cgroup_plan {
	const char *path; /* NULL: the root of cgroup v2 */
	bool assign;	  /* origin ports are assigned: a host without cgroup v2 is refused */
};

/*
 * Brings the links pinned in folder to the plan: attaches and pins what is missing, moves what is
 * on another cgroup, detaches what is not wanted, and lets all run firewall's programs. Without
 * cgroup v2: a note, or an error where the plan cannot do without it.
 */
int cgroup_attach(const struct firewall *firewall, const struct cgroup_plan *plan,
		  const char *folder, struct report *report);
/* Pins the same links in a second folder. */
int cgroup_pin_again(const char *from, const char *to, struct report *report);
/* Lets the pinned links run the programs of firewall. */
int cgroup_update(const struct firewall *firewall, const char *folder, struct report *report);
int cgroup_detach(const char *folder, struct report *report);
/* Bit n: the link of enum firewall_program n is pinned and attached. */
uint32_t cgroup_attached(const char *folder);

#endif
