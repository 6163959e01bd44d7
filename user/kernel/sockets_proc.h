/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * TCP sockets from /proc/net/tcp and tcp6, for kernels that have tcp_diag as a module and cannot
 * load it. Slower than sock_diag, which is asked first. Owns the form of those files.
 */
#ifndef USER_KERNEL_SOCKETS_PROC_H
#define USER_KERNEL_SOCKETS_PROC_H

#include "kernel/sockets.h"

/* As tcp_sockets_dump(). -ENOENT: no /proc either. */
int proc_sockets_dump(uint32_t states, int (*see)(const struct tcp_socket *socket, void *context),
		      void *context);

#endif
