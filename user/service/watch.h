/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What happens to NICs and addresses while the service runs, by rtnetlink. Owns the socket; decides
 * nothing.
 */
#ifndef USER_SERVICE_WATCH_H
#define USER_SERVICE_WATCH_H

#define WATCH_LINK 0x1	  /* a NIC came, went or changed */
#define WATCH_ADDRESS 0x2 /* an address of this host came or went */

/* A socket that becomes readable with news. -errno. */
int watch_open(int *ret_fd);
/* Reads all news: WATCH_LINK | WATCH_ADDRESS, 0 for none. News that were lost (ENOBUFS) count as
 * both. */
int watch_read(int fd);

#endif
