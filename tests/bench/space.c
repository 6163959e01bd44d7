/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Namespaces for the suites that need a network stack: unshared, held by a descriptor, never named,
 * so that nothing stays behind.
 */
#include "space.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int space_run(const char *format, ...)
{
	char command[1024];
	va_list values;

	va_start(values, format);
	vsnprintf(command, sizeof(command), format, values);
	va_end(values);
	if (system(command)) {
		fprintf(stderr, "bench: failed: %s\n", command);
		return -EIO;
	}
	return 0;
}

int space_feed(const char *command, const char *text)
{
	FILE *pipe = popen(command, "w");
	int status;

	if (!pipe)
		return -errno;
	fputs(text, pipe);
	status = pclose(pipe);
	if (status)
		fprintf(stderr, "bench: failed: %s\n", command);
	return status ? -EIO : 0;
}

int space_home(void)
{
	static int home = -1;

	if (home < 0)
		home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	return home;
}

int space_leave(void)
{
	return setns(space_home(), CLONE_NEWNET) ? -errno : 0;
}

int space_enter(const struct space *space)
{
	return setns(space->fd, CLONE_NEWNET) ? -errno : 0;
}

static int read_mac(const char *nic, uint8_t mac[6])
{
	struct ifreq request = {0};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), error = 0;

	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", nic);
	if (ioctl(fd, SIOCGIFHWADDR, &request))
		error = -errno;
	else
		memcpy(mac, request.ifr_hwaddr.sa_data, 6);
	close(fd);
	return error;
}

int space_open(struct space *ret_space)
{
	struct space space = {.fd = -1};
	int error;

	if (space_home() < 0 || unshare(CLONE_NEWNET))
		return -errno;
	space.fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (space.fd < 0)
		return -errno;
	error = space_run("ip link set lo up && ip link add zb0 type veth peer name zb1 && "
			  "ip link set zb0 up && ip link set zb1 up");
	space.ifindex = if_nametoindex("zb0");
	if (!error)
		error = read_mac("zb0", space.mac);
	if (error) {
		close(space.fd);
		space_leave();
		return error;
	}
	*ret_space = space;
	return 0;
}

void space_close(struct space *space)
{
	if (space->fd > 0)
		close(space->fd);
	space->fd = -1;
}
