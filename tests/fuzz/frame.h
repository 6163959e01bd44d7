/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Frames from few bytes: a fuzzer that has to find addresses, lengths and offsets by itself does
 * not get far behind the parser. Owns layout of headers, written apart from bpf/.
 */
#ifndef TESTS_FUZZ_FRAME_H
#define TESTS_FUZZ_FRAME_H

#include <stdbool.h>

#include "bytes.h"

#define FRAME_MAX 2048

struct frame_bytes {
	size_t size;
	uint8_t byte[FRAME_MAX];
};

/* As the bytes say: link, IP with options or extension headers, transport; then changes at places
 * of the fuzzer's choice, and a cut. */
void frame_build(struct bytes *bytes, struct frame_bytes *ret_frame);

/* An ICMP error of the other end, which quotes the frame. False: the frame is no IP. */
bool frame_quote(const struct frame_bytes *frame, struct bytes *bytes,
		 struct frame_bytes *ret_error);

/* The same frame the other way: addresses and ports change places; TCP gets these flags. False: no
 * IP, or nothing to mirror. */
bool frame_mirror(const struct frame_bytes *frame, uint8_t tcp_flags,
		  struct frame_bytes *ret_mirrored);

/* A TCP SYN without ACK, beyond doubt: whole, no VLAN tag, no extension header. */
bool frame_is_bare_syn(const uint8_t *byte, size_t size);

#endif
