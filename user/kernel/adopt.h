/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The connections that the host has when it is guarded for the first time: taken over as flows, so
 * that nobody is cut off. Owns the decision which become flows.
 */
#ifndef USER_KERNEL_ADOPT_H
#define USER_KERNEL_ADOPT_H

#include <stddef.h>

#include "compile/image.h"
#include "kernel/firewall.h"
#include "kernel/report.h"

struct adoption {
	size_t flows;	 /* entries made */
	size_t accepted; /* connections that an accept rule carries without a flow */
	size_t unruled;	 /* of flows: those that no rule of the policy would permit today */
};

/*
 * Reads the TCP connections of this network namespace (sock_diag), established, closing and
 * half-open, both families, and makes flows of them: under the open rule that permits them, else
 * without a rule. Not of those that an accept rule carries, nor of loopback's. Before the hooks are
 * attached: what opens later makes its own flow. rule_slot as in tables_write().
 */
int adopt_connections(const struct firewall *firewall, const struct image *image,
		      const uint16_t *rule_slot, struct report *report,
		      struct adoption *ret_adoption);

#endif
