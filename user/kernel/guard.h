/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The two hooks of one NIC: XDP for what comes in, tc (tcx or clsact) for what goes out. Owns the
 * links' descriptors and the order in which they come and go. Knows no tables.
 */
#ifndef USER_KERNEL_GUARD_H
#define USER_KERNEL_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include <zonegate/names.h>

#include "kernel/firewall.h"
#include "kernel/nic.h"
#include "kernel/report.h"
#include "resolve/resolved.h"

struct guard {
	struct zg_nic record;
	int xdp_link;	      /* -1: none */
	int tc_link;	      /* -1: none, or clsact, which has no link */
	uint32_t xdp_ifindex; /* where the link is now; 0: its device is gone */
	uint32_t tc_ifindex;
	uint32_t xdp_link_id, tc_link_id;
	uint32_t xdp_program_id, tc_program_id; /* what runs there; 0: nothing of ours */
};

void guard_init(struct guard *guard);
void guard_close(struct guard *guard);

/* Refuses (-EEXIST) a NIC that has an XDP program already, and names it. */
int guard_check_free(const struct nic *nic, struct report *report);

/*
 * Attaches both hooks. *slot is the record in map nics: it says what will be attached before it is,
 * so that what a killed command left can be found. A failure leaves nothing attached.
 */
int guard_attach(const struct firewall *firewall, const struct nic *nic, enum xdp_mode mode,
		 struct zg_nic *slot, struct report *report, struct guard *ret_guard);
/* Pins the links, so that they outlive the process. */
int guard_pin(const struct guard *guard, const char *folder, struct report *report);
/* Opens what a record names in a folder. A pin that is not there leaves its link at -1. */
int guard_open(const struct zg_nic *record, const char *folder, struct report *report,
	       struct guard *ret_guard);
/* Is each hook where the record says, running the programs of firewall? */
bool guard_is_whole(const struct guard *guard);
/*
 * Attaches and pins what is missing of a guard whose device is there (guard_is_whole() says no): a
 * hook that is in place stays untouched.
 */
int guard_complete(struct guard *guard, const struct firewall *firewall, const struct nic *nic,
		   enum xdp_mode mode, struct zg_nic *slot, const char *folder,
		   struct report *report);
/* Lets both hooks run the programs of firewall, packet by packet without a gap. */
int guard_update(struct guard *guard, const struct firewall *firewall, struct report *report);
/* Takes both hooks off, and the clsact qdisc when it was ours and is empty. Gone devices: 0. */
int guard_detach(struct guard *guard, struct report *report);
/* Removes the pins of a guard's links. */
void guard_unpin(const struct zg_nic *record, const char *folder);

#endif
