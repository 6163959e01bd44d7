// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * rtnetlink groups for links and addresses (rtnetlink(7)).
 */
#include "service/watch.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "util/cleanup.h"

int watch_open(int *ret_fd)
{
	const struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
	};
	AUTO_FD int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)))
		return -errno;
	*ret_fd = take_fd(&fd);
	return 0;
}

static int news_of(const void *buffer, size_t length)
{
	int news = 0;
	size_t left = length;

	for (const struct nlmsghdr *header = buffer; NLMSG_OK(header, left);
	     header = NLMSG_NEXT(header, left)) {
		switch (header->nlmsg_type) {
		case RTM_NEWLINK:
		case RTM_DELLINK:
			news |= WATCH_LINK;
			break;
		case RTM_NEWADDR:
		case RTM_DELADDR:
			news |= WATCH_ADDRESS;
			break;
		}
	}
	return news;
}

int watch_read(int fd)
{
	int news = 0;

	for (;;) {
		_Alignas(struct nlmsghdr) char buffer[16384];
		ssize_t length = recv(fd, buffer, sizeof(buffer), 0);

		if (length > 0)
			news |= news_of(buffer, (size_t)length);
		else if (length < 0 && errno == ENOBUFS)
			news |= WATCH_LINK | WATCH_ADDRESS;
		else if (length < 0 && errno == EINTR)
			continue;
		else
			return news;
	}
}
