/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Ways round egress: the socket options that lead there are refused in a cgroup of the test's own,
 * and all others work, long values too.
 */
#include "tests.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <mntent.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SOL_XDP
#define SOL_XDP 283
#endif
#ifndef AF_XDP
#define AF_XDP 44
#endif

/* What the child answers by its status. */
enum {
	GOOD,
	NO_CGROUP,
	NO_SOCKET,
	BYPASS_NOT_REFUSED,
	XDP_NOT_REFUSED,
	OTHER_REFUSED,
	LONG_REFUSED,
};

static bool cgroup_find(char *path, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	struct mntent *mount;
	bool found = false;

	while (mounts && !found && (mount = getmntent(mounts)))
		if (!strcmp(mount->mnt_type, "cgroup2")) {
			snprintf(path, size, "%s/zgp-%d", mount->mnt_dir, (int)getpid());
			found = true;
		}
	if (mounts)
		endmntent(mounts);
	return found;
}

static int refused(int fd, int level, int option, const void *value, size_t size)
{
	return setsockopt(fd, level, option, value, (socklen_t)size) && errno == EPERM;
}

/* A multicast filter of many sources: a value of more than a page, as iptables' are. */
static bool long_value_works(int fd)
{
	const unsigned int sources = 1500;
	size_t size = GROUP_FILTER_SIZE(sources);
	struct group_filter *filter = calloc(1, size);
	struct sockaddr_in *group;
	bool works;

	if (!filter)
		return false;
	group = (struct sockaddr_in *)(void *)&filter->gf_group;
	group->sin_family = AF_INET;
	group->sin_addr.s_addr = htonl(0xe0000101);
	filter->gf_fmode = MCAST_INCLUDE;
	filter->gf_numsrc = sources;
	/* The kernel has its own reasons to refuse it, but not the program's. */
	works = !setsockopt(fd, IPPROTO_IP, MCAST_MSFILTER, filter, (socklen_t)size) ||
		(errno != EPERM && errno != EFAULT);
	free(filter);
	return works;
}

static int child(const char *procs)
{
	int one = 1, packet, xdp, udp, fd = open(procs, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || dprintf(fd, "0") < 0)
		return NO_CGROUP;
	close(fd);
	packet = socket(AF_PACKET, SOCK_RAW, 0);
	udp = socket(AF_INET, SOCK_DGRAM, 0);
	xdp = socket(AF_XDP, SOCK_RAW, 0);
	if (packet < 0 || udp < 0)
		return NO_SOCKET;
	if (!refused(packet, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)))
		return BYPASS_NOT_REFUSED;
	/* A kernel without AF_XDP has nothing to refuse. */
	if (xdp >= 0 && !refused(xdp, SOL_XDP, XDP_UMEM_FILL_RING, &one, sizeof(one)))
		return XDP_NOT_REFUSED;
	if (setsockopt(packet, SOL_PACKET, PACKET_RESERVE, &one, sizeof(one)) ||
	    setsockopt(udp, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)))
		return OTHER_REFUSED;
	return long_value_works(udp) ? GOOD : LONG_REFUSED;
}

static void options(void **state)
{
	int program = stand->firewall.program[PROGRAM_SETSOCKOPT], group, status = -1;
	char path[256], procs[300];
	pid_t pid;

	(void)state;
	if (!cgroup_find(path, sizeof(path)) || mkdir(path, 0700)) {
		print_message("skipped: no cgroup v2 to make a group in\n");
		skip();
	}
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", path);
	group = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (group >= 0 && !bpf_prog_attach(program, group, BPF_CGROUP_SETSOCKOPT, 0)) {
		pid = fork();
		if (!pid)
			_exit(child(procs));
		waitpid(pid, &status, 0);
		bpf_prog_detach2(program, group, BPF_CGROUP_SETSOCKOPT);
	}
	close(group);
	rmdir(path);
	stand_look(stand);
	assert_true(status >= 0 && WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), GOOD);
	assert_true(
		stand->reason_seen[ZG_REASON_INDEX(ZG_CONNECT, 0, ZG_R_REFUSED_OPTION)].packets >
		0);
}

int test_sockopt(void)
{
	const struct CMUnitTest tests[] = {TEST(options)};

	return cmocka_run_group_tests_name("sockopt", tests, NULL, NULL);
}
