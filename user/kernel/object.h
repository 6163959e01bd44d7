/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The BPF object that is built into this program: sized, loaded, handed over as a firewall. Owns
 * libbpf's object while it loads; alone in knowing the skeleton. Knows no pins and no NICs.
 */
#ifndef USER_KERNEL_OBJECT_H
#define USER_KERNEL_OBJECT_H

#include "kernel/firewall.h"

struct object_sizes {
	struct table_sizes tables; /* of one half */
	uint32_t rule_slots;
	uint32_t flows;
};

/* Which programs these are: a hash of the object's bytes, never 0. */
uint64_t object_build(void);

/*
 * Loads and maps memory. State maps (flows, counters, names, records) of predecessor, where it has
 * them in the wanted size, are shared with it: the new object goes on with them. NULL: all anew.
 */
int object_load(const struct object_sizes *sizes, const struct firewall *predecessor,
		struct report *report, struct firewall *ret_firewall);

#endif
