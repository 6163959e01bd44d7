/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What connect() needs to know of the host and a packet brings along by itself: which network
 * namespace is guarded, which addresses a socket may end up with. Map ".data.connect", written by
 * user space whenever a policy is applied or the host's addresses change. Owns layout only.
 */
#ifndef ZONEGATE_CONNECT_H
#define ZONEGATE_CONNECT_H

#include "types.h"

#define ZG_CONNECT_ADDRESSES 16 /* of each family */

/* Every NIC but loopback is guarded: what egress would drop leaves nowhere else, refuse it. */
#define ZG_CONNECT_REFUSE 0x1u

/*
 * Stored while the programs read, a list before its count: a connect() that meets a change is
 * judged by old and new addresses mixed; egress judges its SYN again.
 */
struct zg_connect {
	__u64 netns_cookie; /* sockets of other namespaces are left alone; 0: all are */
	__u32 flags;
	__u32 count4, count6; /* addresses of the host, loopback left out */
	__u32 more;	      /* it has more than fit: local addresses are then not checked */
	__u8 address4[ZG_CONNECT_ADDRESSES][4]; /* network order */
	__u8 address6[ZG_CONNECT_ADDRESSES][16];
};
ZG_ASSERT_SIZE(struct zg_connect, 24 + 64 + 256);

#endif
