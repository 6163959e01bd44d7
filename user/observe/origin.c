/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Origin ports as they are used. Owns the measurement; the list of sockets is kernel/sockets.c.
 */
#include "observe/origin.h"

#include <netinet/tcp.h>
#include <string.h>

#include "kernel/sockets.h"

static int socket_note(const struct tcp_socket *socket, void *context)
{
	struct port_use *use = context;
	uint64_t *bits = socket->state == TCP_TIME_WAIT ? use->waiting : use->used;

	bits[socket->lport / 64] |= UINT64_C(1) << (socket->lport % 64);
	return 0;
}

int port_use_read(struct port_use *ret_use)
{
	memset(ret_use, 0, sizeof(*ret_use));
	return tcp_sockets_dump(TCP_STATES_ALL, socket_note, ret_use);
}

struct origin_use origin_use_of(const struct port_use *use, uint16_t first, uint16_t last)
{
	struct origin_use sum = {0};

	if (!first && !last)
		return sum;
	for (uint32_t port = first; port <= last; port++) {
		uint64_t bit = UINT64_C(1) << (port % 64);

		sum.ports++;
		if (use->used[port / 64] & bit)
			sum.in_use++;
		else if (use->waiting[port / 64] & bit)
			sum.time_wait++;
	}
	return sum;
}

bool origin_is_nearly_full(const struct origin_use *use)
{
	return (uint64_t)(use->in_use + use->time_wait) * 100 >
	       (uint64_t)use->ports * ORIGIN_FULL_PERCENT;
}
