/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The control group whose programs are hooked. Owns how cgroup v2 is reached. Knows no programs.
 */
#include "kernel/cgroup_find.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <mntent.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "util/cleanup.h"

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
		struct statfs system;

		if (strcmp(entry.mnt_type, "cgroup2") || strlen(entry.mnt_dir) >= size)
			continue;
		/* Another mount may lie over it. */
		if (statfs(entry.mnt_dir, &system) || system.f_type != CGROUP2_SUPER_MAGIC)
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

/* A path below the mount point is also taken as it stands, also where the mount is hidden. */
static const char *path_below(const char *name, const char *mount)
{
	const char *const mounts[] = {mount, "/sys/fs/cgroup/unified", "/sys/fs/cgroup"};

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		size_t length = strlen(mounts[i]);

		if (length > 1 && !strncmp(name, mounts[i], length) &&
		    (!name[length] || name[length] == '/')) {
			name += length;
			break;
		}
	}
	while (*name == '/')
		name++;
	return *name ? name : ".";
}

int cgroup_find(const char *name, struct report *report, int *ret_fd)
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
