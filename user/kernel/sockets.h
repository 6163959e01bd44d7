/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The TCP sockets of the caller's network namespace, as sock_diag lists them. Owns the netlink
 * dialogue. Knows nothing of policies.
 */
#ifndef USER_KERNEL_SOCKETS_H
#define USER_KERNEL_SOCKETS_H

#include <stdint.h>

struct tcp_socket {
	uint8_t local[16], remote[16]; /* network order, IPv4 as ::ffff:a.b.c.d */
	uint16_t lport, rport;	       /* host order; LISTEN: rport 0 */
	uint8_t state;		       /* TCP_ESTABLISHED and so on, netinet/tcp.h */
};

#define TCP_STATE_BIT(state) (1u << (state))
#define TCP_STATES_ALL 0xfffu

/*
 * Calls see() for each socket of both families in one of the states. What opens and closes
 * meanwhile may be seen or not. 0; negative errno; one that see() answers ends it.
 */
int tcp_sockets_dump(uint32_t states, int (*see)(const struct tcp_socket *socket, void *context),
		     void *context);

#endif
