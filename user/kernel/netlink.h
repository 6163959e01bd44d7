/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One netlink question and all its answers. Owns the socket for that long. Knows no message types.
 */
#ifndef USER_KERNEL_NETLINK_H
#define USER_KERNEL_NETLINK_H

#include <linux/netlink.h>

/* A message of the answer. Not 0 ends the dump with that. */
typedef int (*netlink_message_fn)(const struct nlmsghdr *message, void *data);

/*
 * Sends request (nlmsg_len set; seq and NLM_F_REQUEST | NLM_F_DUMP are added) on a socket of the
 * protocol (NETLINK_ROUTE, NETLINK_SOCK_DIAG), and hands over what comes. Negative errno, the
 * kernel's own answer included; -EINTR when the dump was not of one moment.
 */
int netlink_dump(int protocol, struct nlmsghdr *request, netlink_message_fn handle, void *data);

#endif
