/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The TCP sockets of the caller's network namespace. Owns the sock_diag dialogue.
 */
#include "kernel/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/sockets_proc.h"
#include "util/cleanup.h"

#define ANSWER_SIZE 65536

static int dump_ask(int fd, int family, uint32_t states)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 request;
	} ask = {
		.header = {.nlmsg_len = sizeof(ask),
			   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.request = {.sdiag_family = (uint8_t)family,
			    .sdiag_protocol = IPPROTO_TCP,
			    .idiag_states = states},
	};
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	ssize_t sent = sendto(fd, &ask, sizeof(ask), 0, (struct sockaddr *)&kernel, sizeof(kernel));

	if (sent < 0)
		return -errno;
	return sent == sizeof(ask) ? 0 : -EIO;
}

static void address_take(uint8_t family, const void *from, uint8_t *ret_address)
{
	memset(ret_address, 0, 16);
	if (family == AF_INET) {
		ret_address[10] = ret_address[11] = 0xff;
		memcpy(ret_address + 12, from, 4);
	} else {
		memcpy(ret_address, from, 16);
	}
}

static struct tcp_socket socket_take(const struct inet_diag_msg *message)
{
	struct tcp_socket socket = {
		.lport = ntohs(message->id.idiag_sport),
		.rport = ntohs(message->id.idiag_dport),
		.state = message->idiag_state,
	};

	address_take(message->idiag_family, message->id.idiag_src, socket.local);
	address_take(message->idiag_family, message->id.idiag_dst, socket.remote);
	return socket;
}

/* One datagram of the answer. 1: that was the last; 0: more come; negative errno. */
static int answer_read(const char *buffer, size_t size,
		       int (*see)(const struct tcp_socket *socket, void *context), void *context)
{
	const struct nlmsghdr *header = (const void *)buffer;

	for (; NLMSG_OK(header, size); header = NLMSG_NEXT(header, size)) {
		struct tcp_socket socket;
		int error;

		if (header->nlmsg_type == NLMSG_DONE)
			return 1;
		if (header->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *failure = NLMSG_DATA(header);

			if (header->nlmsg_len < NLMSG_LENGTH(sizeof(*failure)))
				return -EIO;
			return failure->error < 0 ? failure->error : -EIO;
		}
		if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
		    header->nlmsg_len < NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
			continue;
		socket = socket_take(NLMSG_DATA(header));
		error = see(&socket, context);
		if (error)
			return error;
	}
	return 0;
}

static int family_dump(int family, uint32_t states,
		       int (*see)(const struct tcp_socket *socket, void *context), void *context)
{
	AUTO_FD int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	AUTO_FREE char *buffer = malloc(ANSWER_SIZE);
	int state;

	if (fd < 0)
		return -errno;
	if (!buffer)
		return -ENOMEM;
	state = dump_ask(fd, family, states);
	while (!state) {
		ssize_t size = recv(fd, buffer, ANSWER_SIZE, 0);

		if (size < 0 && errno == EINTR)
			continue;
		state = size > 0 ? answer_read(buffer, (size_t)size, see, context)
				 : (size ? -errno : -EIO);
	}
	return state == 1 ? 0 : state;
}

int tcp_sockets_dump(uint32_t states, int (*see)(const struct tcp_socket *socket, void *context),
		     void *context)
{
	int error = family_dump(AF_INET, states, see, context);

	/* tcp_diag is a module that is not there. */
	if (error == -ENOENT)
		return proc_sockets_dump(states, see, context);
	if (error)
		return error;
	error = family_dump(AF_INET6, states, see, context);
	/* A kernel booted without IPv6 has no such sockets. */
	return error == -ENOENT ? 0 : error;
}
