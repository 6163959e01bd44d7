/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is in force, as plain records: policy, NICs, flows, the way back. Owns the records. Prints
 * nothing.
 */
#ifndef USER_OBSERVE_STATUS_H
#define USER_OBSERVE_STATUS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/names.h>

#include "kernel/firewall.h"
#include "kernel/pins.h"
#include "kernel/report.h"

struct status_policy {
	uint32_t generation;
	char hash[65];	    /* hexadecimal */
	uint64_t applied_s; /* CLOCK_REALTIME */
	const char *config; /* into the firewall's memory */
	uint32_t rules, lines;
	uint32_t flags; /* ZG_F_* */
};

enum status_nic_state {
	STATUS_NIC_GUARDED,
	STATUS_NIC_GONE,     /* the device is not there any more, or is another one */
	STATUS_NIC_HOOK_LOST /* the device is there, one of its hooks is not */
};

struct status_nic {
	char name[IF_NAMESIZE];
	uint32_t ifindex;
	uint8_t xdp; /* enum zg_nic_xdp */
	uint8_t tc;  /* enum zg_nic_tc */
	uint32_t xdp_link_id, tc_link_id, xdp_program_id, tc_program_id;
	enum status_nic_state state;
};

struct status {
	bool pass_all;		     /* no policy: the way back of an unconfirmed first apply */
	struct status_policy policy; /* the one in force, unless pass_all */
	bool pending;		     /* waits for its confirmation */
	uint64_t pending_left_s;
	bool pending_pass_all;	       /* the way back is no policy at all */
	struct status_policy fallback; /* pending: the one that comes back */
	bool way_back_taken;	       /* it was not confirmed in time: policy is the one before */
	bool other_namespace; /* the NICs are in another network namespace than the asker */
	bool other_build;     /* the loaded programs are not those of this zonegate */
	bool interrupted;     /* a command was cut off: apply or stop clears it away */
	uint64_t loaded_s;
	uint32_t cgroup_programs; /* bit n: enum firewall_program n is attached */
	struct status_nic nics[ZG_NICS_MAX];
	size_t nic_count;
	size_t flows_used, flows_max;
	uint64_t table_bytes;
};

/* firewall stays open as long as the records are used. Negative errno, said in report. */
int status_read(const struct firewall *firewall, const struct pins *pins, struct report *report,
		struct status *ret_status);

#endif
