// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * TCP sockets from /proc/net/tcp and tcp6 (proc(5)): addresses as 32-bit words in the machine's
 * order, ports and state in hexadecimal.
 */
#include "kernel/sockets_proc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"

/* "0100007F:0016" or four words and a port. */
static int endpoint_take(const char *text, uint8_t ret_address[16], uint16_t *ret_port)
{
	size_t digits = strcspn(text, ":");
	uint32_t word[4];
	unsigned int port;

	if ((digits != 8 && digits != 32) || sscanf(text + digits, ":%4x", &port) != 1)
		return -EPROTO;
	for (size_t i = 0; i < digits / 8; i++)
		if (sscanf(text + 8 * i, "%8x", &word[i]) != 1)
			return -EPROTO;
	memset(ret_address, 0, 16);
	if (digits == 8)
		ret_address[10] = ret_address[11] = 0xff;
	memcpy(digits == 8 ? ret_address + 12 : ret_address, word, digits / 2);
	*ret_port = (uint16_t)port;
	return 0;
}

static int line_take(const char *line, struct tcp_socket *ret_socket)
{
	char local[48], remote[48];
	unsigned int state;
	int error;

	if (sscanf(line, " %*u: %47s %47s %2x", local, remote, &state) != 3)
		return -EPROTO;
	error = endpoint_take(local, ret_socket->local, &ret_socket->lport);
	if (!error)
		error = endpoint_take(remote, ret_socket->remote, &ret_socket->rport);
	ret_socket->state = (uint8_t)state;
	return error;
}

static int file_dump(const char *path, uint32_t states,
		     int (*see)(const struct tcp_socket *socket, void *context), void *context)
{
	AUTO_FILE FILE *file = fopen(path, "re");
	AUTO_FREE char *line = NULL;
	size_t capacity = 0;
	int error = 0;

	if (!file)
		return -errno;
	if (getline(&line, &capacity, file) < 0) /* the heading */
		return -EPROTO;
	while (!error && getline(&line, &capacity, file) >= 0) {
		struct tcp_socket socket;

		error = line_take(line, &socket);
		if (!error && states & TCP_STATE_BIT(socket.state))
			error = see(&socket, context);
	}
	return error;
}

int proc_sockets_dump(uint32_t states, int (*see)(const struct tcp_socket *socket, void *context),
		      void *context)
{
	/* Not "self": that is the thread group's leader, whose namespace may be another. */
	int error = file_dump("/proc/thread-self/net/tcp", states, see, context);

	if (error)
		return error;
	error = file_dump("/proc/thread-self/net/tcp6", states, see, context);
	return error == -ENOENT ? 0 : error;
}
