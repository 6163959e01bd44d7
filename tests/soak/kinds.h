/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The packets of the flood: what each kind is, and the mark by which the watcher behind the filter
 * knows it again. Owns the frames' layout. Knows no policy.
 */
#ifndef TESTS_SOAK_KINDS_H
#define TESTS_SOAK_KINDS_H

#include <stdbool.h>
#include <stdint.h>

/* All frames of the flood have this source address; nothing else has. */
#define FLOOD_MAC                                                                                  \
	{                                                                                          \
		0x02, 0x5a, 0x47, 0xf1, 0x00, 0xd0                                                 \
	}
#define FLOOD_MAGIC 0x5a47f10du
#define FLOOD_FRAME_MAX 128

/* X(NAME, word): all but PERMITTED are forbidden by the policies of the soak. */
#define FLOOD_KINDS(X)                                                                             \
	X(PERMITTED, "permitted")     /* UDP to the one port that is open */                       \
	X(TCP_PORT, "tcp-port")	      /* SYN to a port that no rule has */                         \
	X(UDP_PORT, "udp-port")	      /* UDP to a port that no rule has */                         \
	X(SPOOFED, "spoofed")	      /* SYN to an open port, from the host's own address */       \
	X(MARTIAN, "martian")	      /* UDP to the open port, from 127.0.0.1 */                   \
	X(TM_PORT, "tm-port")	      /* SYN to ports of the servers' rule, from elsewhere */      \
	X(FRAGMENT_FIRST, "fragment") /* first fragment of UDP to a closed port */                 \
	X(FRAGMENT_LATER, "fragment-later") /* of a datagram whose first one never came */         \
	X(ACK, "ack")			    /* segment of no connection */                         \
	X(SYN_ACK, "syn-ack")		    /* answer to no connection */                          \
	X(V6_TCP, "ipv6-tcp")		    /* SYN to a port that no rule has */                   \
	X(V6_UDP, "ipv6-udp")

/* clang-format off */
enum flood_kind {
#define X(NAME, word) FLOOD_##NAME,
	FLOOD_KINDS(X)
#undef X
	FLOOD_KIND_COUNT,
};
/* clang-format on */

extern const char *const flood_words[FLOOD_KIND_COUNT];

/* The last bytes of each frame. */
struct flood_mark {
	uint32_t magic;
	uint32_t kind;
	uint64_t number; /* of its kind, from 0 */
};

struct flood_frame {
	uint32_t size_bytes;
	uint8_t bytes[FLOOD_FRAME_MAX];
};

/* The frame of a kind; random decides what may vary (addresses, ports, identifications). */
void flood_frame_make(enum flood_kind kind, uint64_t number, uint64_t random, const uint8_t to[6],
		      struct flood_frame *ret_frame);

#endif
