/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the benchmark's programs and its driver share: the random headers that the rewriter writes
 * into the packet. Owns layouts only; knows nothing of the data plane under test.
 */
#ifndef BENCH_HEADERS_H
#define BENCH_HEADERS_H

#include <linux/types.h>

#define BENCH_HEADERS 65536u

/* Network order throughout, as the bytes go into the packet. */
struct bench_header4 {
	__u32 saddr, daddr;
	__u16 sport, dport;
	__u16 id;
	__u16 checksum; /* of the whole IPv4 header: the stack's side verifies it */
};

struct bench_header6 {
	__u32 saddr[4], daddr[4];
	__u16 sport, dport;
	__u32 id; /* of the fragment header, where the frame has one */
};

/* Value of the LPM tries and of the linear program's counters. */
struct bench_counter {
	__u64 packets, bytes;
};

#endif
