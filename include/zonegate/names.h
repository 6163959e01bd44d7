/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a loaded object says about itself: whose slots are whose, which file is in force, which NICs
 * are guarded and how. Written and read by user space alone; in maps, so that it lives and dies
 * with the object. Owns layout only.
 */
#ifndef ZONEGATE_NAMES_H
#define ZONEGATE_NAMES_H

#include "state.h"
#include "tables.h"

#define ZG_NAME_SIZE 128 /* longer names are cut for display; identity tells them apart */
#define ZG_TABLE_SIZE 32
#define ZG_PATH_SIZE 256
#define ZG_IFNAME_SIZE 16
#define ZG_NICS_MAX 64
#define ZG_LINE_SLOTS (2 * ZG_LINES_MAX) /* lines of two halves, and some that are gone */

/* As user/resolve's enum role, for rules that are here. */
enum zg_name_role {
	ZG_NAME_ACCEPT = 1,
	ZG_NAME_OPEN = 2,
	ZG_NAME_BOTH = 3,
};

/* Map rule_names, index: rule slot. identity 0: the slot is free. */
struct zg_rule_name {
	__u64 identity;			/* hash of name and table */
	struct zg_rule_counter carried; /* counted by objects before this one */
	__u32 file_line[ZG_HALVES];	/* in the table's file, by half */
	__u8 role[ZG_HALVES];		/* enum zg_name_role, by half */
	__u8 halves;			/* bit h: the policy of half h has the rule */
	__u8 pad[5];
	char name[ZG_NAME_SIZE];
	char table[ZG_TABLE_SIZE];
};
ZG_ASSERT_SIZE(struct zg_rule_name, 224);

/* Map line_names, index: line slot. identity 0: the slot is free. */
struct zg_line_name {
	__u64 identity;		    /* hash of text, and of how many equal lines stand before it */
	__u32 file_line[ZG_HALVES]; /* in tcpoport.ini, by half */
	__u16 first[ZG_HALVES];	    /* origin ports, by half; 0: any */
	__u16 last[ZG_HALVES];
	__u8 halves;
	__u8 pad[7];
	char text[ZG_NAME_SIZE];
};
ZG_ASSERT_SIZE(struct zg_line_name, 160);

enum zg_nic_xdp {
	ZG_NIC_XDP_NONE,
	ZG_NIC_XDP_NATIVE,
	ZG_NIC_XDP_GENERIC,
};

enum zg_nic_tc {
	ZG_NIC_TC_NONE,
	ZG_NIC_TCX,
	ZG_NIC_CLSACT,
};

/* Map nics: the guarded NICs. name empty: unused. Written before a hook is attached and cleared
 * after it is gone, so that what a killed command left can be found. */
struct zg_nic {
	char name[ZG_IFNAME_SIZE];
	__u32 ifindex;
	__u32 tc_handle, tc_priority; /* clsact */
	__u8 xdp;		      /* enum zg_nic_xdp */
	__u8 tc;		      /* enum zg_nic_tc */
	__u8 qdisc_ours;	      /* clsact: the qdisc was not there before */
	__u8 pad;
};
ZG_ASSERT_SIZE(struct zg_nic, 32);

/* Map about, one. */
struct zg_about {
	__u64 netns_cookie; /* the network namespace of the NICs */
	__u64 loaded_s;	    /* CLOCK_REALTIME */
	__u32 cgroup_hooks; /* attached */
	__u32 pad;
	struct {
		__u64 applied_s; /* CLOCK_REALTIME; 0: this half was never written */
		__u32 rules, lines;
		__u32 node_count, leaf_count, pair_count, comb_count, class_count; /* in use */
		__u32 pad;
		char config[ZG_PATH_SIZE];
	} policy[ZG_HALVES];
};

#endif
