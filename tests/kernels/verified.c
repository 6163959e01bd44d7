// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * verified FOLDER: prints "NAME INSTRUCTIONS" for every program pinned in FOLDER: the instructions
 * that the verifier processed (bpf_prog_info.verified_insns, Linux 5.16). Owns nothing; knows
 * nothing of zonegate.
 */
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int print_program(const char *path)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);
	int fd = bpf_obj_get(path);

	if (fd < 0)
		return -errno;
	/* A map or link answers with another structure; only programs have a type and instructions.
	 */
	if (!bpf_obj_get_info_by_fd(fd, &info, &size) &&
	    size > offsetof(struct bpf_prog_info, verified_insns) && info.verified_insns)
		printf("%s %u\n", info.name, info.verified_insns);
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	const char *folder = argc > 1 ? argv[1] : "/sys/fs/bpf/zonegate";
	DIR *directory = opendir(folder);
	struct dirent *entry;

	if (!directory) {
		fprintf(stderr, "verified: %s: %s\n", folder, strerror(errno));
		return 1;
	}
	while ((entry = readdir(directory))) {
		char path[PATH_MAX];

		if (strncmp(entry->d_name, "zg_", 3))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		print_program(path);
	}
	closedir(directory);
	return 0;
}
