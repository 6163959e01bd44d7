/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Egress on kernels without tcx: a filter on the clsact qdisc. Owns the filter's place and the
 * question whose the qdisc is. Knows no tables and no pins.
 */
#include "kernel/clsact.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>

#include "kernel/netlink.h"

/* First in line, under a handle that is ours ("zg"): filters behind it see what it lets pass. */
#define PRIORITY 1
#define HANDLE 0x7a67

int clsact_attach(int program, const struct nic *nic, struct zg_nic *record, struct zg_nic *slot,
		  struct report *report)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)nic->ifindex, .attach_point = BPF_TC_EGRESS);
	LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = program, .handle = HANDLE,
		    .priority = PRIORITY);
	int error;

	libbpf_set_print(NULL);
	record->tc = ZG_NIC_CLSACT;
	record->tc_handle = HANDLE;
	record->tc_priority = PRIORITY;
	record->qdisc_ours = 1;
	*slot = *record;
	error = bpf_tc_hook_create(&hook);
	if (error == -EEXIST)
		record->qdisc_ours = 0;
	else if (error) {
		report_fail(report, error, "creating the clsact qdisc of %s", nic->name);
		record->tc = ZG_NIC_TC_NONE;
		return error;
	}
	*slot = *record;
	error = bpf_tc_attach(&hook, &options);
	if (!error)
		return 0;
	report_fail(report, error, "attaching the egress filter (clsact) to %s", nic->name);
	if (error == -EEXIST || error == -EINVAL)
		report_hint(report,
			    "priority %d of 'tc filter show dev %s egress' may be somebody "
			    "else's, or another instance's",
			    PRIORITY, nic->name);
	/* What stands there is not ours: only the qdisc may be taken away again. */
	record->tc_handle = 0;
	return error;
}

int clsact_replace(int program, const struct zg_nic *record, struct report *report)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)record->ifindex,
		    .attach_point = BPF_TC_EGRESS);
	LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = program, .handle = record->tc_handle,
		    .priority = record->tc_priority, .flags = BPF_TC_F_REPLACE);
	int error = bpf_tc_attach(&hook, &options);

	if (error)
		return report_fail(report, error, "replacing the egress program of %s",
				   record->name);
	return 0;
}

static int count_filter(const struct nlmsghdr *message, void *data)
{
	const struct tcmsg *filter = NLMSG_DATA(message);

	/* A chain's head has no handle. */
	if (message->nlmsg_type == RTM_NEWTFILTER && filter->tcm_handle)
		++*(unsigned int *)data;
	return 0;
}

/* Nobody has a filter on either side of the clsact qdisc. */
static bool qdisc_is_empty(uint32_t ifindex)
{
	static const uint32_t sides[] = {TC_H_MIN_INGRESS, TC_H_MIN_EGRESS};
	unsigned int filters = 0;

	for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
		struct {
			struct nlmsghdr header;
			struct tcmsg tc;
		} request = {
			.header = {.nlmsg_len = sizeof(request), .nlmsg_type = RTM_GETTFILTER},
			.tc = {.tcm_family = AF_UNSPEC,
			       .tcm_ifindex = (int)ifindex,
			       .tcm_parent = TC_H_MAKE(TC_H_CLSACT, sides[i])},
		};

		if (netlink_dump(NETLINK_ROUTE, &request.header, count_filter, &filters))
			return false;
	}
	return !filters;
}

int clsact_detach(const struct zg_nic *record, struct report *report)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)record->ifindex,
		    .attach_point = BPF_TC_EGRESS);
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = record->tc_handle,
		    .priority = record->tc_priority);
	int error = 0;

	libbpf_set_print(NULL);
	if (record->tc_handle && clsact_program(record))
		error = bpf_tc_detach(&hook, &options);
	if (error && error != -ENOENT && error != -ENODEV)
		return report_fail(report, error, "detaching the egress filter from %s",
				   record->name);
	if (!record->qdisc_ours || !qdisc_is_empty(record->ifindex))
		return 0;
	hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
	error = bpf_tc_hook_destroy(&hook);
	if (error && error != -ENOENT && error != -ENODEV && error != -EINVAL)
		return report_fail(report, error, "removing the clsact qdisc of %s", record->name);
	return 0;
}

uint32_t clsact_program(const struct zg_nic *record)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)record->ifindex,
		    .attach_point = BPF_TC_EGRESS);
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = record->tc_handle,
		    .priority = record->tc_priority);

	libbpf_set_print(NULL);
	return bpf_tc_query(&hook, &options) ? 0 : options.prog_id;
}

int clsact_detach_program(uint32_t ifindex, uint32_t program_id, struct report *report)
{
	struct zg_nic place = {
		.ifindex = ifindex, .tc_handle = HANDLE, .tc_priority = PRIORITY, .name = "NIC"};

	return clsact_program(&place) == program_id ? clsact_detach(&place, report) : 0;
}
