/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One frame at one hook, and lists of them as text: a line each, "in 0123..." or "out 0123...", and
 * behind it, where it is pinned, the verdict in verdict_print()'s words. Owns the format of
 * packets.hex.
 */
#ifndef TESTS_ORACLE_PACKET_H
#define TESTS_ORACLE_PACKET_H

#include <stddef.h>
#include <stdint.h>

#define PACKET_MAX 3400 /* the kernel runs tc programs on frames of up to a page, less headroom */

struct packet {
	int hook; /* enum zg_hook */
	size_t size;
	uint8_t byte[PACKET_MAX];
	char expect[96]; /* "": nothing said */
};

void packets_write(const char *path, const struct packet *packets, size_t count);
/* The list is to be freed. Ends the program when it cannot be read. */
struct packet *packets_read(const char *path, size_t *ret_count);

#endif
