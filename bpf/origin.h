/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tcpoport.ini: the first line that matches a destination, and whether an origin port is in its
 * range. Owns the walk over the bit vectors; must not know rules and flows.
 */
#ifndef BPF_ORIGIN_H
#define BPF_ORIGIN_H

#include "packet.h"

#include <zonegate/lookup.h>

#define ORIGIN_LINES_IN_FORCE (ZG_F_ORIGIN_ENFORCE | ZG_F_ORIGIN_AUDIT | ZG_F_ORIGIN_ASSIGN)

/* A destination as a line sees it. No padding: handed to a subprogram. */
struct origin_query {
	union address remote;
	__u32 remote_class;
	__u16 rport; /* host order */
	__u16 is_ipv4;
};
ZG_ASSERT_SIZE(struct origin_query, 24);

/* Number of trailing zero bits of a word that is not 0. */
static __always_inline __u32 lowest_bit(__u64 word)
{
	return lookup_popcount((word & -word) - 1);
}

/* One word of the match (zonegate/tables.h, struct zg_origin). */
static __always_inline __u64 origin_word(const struct zg_origin *lines,
					 const struct zg_class *class,
					 const struct origin_query *query, __u32 port, __u32 word)
{
	const __u8 *octet = &query->remote.wire.byte[12];
	__u64 match = class ? class->lines[word] : 0;

	if (query->is_ipv4)
		match |= lines->octet[0][octet[0]][word] & lines->octet[1][octet[1]][word] &
			 lines->octet[2][octet[2]][word] & lines->octet[3][octet[3]][word];
	return ((match & lines->port_bits[port][word]) ^ lines->invert[word]) & lines->valid[word];
}

/* 1 + index of the first line that matches, 0: none. */
SUBPROGRAM __u32 origin_line_find(const struct origin_query *query, __u32 half)
{
	const struct zg_settings *current = tables_settings(half);
	const struct zg_origin *lines = tables_origin(half & 1);
	const struct zg_class *class = NULL;
	__u32 port;

	if (!query || !lines)
		return 0;
	if (current->flags & ZG_F_CLASS_LINES)
		class = tables_class(current->class_base + query->remote_class);
	port = lines->port_class[query->rport];
	if (port >= ZG_ORIGIN_PORT_CLASSES)
		return 0;
	NO_UNROLL
	for (__u32 word = 0; word < ZG_LINE_WORDS; word++) {
		__u64 match;

		if (word >= lines->words)
			break;
		match = origin_word(lines, class, query, port, word);
		if (match)
			return 1 + word * 64 + lowest_bit(match);
	}
	return 0;
}

/* The line by the number that origin_line_find() answered, NULL for none. */
static __always_inline const struct zg_line *origin_line(__u32 half, __u32 number)
{
	const struct zg_origin *lines = tables_origin(half & 1);
	__u32 index = number - 1;

	/* Compared as it is used, not as number: the verifier of Linux 6.12 bounds no more. */
	barrier_var(index);
	if (!lines || index >= ZG_LINES_MAX)
		return NULL;
	return &lines->line[index];
}

static __always_inline bool origin_port_permitted(const struct zg_line *line, __u32 port)
{
	return line->flags & ZG_ORIGIN_ANY || (port >= line->first && port <= line->last);
}

/* Port L-1 of an FTP service of this host: active mode's data connections leave from there. */
static __always_inline bool origin_is_ftp_data(const struct zg_settings *settings, __u32 port)
{
	for (int i = 0; i < ZG_FTP_PORTS_MAX; i++)
		if (port && settings->ftp_data_port[i] == port)
			return true;
	return false;
}

#endif
