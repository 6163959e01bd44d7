// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Copies of a policy's texts. A folder of copies is written beside the one in use and takes its
 * place by a rename: there is always a whole one, or none.
 */
#include "config/snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "config/source.h"
#include "util/cleanup.h"
#include "util/sha256.h"

#define NEW "new"
#define HEX_BYTES 65

static struct {
	char folder[SNAPSHOT_PATH];  /* of the instance */
	char reading[SNAPSHOT_PATH]; /* copies that are read; "": none */
	int error;		     /* of the first copy that failed */
	bool aside;		     /* by this process: what is good is called before */
	int lock;		     /* held from begin to commit or discard; -1: not */
} snapshot = {.lock = -1};

/* "a/b" or -ENAMETOOLONG. */
static int join(const char *folder, const char *name, size_t size, char *ret_path)
{
	return snprintf(ret_path, size, "%s/%s", folder, name) < (int)size ? 0 : -ENAMETOOLONG;
}

static void path_hash(const char *path, char ret_hex[HEX_BYTES])
{
	struct sha256 state;
	uint8_t digest[SHA256_BYTES];

	sha256_start(&state);
	sha256_add(&state, path, strlen(path));
	sha256_end(&state, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(ret_hex + 2 * i, 3, "%02x", digest[i]);
}

static int make_folders(const char *path)
{
	char part[SNAPSHOT_PATH];

	for (const char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s",
			 slash ? (int)(slash - path) : (int)strlen(path), path);
		if (mkdir(part, 0700) && errno != EEXIST)
			return -errno;
		if (!slash)
			return 0;
	}
}

/* A folder of files alone. Not there: 0. */
static int remove_folder(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;

	if (!directory)
		return errno == ENOENT ? 0 : -errno;
	while ((entry = readdir(directory)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			unlinkat(dirfd(directory), entry->d_name, 0);
	closedir(directory);
	return rmdir(path) ? -errno : 0;
}

static int write_file(const char *folder, const char *name, int flags, const char *text,
		      size_t size)
{
	char path[SNAPSHOT_PATH + 80];
	AUTO_FD int fd = -1;

	if (join(folder, name, sizeof(path), path))
		return -ENAMETOOLONG;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
	if (fd < 0)
		return -errno;
	while (size) {
		ssize_t done = write(fd, text, size);

		if (done < 0)
			return -errno;
		text += done;
		size -= (size_t)done;
	}
	/* A power cut must not leave a name without its contents. */
	return fsync(fd) ? -errno : 0;
}

int snapshot_folder(const char *instance, char ret_folder[SNAPSHOT_PATH])
{
	const char *state = getenv("ZONEGATE_STATE");

	return join(state && *state ? state : "/var/lib/zonegate", instance, SNAPSHOT_PATH,
		    ret_folder);
}

static void copy_text(const char *path, const char *text, size_t size_bytes)
{
	char hex[HEX_BYTES], folder[SNAPSHOT_PATH], line[SNAPSHOT_PATH + HEX_BYTES + 4];

	if (snapshot.error)
		return;
	snapshot.error = join(snapshot.folder, NEW, sizeof(folder), folder);
	if (snapshot.error)
		return;
	path_hash(path, hex);
	snapshot.error = write_file(folder, hex, O_TRUNC, text, size_bytes);
	snprintf(line, sizeof(line), "%s  %s\n", hex, path);
	if (!snapshot.error)
		snapshot.error = write_file(folder, "index", O_APPEND, line, strlen(line));
}

/* Two commands would mix their texts. */
static int lock_take(const char *folder, int *ret_fd)
{
	char path[SNAPSHOT_PATH];
	AUTO_FD int fd = -1;
	int error = join(folder, "lock", sizeof(path), path);

	if (!error)
		error = make_folders(folder);
	if (error)
		return error;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	*ret_fd = take_fd(&fd);
	return 0;
}

static void lock_give(void)
{
	if (snapshot.lock >= 0)
		close(snapshot.lock);
	snapshot.lock = -1;
}

int snapshot_begin(const char *folder)
{
	static const struct source_hooks copying = {.seen = copy_text};
	char path[SNAPSHOT_PATH];
	int error = join(folder, NEW, sizeof(path), path);

	if (!error)
		error = lock_take(folder, &snapshot.lock);
	if (error)
		return error;
	error = remove_folder(path);
	if (!error)
		error = make_folders(path);
	if (error) {
		lock_give();
		return error;
	}
	snprintf(snapshot.folder, sizeof(snapshot.folder), "%s", folder);
	snapshot.error = 0;
	source_hooks_use(&copying);
	return 0;
}

void snapshot_discard(void)
{
	char path[SNAPSHOT_PATH];

	source_hooks_use(NULL);
	if (!join(snapshot.folder, NEW, sizeof(path), path))
		remove_folder(path);
	lock_give();
}

/* from takes the place of to in one step, so that there is always a whole one of that name. */
static int take_place(const char *folder, const char *from, const char *to)
{
	char source[SNAPSHOT_PATH], target[SNAPSHOT_PATH];
	int error = join(folder, from, sizeof(source), source);

	if (!error)
		error = join(folder, to, sizeof(target), target);
	if (error)
		return error;
	/* Asked first: a read-only file system answers before it looks. */
	if (access(source, F_OK))
		return -errno;
	if (!renameat2(AT_FDCWD, source, AT_FDCWD, target, RENAME_EXCHANGE))
		return remove_folder(source);
	if (errno != ENOENT)
		return -errno;
	return rename(source, target) ? -errno : 0;
}

int snapshot_commit(const char *name, const char *config_path)
{
	char path[SNAPSHOT_PATH];
	int error = snapshot.error;

	source_hooks_use(NULL);
	if (!error)
		error = join(snapshot.folder, NEW, sizeof(path), path);
	if (!error)
		error = write_file(path, "config", O_TRUNC, config_path, strlen(config_path));
	if (!error)
		error = take_place(snapshot.folder, NEW, name);
	if (error)
		snapshot_discard();
	else if (!strcmp(name, SNAPSHOT_GOOD) &&
		 !join(snapshot.folder, SNAPSHOT_BEFORE, sizeof(path), path))
		remove_folder(path);
	lock_give();
	return error;
}

int snapshot_put_aside(const char *folder)
{
	int error = take_place(folder, SNAPSHOT_GOOD, SNAPSHOT_BEFORE);

	snapshot.aside = !error;
	return error == -ENOENT ? 0 : error;
}

int snapshot_put_back(const char *folder)
{
	bool aside = snapshot.aside;

	snapshot.aside = false;
	return aside ? take_place(folder, SNAPSHOT_BEFORE, SNAPSHOT_GOOD) : 0;
}

int snapshot_confirm(const char *folder)
{
	int error = take_place(folder, SNAPSHOT_TRIAL, SNAPSHOT_GOOD);

	/* The trial has no copies: those that there are belong to the policy before. */
	return error == -ENOENT ? snapshot_put_aside(folder) : error;
}

int snapshot_revoke(const char *folder)
{
	char path[SNAPSHOT_PATH];

	return join(folder, SNAPSHOT_TRIAL, sizeof(path), path) ?: remove_folder(path);
}

static int locate_copy(const char *path, size_t size, char *ret_path)
{
	char hex[HEX_BYTES];

	path_hash(path, hex);
	return join(snapshot.reading, hex, size, ret_path);
}

int snapshot_use(const char *folder, const char *name, char ret_config[SNAPSHOT_PATH])
{
	static const struct source_hooks reading = {.locate = locate_copy};
	char path[SNAPSHOT_PATH + 16];
	AUTO_FD int fd = -1;
	ssize_t length;
	int error = join(folder, name, sizeof(snapshot.reading), snapshot.reading);

	if (!error)
		error = join(snapshot.reading, "config", sizeof(path), path);
	if (error)
		return error;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	length = read(fd, ret_config, SNAPSHOT_PATH - 1);
	if (length <= 0)
		return length ? -errno : -ENOENT;
	ret_config[length] = '\0';
	source_hooks_use(&reading);
	return 0;
}

void snapshot_leave(void)
{
	source_hooks_use(NULL);
}
