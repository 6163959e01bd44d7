/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Would a policy shut its operator out? Asked before it is put into force: the SSH session that
 * runs the command, the sessions that are open now, the management zone. Owns the question; asks
 * image and sockets, changes nothing.
 */
#ifndef USER_OBSERVE_LOCKOUT_H
#define USER_OBSERVE_LOCKOUT_H

#include <stdint.h>

#include "compile/image.h"
#include "kernel/report.h"
#include "resolve/resolved.h"

enum lockout_kind {
	LOCKOUT_NONE,
	LOCKOUT_SESSION,    /* an open SSH session would be cut */
	LOCKOUT_MANAGEMENT, /* an address of the management zone could not connect */
};

struct lockout {
	enum lockout_kind kind;
	uint8_t remote[16], local[16]; /* network order, IPv4 as ::ffff:a.b.c.d; MANAGEMENT: local
					  is all zero */
	uint16_t rport, lport;	       /* host order; MANAGEMENT: rport 0 */
	uint32_t sessions;	       /* how many open ones would be cut */
};

/*
 * ssh_connection: the environment variable SSH_CONNECTION, "CLIENT PORT SERVER PORT", or NULL. 0;
 * negative errno, said in report: the sockets could not be listed.
 */
int lockout_find(const struct resolved *policy, const struct image *image,
		 const char *ssh_connection, struct report *report, struct lockout *ret_lockout);

#endif
