/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Network namespaces without a name, with a veth pair: they go with the process, whatever happens.
 * Owns the namespace's descriptor.
 */
#ifndef BENCH_SPACE_H
#define BENCH_SPACE_H

#include <stdint.h>

struct space {
	int fd;
	uint32_t ifindex; /* of zb0 */
	uint8_t mac[6];	  /* of zb0 */
};

/* Runs a command in the namespace the thread is in; -EIO, said, when it fails. */
int space_run(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same with text on its standard input. */
int space_feed(const char *command, const char *text);

/* A namespace with lo and a veth pair zb0-zb1, all up; the thread is in it afterwards. */
int space_open(struct space *ret_space);
int space_enter(const struct space *space);
void space_close(struct space *space);

/* The namespace the process began in. */
int space_home(void);
int space_leave(void);

#endif
