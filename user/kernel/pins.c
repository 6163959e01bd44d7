/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where an instance lives: folders in the BPF file system, and the lock. Owns paths and folders.
 * Knows nothing of maps and programs but their pins' names.
 */
#include "kernel/pins.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "util/cleanup.h"

#define BPFFS_DEFAULT "/sys/fs/bpf"
#define LOCK_FOLDER "/run/zonegate"

static bool is_bpffs(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_type == BPF_FS_MAGIC;
}

/* The number of a process's topmost mount: no two mount namespaces share one. 0: not to be read. */
static long mount_number(const char *mountinfo)
{
	FILE *file = fopen(mountinfo, "re");
	long number = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%ld", &number) != 1)
		number = 0;
	fclose(file);
	return number;
}

/*
 * "ip netns exec" gives its command a mount namespace of its own, with a fresh /sys. What is
 * mounted there goes when the command ends, with every pin in it. Which namespace the first process
 * is in may be hidden (it takes CAP_SYS_PTRACE over it, proc(5)) where its mounts are not.
 */
static bool mounts_are_lasting(void)
{
	struct stat own, first;
	long number;

	if (!stat("/proc/self/ns/mnt", &own) && !stat("/proc/1/ns/mnt", &first))
		return own.st_ino == first.st_ino && own.st_dev == first.st_dev;
	number = mount_number("/proc/self/mountinfo");
	return number && number == mount_number("/proc/1/mountinfo");
}

static int bpffs_mount(const char *path, struct report *report)
{
	if (!mounts_are_lasting()) {
		report_refuse(
			report, -ENOENT,
			"there is no BPF file system at %s, and one mounted here would vanish "
			"with this mount namespace",
			path);
		report_hint(report, "inside 'ip netns exec' pins are out of sight: use 'nsenter "
				    "--net=/run/netns/NAME zonegate ...', or set ZONEGATE_BPFFS "
				    "to a mounted bpffs");
		return -ENOENT;
	}
	if (mount("bpf", path, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700")) {
		int error = -errno;

		report_fail(report, error, "mounting the BPF file system at %s", path);
		if (error == -EPERM || error == -EACCES)
			report_hint(report, "this needs root");
		else if (error == -ENOENT)
			report_hint(report,
				    "the kernel has no bpf(2), or the folder is missing; or "
				    "set ZONEGATE_BPFFS to a mounted bpffs");
		return error;
	}
	return 0;
}

int pins_find(const char *instance, bool mount_if_missing, struct report *report,
	      struct pins *ret_pins)
{
	const char *root = getenv("ZONEGATE_BPFFS");
	struct pins pins = {0};
	int n, error;

	if (!root || !*root)
		root = BPFFS_DEFAULT;
	errno = 0;
	if (!is_bpffs(root)) {
		if (errno == EACCES) {
			report_fail(report, -EACCES, "looking at %s", root);
			report_hint(report, "this needs root");
			return -EACCES;
		}
		if (mount_if_missing) {
			error = bpffs_mount(root, report);
			if (error)
				return error;
		}
	}
	snprintf(pins.instance, sizeof(pins.instance), "%s", instance);
	n = snprintf(pins.root, sizeof(pins.root), "%s", root);
	if (n < 0 || (size_t)n + strlen(instance) + PINS_NAME >= PINS_PATH)
		return report_fail(report, -ENAMETOOLONG, "looking for instance %s in %s", instance,
				   root);
	error = pins_path(pins.root, instance, pins.live);
	if (error)
		return error;
	/* '~' is in no instance's name. */
	snprintf(pins.staging, sizeof(pins.staging), "%.*s~next", PINS_PATH - 8, pins.live);
	*ret_pins = pins;
	return 0;
}

int pins_path(const char *folder, const char *name, char ret_path[PINS_PATH])
{
	int n = snprintf(ret_path, PINS_PATH, "%s/%s", folder, name);

	return n < 0 || n >= PINS_PATH ? -ENAMETOOLONG : 0;
}

int pins_lock_file(const struct pins *pins, const char *name, struct report *report,
		   char ret_path[PINS_PATH], int *ret_fd)
{
	if (mkdir(LOCK_FOLDER, 0700) && errno != EEXIST)
		return report_fail(report, -errno, "creating %s for the lock", LOCK_FOLDER);
	snprintf(ret_path, PINS_PATH, "%s/%s.%s", LOCK_FOLDER, pins->instance, name);
	*ret_fd = open(ret_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*ret_fd < 0)
		return report_fail(report, -errno, "opening the lock %s", ret_path);
	if (!flock(*ret_fd, LOCK_EX | LOCK_NB))
		return 0;
	return errno == EWOULDBLOCK ? -EBUSY : report_fail(report, -errno, "locking %s", ret_path);
}

static int lock_is_taken(int fd, const struct pins *pins, struct report *report)
{
	char text[32] = "";
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	report_refuse(report, -EBUSY, "another zonegate command%s%s is changing instance %s",
		      *text ? ", process " : "", text, pins->instance);
	report_hint(report, "wait for it to end, then try again");
	return -EBUSY;
}

int pins_lock(const struct pins *pins, struct report *report)
{
	char path[PINS_PATH], text[32];
	AUTO_FD int fd = -1;
	int error = pins_lock_file(pins, "lock", report, path, &fd), n;

	if (error == -EBUSY)
		return lock_is_taken(fd, pins, report);
	if (error)
		return error;
	/* Whose it is, for the message of the other one. A full disk only makes that less telling.
	 */
	n = snprintf(text, sizeof(text), "%d", (int)getpid());
	if (ftruncate(fd, 0) || pwrite(fd, text, (size_t)n, 0) != n)
		report_note(report, "%s could not be written: %s", path, strerror(errno));
	return take_fd(&fd);
}

bool pins_exist(const char *folder)
{
	struct stat st;

	return !stat(folder, &st) && S_ISDIR(st.st_mode);
}

int pins_create(const char *folder, struct report *report)
{
	if (mkdir(folder, 0700))
		return report_fail(report, -errno, "creating the pin folder %s", folder);
	return 0;
}

static int pins_unlink_all(const char *folder, struct report *report)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int error = 0;

	if (!dir)
		return errno == ENOENT
			       ? 0
			       : report_fail(report, -errno, "opening the pin folder %s", folder);
	while ((entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (unlinkat(dirfd(dir), entry->d_name, 0)) {
			error = report_fail(report, -errno, "removing the pin %s/%s", folder,
					    entry->d_name);
			break;
		}
	}
	closedir(dir);
	return error;
}

int pins_remove(const char *folder, struct report *report)
{
	int error = pins_unlink_all(folder, report);

	if (error)
		return error;
	if (rmdir(folder) && errno != ENOENT)
		return report_fail(report, -errno, "removing the pin folder %s", folder);
	return 0;
}

int pins_publish(const struct pins *pins, bool exchange, struct report *report)
{
	unsigned int flags = exchange ? RENAME_EXCHANGE : RENAME_NOREPLACE;

	if (renameat2(AT_FDCWD, pins->staging, AT_FDCWD, pins->live, flags))
		return report_fail(report, -errno, "renaming the pin folder %s to %s",
				   pins->staging, pins->live);
	return 0;
}

void pins_link_name(const char *kind, const char *nic, char ret_name[PINS_NAME])
{
	snprintf(ret_name, PINS_NAME, "link_%s_%s", kind, nic);
	for (char *p = ret_name; *p; p++)
		if (*p == '.')
			*p = ':';
}
