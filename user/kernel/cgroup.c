/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The control group that connect() and setsockopt() are hooked in, and what connect() is told of
 * this host. Owns how cgroup v2 is reached. Knows no pins.
 */
#include "kernel/cgroup.h"

#include <bpf/bpf.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <limits.h>
#include <linux/mount.h>
#include <mntent.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/cleanup.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

/* Where cgroup v2 is mounted; of several mounts the first. -ENOENT: nowhere. */
static int mount_find(char *ret_path, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent entry;
	char buffer[PATH_MAX + 256];
	int error = -ENOENT;

	if (!mounts)
		return -errno;
	while (error && getmntent_r(mounts, &entry, buffer, sizeof(buffer))) {
		struct stat status;

		if (strcmp(entry.mnt_type, "cgroup2") || strlen(entry.mnt_dir) >= size)
			continue;
		/* Another mount may lie over it. */
		if (stat(entry.mnt_dir, &status) || !S_ISDIR(status.st_mode))
			continue;
		strcpy(ret_path, entry.mnt_dir);
		error = 0;
	}
	endmntent(mounts);
	return error;
}

/* cgroup v2 by a mount of our own that no path leads to: it goes when its descriptor is closed. */
static int mount_detached(void)
{
	AUTO_FD int context = (int)syscall(SYS_fsopen, "cgroup2", FSOPEN_CLOEXEC);
	int root;

	if (context < 0)
		return -errno;
	if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -errno;
	root = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	return root < 0 ? -errno : root;
}

/* The root of cgroup v2; *ret_path is its mount point, "" when it has none. */
static int root_open(struct report *report, char *ret_path, size_t size, int *ret_fd)
{
	int fd = -1;

	*ret_path = '\0';
	if (!mount_find(ret_path, size))
		fd = open(ret_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		*ret_path = '\0';
		fd = mount_detached();
	}
	if (fd < 0) {
		report_refuse(report, fd,
			      "cgroup v2 is mounted nowhere and cannot be mounted here: %s",
			      strerror(-fd));
		report_hint(report, "mount -t cgroup2 none /sys/fs/cgroup/unified, or set "
				    "[origin-ports] mode = enforce, which needs no control group");
		return fd;
	}
	*ret_fd = fd;
	return 0;
}

/* A path below the mount point is also taken as it stands. */
static const char *path_below(const char *name, const char *mount)
{
	size_t length = strlen(mount);

	if (length > 1 && !strncmp(name, mount, length) && (!name[length] || name[length] == '/'))
		name += length;
	while (*name == '/')
		name++;
	return *name ? name : ".";
}

int cgroup_open(const char *name, struct report *report, int *ret_fd)
{
	char mount[PATH_MAX];
	AUTO_FD int root = -1;
	int fd, error = root_open(report, mount, sizeof(mount), &root);

	if (error)
		return error;
	fd = openat(root, path_below(name ? name : "", mount), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		error = report_fail(report, -errno, "opening the control group \"%s\"", name);
		report_hint(report,
			    "[origin-ports] cgroup is a path from the root of cgroup v2%s%s",
			    *mount ? ", which is mounted on " : "", mount);
		return error;
	}
	*ret_fd = fd;
	return 0;
}

static enum bpf_attach_type attach_type(enum firewall_program program)
{
	switch (program) {
	case PROGRAM_CONNECT4:
		return BPF_CGROUP_INET4_CONNECT;
	case PROGRAM_CONNECT6:
		return BPF_CGROUP_INET6_CONNECT;
	default:
		return BPF_CGROUP_SETSOCKOPT;
	}
}

int cgroup_link_create(const struct firewall *firewall, enum firewall_program program,
		       int cgroup_fd, struct report *report, int *ret_fd)
{
	int fd = bpf_link_create(firewall->program[program], cgroup_fd, attach_type(program), NULL);

	if (fd < 0) {
		int error = report_fail(report, -errno, "attaching %s to the control group",
					firewall_program_names[program]);

		/* A program of the old kind, attached above without leave for others, bars links.
		 */
		if (error == -EPERM)
			report_hint(report, "another program may hold the group alone: bpftool "
					    "cgroup tree");
		return error;
	}
	*ret_fd = fd;
	return 0;
}

/* ---- what connect() is told ---- */

uint64_t netns_cookie(void)
{
	AUTO_FD int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size))
		return 0;
	return cookie;
}

/* Ranges of self are addresses in a row: they are told apart again. */
static void fill4(const struct address_set *self, struct zg_connect *connect)
{
	uint32_t count = 0;

	for (size_t i = 0; i < self->count4; i++)
		for (uint64_t a = self->v4[i].first; a <= self->v4[i].last; a++) {
			uint32_t wire = htobe32((uint32_t)a);

			if (count == ZG_CONNECT_ADDRESSES) {
				connect->more = 1;
				goto out;
			}
			memcpy(connect->address4[count++], &wire, sizeof(wire));
		}
out:
	connect->count4 = count;
}

static void fill6(const struct address_set *self, struct zg_connect *connect)
{
	uint32_t count = 0;

	for (size_t i = 0; i < self->count6; i++) {
		struct addr6 address = self->v6[i].first;

		for (;; address.high += !++address.low) {
			if (count == ZG_CONNECT_ADDRESSES) {
				connect->more = 1;
				goto out;
			}
			addr6_to_bytes(address, connect->address6[count++]);
			if (!addr6_compare(address, self->v6[i].last))
				break;
		}
	}
out:
	connect->count6 = count;
}

void connect_fill(const struct address_set *self, uint64_t cookie, bool all_guarded,
		  struct zg_connect *ret_connect)
{
	ret_connect->more = 0;
	fill4(self, ret_connect);
	fill6(self, ret_connect);
	ret_connect->flags = all_guarded ? ZG_CONNECT_REFUSE : 0;
	ret_connect->netns_cookie = cookie;
}

static bool is_guarded(const struct policy_settings *settings, const char *nic)
{
	for (size_t i = 0; i < settings->interfaces; i++)
		if (!strcmp(settings->interface[i], nic))
			return true;
	return false;
}

/* An IPv4 or a global IPv6 address. Ports of bonds and bridges have none: what they carry is seen
 * elsewhere. */
static bool carries_ip(const struct ifaddrs *entry)
{
	const struct sockaddr_in6 *address6 = (const void *)entry->ifa_addr;

	if (!address6 || entry->ifa_flags & IFF_LOOPBACK || !(entry->ifa_flags & IFF_UP))
		return false;
	if (address6->sin6_family == AF_INET)
		return true;
	return address6->sin6_family == AF_INET6 && !IN6_IS_ADDR_LINKLOCAL(&address6->sin6_addr);
}

bool connect_all_guarded(const struct policy_settings *settings)
{
	struct ifaddrs *list, *entry;
	bool all = true;

	if (getifaddrs(&list))
		return false;
	for (entry = list; entry && all; entry = entry->ifa_next)
		all = !carries_ip(entry) || is_guarded(settings, entry->ifa_name);
	freeifaddrs(list);
	return all;
}
