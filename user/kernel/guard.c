/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The two hooks of one NIC: XDP for what comes in, tc for what goes out. Owns the links'
 * descriptors and the order in which they come and go. Knows no tables.
 */
#include "kernel/guard.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/clsact.h"
#include "util/cleanup.h"

/* Not in every kernel's headers, and passed on by libbpf as it is. */
#define ATTACH_TCX_EGRESS 47

void guard_init(struct guard *guard)
{
	memset(guard, 0, sizeof(*guard));
	guard->xdp_link = -1;
	guard->tc_link = -1;
}

void guard_close(struct guard *guard)
{
	if (guard->xdp_link >= 0)
		close(guard->xdp_link);
	if (guard->tc_link >= 0)
		close(guard->tc_link);
	guard_init(guard);
}

static void program_name(uint32_t id, char name[BPF_OBJ_NAME_LEN])
{
	struct bpf_prog_info info = {0};
	__u32 size = sizeof(info);
	AUTO_FD int fd = bpf_prog_get_fd_by_id(id);

	snprintf(name, BPF_OBJ_NAME_LEN, "?");
	if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size))
		snprintf(name, BPF_OBJ_NAME_LEN, "%s", info.name);
}

int guard_check_free(const struct nic *nic, struct report *report)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	char name[BPF_OBJ_NAME_LEN];
	uint32_t id;

	if (bpf_xdp_query((int)nic->ifindex, 0, &query))
		return report_fail(report, -errno, "asking which XDP program %s has", nic->name);
	id = query.drv_prog_id	 ? query.drv_prog_id
	     : query.skb_prog_id ? query.skb_prog_id
	     : query.hw_prog_id	 ? query.hw_prog_id
				 : query.prog_id;
	if (!id)
		return 0;
	program_name(id, name);
	report_refuse(report, -EEXIST, "%s has an XDP program already: '%s', id %u; left as it is",
		      nic->name, name, id);
	if (!strcmp(name, firewall_program_names[PROGRAM_INGRESS]))
		report_hint(report, "it looks like another instance of zonegate: stop that one "
				    "('bpftool link' shows it)");
	else
		report_hint(report,
			    "see 'bpftool net show dev %s'; remove it, or leave %s out of "
			    "[host] interfaces",
			    nic->name, nic->name);
	return -EEXIST;
}

/* ---- XDP ---- */

static int xdp_link_create(int program, uint32_t ifindex, uint32_t flags)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = flags);
	int fd = bpf_link_create(program, (int)ifindex, BPF_XDP, &options);

	return fd < 0 ? -errno : fd;
}

static int xdp_attach(const struct firewall *firewall, const struct nic *nic, enum xdp_mode mode,
		      struct report *report, struct guard *guard)
{
	int program = firewall->program[PROGRAM_INGRESS], native = 0, fd = -1;

	if (mode != XDP_MODE_GENERIC) {
		fd = native = xdp_link_create(program, nic->ifindex, XDP_FLAGS_DRV_MODE);
		guard->record.xdp = ZG_NIC_XDP_NATIVE;
	}
	/* No driver support is no failure in mode auto; a NIC taken by somebody else is. */
	if (fd < 0 && mode != XDP_MODE_NATIVE && native != -EBUSY && native != -EEXIST) {
		fd = xdp_link_create(program, nic->ifindex, XDP_FLAGS_SKB_MODE);
		guard->record.xdp = ZG_NIC_XDP_GENERIC;
		if (fd >= 0 && native)
			report_note(report,
				    "%s: the driver takes no native XDP here (%s): generic XDP is "
				    "used, which is slower",
				    nic->name, strerror(-native));
	}
	if (fd < 0) {
		guard->record.xdp = ZG_NIC_XDP_NONE;
		report_fail(report, fd, "attaching XDP to %s", nic->name);
		if (mode == XDP_MODE_NATIVE)
			report_hint(report, "xdp_mode = auto falls back to generic XDP where the "
					    "driver has no native one, or the MTU is too large");
		return fd;
	}
	guard->xdp_link = fd;
	guard->xdp_ifindex = nic->ifindex;
	return 0;
}

/* ---- tc ---- */

static bool tcx_is_wanted(void)
{
	const char *force = getenv("ZONEGATE_TC");

	return !force || strcmp(force, "clsact");
}

static int tc_attach(const struct firewall *firewall, const struct nic *nic, struct zg_nic *slot,
		     struct report *report, struct guard *guard)
{
	int fd = -EINVAL;

	if (tcx_is_wanted()) {
		fd = bpf_link_create(firewall->program[PROGRAM_EGRESS], (int)nic->ifindex,
				     ATTACH_TCX_EGRESS, NULL);
		if (fd < 0)
			fd = -errno;
	}
	if (fd >= 0) {
		guard->tc_link = fd;
		guard->tc_ifindex = nic->ifindex;
		guard->record.tc = ZG_NIC_TCX;
		return 0;
	}
	/* Kernels before 6.6 do not know tcx, and say so by EINVAL. */
	if (fd != -EINVAL && fd != -EOPNOTSUPP)
		return report_fail(report, fd, "attaching the egress filter (tcx) to %s",
				   nic->name);
	guard->record.tc = ZG_NIC_CLSACT;
	return clsact_attach(firewall->program[PROGRAM_EGRESS], nic, &guard->record, slot, report);
}

int guard_attach(const struct firewall *firewall, const struct nic *nic, enum xdp_mode mode,
		 struct zg_nic *slot, struct report *report, struct guard *ret_guard)
{
	struct guard guard;
	int error;

	guard_init(&guard);
	memcpy(guard.record.name, nic->name, sizeof(guard.record.name));
	guard.record.ifindex = nic->ifindex;
	*slot = guard.record;
	/* Egress first: flows of what this host opens are there before ingress asks for them. */
	error = tc_attach(firewall, nic, slot, report, &guard);
	if (!error)
		error = xdp_attach(firewall, nic, mode, report, &guard);
	if (error) {
		guard_detach(&guard, report);
		guard_close(&guard);
		memset(slot, 0, sizeof(*slot));
		return error;
	}
	*slot = guard.record;
	*ret_guard = guard;
	return 0;
}

/* ---- pins ---- */

static int link_pin(int fd, const char *kind, const char *nic, const char *folder,
		    struct report *report)
{
	char name[PINS_NAME], path[PINS_PATH];
	int error;

	if (fd < 0)
		return 0;
	pins_link_name(kind, nic, name);
	error = pins_path(folder, name, path);
	if (!error && bpf_obj_pin(fd, path))
		error = -errno;
	if (!error && chmod(path, 0600))
		error = -errno;
	return error ? report_fail(report, error, "pinning %s/%s", folder, name) : 0;
}

int guard_pin(const struct guard *guard, const char *folder, struct report *report)
{
	int error = link_pin(guard->xdp_link, "xdp", guard->record.name, folder, report);

	if (error)
		return error;
	return link_pin(guard->tc_link, "tc", guard->record.name, folder, report);
}

static void link_unpin(const char *kind, const char *nic, const char *folder)
{
	char name[PINS_NAME], path[PINS_PATH];

	pins_link_name(kind, nic, name);
	if (!pins_path(folder, name, path))
		unlink(path);
}

void guard_unpin(const struct zg_nic *record, const char *folder)
{
	link_unpin("xdp", record->name, folder);
	link_unpin("tc", record->name, folder);
}

/* -1: there is no such pin; else a descriptor, or a negative errno below -1. */
static int link_open(const char *kind, const char *nic, const char *folder, struct report *report,
		     int *ret_fd)
{
	char name[PINS_NAME], path[PINS_PATH];
	int fd;

	pins_link_name(kind, nic, name);
	fd = pins_path(folder, name, path);
	if (!fd) {
		fd = bpf_obj_get(path);
		if (fd < 0)
			fd = -errno;
	}
	if (fd == -ENOENT) {
		*ret_fd = -1;
		return 0;
	}
	if (fd < 0)
		return report_fail(report, fd, "opening the pin %s/%s", folder, name);
	*ret_fd = fd;
	return 0;
}

static int link_info_read(int fd, struct bpf_link_info *info, struct report *report)
{
	__u32 size = sizeof(*info);

	memset(info, 0, sizeof(*info));
	if (bpf_obj_get_info_by_fd(fd, info, &size))
		return report_fail(report, -errno, "reading a link");
	return 0;
}

/* struct tcx in bpf_link_info, newer than our headers: ifindex comes first, as for XDP. */
static uint32_t link_ifindex(const struct bpf_link_info *info)
{
	return info->xdp.ifindex;
}

static int tc_state_read(struct guard *guard, struct report *report)
{
	struct bpf_link_info info;
	int error;

	if (guard->record.tc == ZG_NIC_CLSACT) {
		guard->tc_program_id = clsact_program(&guard->record);
		guard->tc_ifindex = guard->tc_program_id ? guard->record.ifindex : 0;
		return 0;
	}
	if (guard->tc_link < 0)
		return 0;
	error = link_info_read(guard->tc_link, &info, report);
	if (error)
		return error;
	guard->tc_ifindex = link_ifindex(&info);
	guard->tc_link_id = info.id;
	guard->tc_program_id = guard->tc_ifindex ? info.prog_id : 0;
	return 0;
}

int guard_open(const struct zg_nic *record, const char *folder, struct report *report,
	       struct guard *ret_guard)
{
	struct bpf_link_info info;
	struct guard guard;
	int error;

	guard_init(&guard);
	guard.record = *record;
	error = link_open("xdp", record->name, folder, report, &guard.xdp_link);
	if (!error)
		error = link_open("tc", record->name, folder, report, &guard.tc_link);
	if (!error && guard.xdp_link >= 0) {
		error = link_info_read(guard.xdp_link, &info, report);
		guard.xdp_ifindex = link_ifindex(&info);
		guard.xdp_link_id = info.id;
		guard.xdp_program_id = guard.xdp_ifindex ? info.prog_id : 0;
	}
	if (!error)
		error = tc_state_read(&guard, report);
	if (error) {
		guard_close(&guard);
		return error;
	}
	*ret_guard = guard;
	return 0;
}

bool guard_is_whole(const struct guard *guard)
{
	return guard->xdp_program_id && guard->tc_program_id &&
	       guard->xdp_ifindex == guard->record.ifindex &&
	       guard->tc_ifindex == guard->record.ifindex;
}

int guard_complete(struct guard *guard, const struct firewall *firewall, const struct nic *nic,
		   enum xdp_mode mode, struct zg_nic *slot, const char *folder,
		   struct report *report)
{
	int error = 0;

	if (!guard->tc_program_id) {
		if (guard->tc_link >= 0)
			close(guard->tc_link);
		guard->tc_link = -1;
		link_unpin("tc", guard->record.name, folder);
		error = tc_attach(firewall, nic, slot, report, guard);
		if (!error)
			error = link_pin(guard->tc_link, "tc", guard->record.name, folder, report);
	}
	if (!error && !guard->xdp_program_id) {
		if (guard->xdp_link >= 0)
			close(guard->xdp_link);
		guard->xdp_link = -1;
		link_unpin("xdp", guard->record.name, folder);
		error = guard_check_free(nic, report);
		if (!error)
			error = xdp_attach(firewall, nic, mode, report, guard);
		if (!error)
			error = link_pin(guard->xdp_link, "xdp", guard->record.name, folder,
					 report);
	}
	*slot = guard->record;
	return error;
}

/* ---- change and end ---- */

static int link_run(int fd, int program, const char *what, const char *nic, struct report *report)
{
	if (fd < 0)
		return 0;
	/* ENOLINK: the device is gone; there is nothing to guard and nothing to fail. */
	if (bpf_link_update(fd, program, NULL) && errno != ENOLINK)
		return report_fail(report, -errno, "replacing the %s program of %s", what, nic);
	return 0;
}

int guard_update(struct guard *guard, const struct firewall *firewall, struct report *report)
{
	const char *nic = guard->record.name;
	int error =
		link_run(guard->xdp_link, firewall->program[PROGRAM_INGRESS], "XDP", nic, report);

	if (error)
		return error;
	if (guard->record.tc == ZG_NIC_CLSACT)
		return guard->tc_ifindex ? clsact_replace(firewall->program[PROGRAM_EGRESS],
							  &guard->record, report)
					 : 0;
	return link_run(guard->tc_link, firewall->program[PROGRAM_EGRESS], "tcx", nic, report);
}

/* At once, not when the last reference to the link goes. */
static int link_detach(int fd, const char *what, const char *nic, struct report *report)
{
	if (fd < 0)
		return 0;
	if (bpf_link_detach(fd) && errno != ENOLINK && errno != ENODEV)
		return report_fail(report, -errno, "detaching %s from %s", what, nic);
	return 0;
}

int guard_detach(struct guard *guard, struct report *report)
{
	const char *nic = guard->record.name;
	int error = link_detach(guard->xdp_link, "XDP", nic, report), other;

	if (guard->record.tc == ZG_NIC_CLSACT)
		other = clsact_detach(&guard->record, report);
	else
		other = link_detach(guard->tc_link, "tcx", nic, report);
	return error ? error : other;
}
