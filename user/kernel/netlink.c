/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One netlink question and all its answers. Owns the socket for that long. Knows no message types.
 */
#include "kernel/netlink.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "util/cleanup.h"

#define RECEIVE_BYTES 65536

/* 1: the dump is complete; 0: go on. */
static int handle_messages(const char *buffer, size_t size, netlink_message_fn handle, void *data,
			   bool *interrupted)
{
	const struct nlmsghdr *message = (const struct nlmsghdr *)(const void *)buffer;

	for (; NLMSG_OK(message, size); message = NLMSG_NEXT(message, size)) {
		int error;

		if (message->nlmsg_flags & NLM_F_DUMP_INTR)
			*interrupted = true;
		if (message->nlmsg_type == NLMSG_DONE)
			return 1;
		if (message->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *answer = NLMSG_DATA(message);

			if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*answer)))
				return -EPROTO;
			if (answer->error)
				return answer->error;
			continue;
		}
		error = handle(message, data);
		if (error)
			return error;
	}
	return 0;
}

int netlink_dump(int protocol, struct nlmsghdr *request, netlink_message_fn handle, void *data)
{
	AUTO_FD int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	AUTO_FREE char *buffer = malloc(RECEIVE_BYTES);
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	bool interrupted = false;

	if (fd < 0)
		return -errno;
	if (!buffer)
		return -ENOMEM;
	request->nlmsg_flags |= NLM_F_REQUEST | NLM_F_DUMP;
	request->nlmsg_seq = 1;
	if (sendto(fd, request, request->nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof(kernel)) <
	    0)
		return -errno;
	for (;;) {
		ssize_t n = recv(fd, buffer, RECEIVE_BYTES, MSG_TRUNC);
		int error;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0 || n > RECEIVE_BYTES)
			return -EPROTO;
		error = handle_messages(buffer, (size_t)n, handle, data, &interrupted);
		if (error < 0)
			return error;
		if (error)
			return interrupted ? -EINTR : 0;
	}
}
