/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the service may still do once the filter is in force: nothing that root's file rights do not
 * give. Writing tables, replacing a linked program and attaching a loaded one to a new NIC need no
 * capability (tried on Linux 6.18); loading a new object does, and is left to the next start or to
 * `zonegate apply`.
 */
#ifndef USER_SERVICE_PRIVILEGES_H
#define USER_SERVICE_PRIVILEGES_H

#include <stdbool.h>

/* Gives up every capability, the bounding set too, and what execve could give back. 0, or -errno.
 */
int privileges_drop(void);
/* Holds the capabilities that loading an object takes. */
bool privileges_can_load(void);

#endif
