/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a NIC is and what it does to packets before a hook sees them. Reads only. Knows no policy
 * and no BPF.
 */
#ifndef USER_KERNEL_NIC_H
#define USER_KERNEL_NIC_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/report.h"

struct nic {
	char name[IF_NAMESIZE];
	uint32_t ifindex;
	uint32_t mtu;
	char kind[IF_NAMESIZE];	       /* "veth", "vlan", "bond", ...; "": a plain device */
	char master[IF_NAMESIZE];      /* the bond or bridge that it is a part of; "": none */
	char master_kind[IF_NAMESIZE]; /* "bond", "bridge", ... */
	uint32_t vlan_children;	       /* VLAN devices on it */
	bool rxvlan;		       /* takes the VLAN tag off before a hook sees it */
	bool lro;		       /* merges packets before a hook sees them */
	bool features_unknown;	       /* the driver does not tell */
};

/* All devices of this network namespace; to be freed with free(). */
int nics_read(struct report *report, struct nic **ret_nics, size_t *ret_count);
const struct nic *nic_find(const struct nic *nics, size_t count, const char *name);
const struct nic *nic_find_index(const struct nic *nics, size_t count, uint32_t ifindex);

/* What is judged must be what is on the wire: refuses a NIC that hides it, and says what to set. */
int nic_check(const struct nic *nic, struct report *report);

/* The network namespace's cookie: a number that no other one of this boot has; 0: unknown. */
uint64_t netns_cookie(void);

#endif
