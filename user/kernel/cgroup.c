/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Programs on a cgroup: setsockopt (ways round the egress filter) and connect (origin ports). Owns
 * these links' pins. Knows no tables.
 */
#include "kernel/cgroup.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/cgroup_find.h"
#include "util/cleanup.h"

static const enum bpf_attach_type attach_types[FIREWALL_PROGRAM_COUNT] = {
	[PROGRAM_SETSOCKOPT] = BPF_CGROUP_SETSOCKOPT,
	[PROGRAM_CONNECT4] = BPF_CGROUP_INET4_CONNECT,
	[PROGRAM_CONNECT6] = BPF_CGROUP_INET6_CONNECT,
};

static void pin_path(const char *folder, int program, char path[PINS_PATH])
{
	snprintf(path, PINS_PATH, "%s/link_%s", folder, firewall_program_names[program] + 3);
}

static int link_detach_pinned(const char *folder, int program, struct report *report)
{
	char path[PINS_PATH];
	AUTO_FD int fd = -1;

	pin_path(folder, program, path);
	fd = bpf_obj_get(path);
	if (fd < 0)
		return errno == ENOENT ? 0
				       : report_fail(report, -errno, "opening the pin %s", path);
	if (bpf_link_detach(fd) && errno != ENOLINK)
		return report_fail(report, -errno, "detaching %s from its cgroup",
				   firewall_program_names[program]);
	if (unlink(path))
		return report_fail(report, -errno, "removing the pin %s", path);
	return 0;
}

static int link_create_pinned(const struct firewall *firewall, int program, int cgroup,
			      const char *folder, struct report *report)
{
	char path[PINS_PATH];
	AUTO_FD int fd =
		bpf_link_create(firewall->program[program], cgroup, attach_types[program], NULL);

	if (fd < 0)
		return report_fail(report, -errno, "attaching %s to its cgroup",
				   firewall_program_names[program]);
	pin_path(folder, program, path);
	if (bpf_obj_pin(fd, path) || chmod(path, 0600))
		return report_fail(report, -errno, "pinning %s", path);
	return 0;
}

/* 1: the pinned link is attached to that cgroup; 0: there is none, or elsewhere. */
static int link_is_there(const char *folder, int program, uint64_t cgroup_id)
{
	struct bpf_link_info info = {0};
	__u32 size = sizeof(info);
	char path[PINS_PATH];
	AUTO_FD int fd = -1;

	pin_path(folder, program, path);
	fd = bpf_obj_get(path);
	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size))
		return 0;
	return cgroup_id ? info.cgroup.cgroup_id == cgroup_id : info.cgroup.cgroup_id != 0;
}

static int program_attach(const struct firewall *firewall, int program, int cgroup,
			  const char *folder, struct report *report)
{
	struct stat st;
	int error;

	/* The inode number of a cgroup's folder is its id. */
	if (fstat(cgroup, &st))
		return report_fail(report, -errno, "looking at the cgroup");
	if (link_is_there(folder, program, st.st_ino))
		return 0;
	error = link_detach_pinned(folder, program, report);
	if (error)
		return error;
	return link_create_pinned(firewall, program, cgroup, folder, report);
}

/* Where nothing is to be assigned, a host without cgroup v2 is guarded all the same. */
static int cgroup_open(const struct cgroup_plan *plan, struct report *report, int *ret_fd)
{
	struct report why = {0};
	int error;

	if (plan->assign || plan->path)
		return cgroup_find(plan->path, report, ret_fd);
	error = cgroup_find(NULL, &why, ret_fd);
	if (error)
		report_note(report,
			    "no cgroup v2 (%s): a program may go round the egress filter by "
			    "PACKET_QDISC_BYPASS or AF_XDP, and what it drops gets no error",
			    strerror(-error));
	report_free(&why);
	return 0;
}

int cgroup_attach(const struct firewall *firewall, const struct cgroup_plan *plan,
		  const char *folder, struct report *report)
{
	AUTO_FD int cgroup = -1;
	int error = cgroup_open(plan, report, &cgroup);

	for (int i = PROGRAM_CGROUP_FIRST; i < FIREWALL_PROGRAM_COUNT && !error; i++) {
		if (firewall->program[i] < 0 || cgroup < 0)
			error = link_detach_pinned(folder, i, report);
		else
			error = program_attach(firewall, i, cgroup, folder, report);
	}
	return error;
}

int cgroup_pin_again(const char *from, const char *to, struct report *report)
{
	for (int i = PROGRAM_CGROUP_FIRST; i < FIREWALL_PROGRAM_COUNT; i++) {
		char path[PINS_PATH];
		AUTO_FD int fd = -1;

		pin_path(from, i, path);
		fd = bpf_obj_get(path);
		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0)
			return report_fail(report, -errno, "opening the pin %s", path);
		pin_path(to, i, path);
		if (bpf_obj_pin(fd, path) || chmod(path, 0600))
			return report_fail(report, -errno, "pinning %s", path);
	}
	return 0;
}

int cgroup_update(const struct firewall *firewall, const char *folder, struct report *report)
{
	for (int i = PROGRAM_CGROUP_FIRST; i < FIREWALL_PROGRAM_COUNT; i++) {
		char path[PINS_PATH];
		AUTO_FD int fd = -1;

		if (firewall->program[i] < 0)
			continue;
		pin_path(folder, i, path);
		fd = bpf_obj_get(path);
		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0)
			return report_fail(report, -errno, "opening the pin %s", path);
		if (bpf_link_update(fd, firewall->program[i], NULL) && errno != ENOLINK)
			return report_fail(report, -errno, "replacing the program %s",
					   firewall_program_names[i]);
	}
	return 0;
}

int cgroup_detach(const char *folder, struct report *report)
{
	int error = 0;

	for (int i = PROGRAM_CGROUP_FIRST; i < FIREWALL_PROGRAM_COUNT; i++) {
		int one = link_detach_pinned(folder, i, report);

		if (one && !error)
			error = one;
	}
	return error;
}

uint32_t cgroup_attached(const char *folder)
{
	uint32_t bits = 0;

	for (int i = PROGRAM_CGROUP_FIRST; i < FIREWALL_PROGRAM_COUNT; i++)
		if (link_is_there(folder, i, 0))
			bits |= 1u << i;
	return bits;
}
