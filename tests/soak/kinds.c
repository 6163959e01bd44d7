/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The packets of the flood, byte by byte. Owns the frames' layout. Knows no policy but addresses
 * and ports of tests/soak/site.sh. Checksums of TCP are left out: no filter looks at them, and
 * nothing of this may reach a socket.
 */
#include "kinds.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#define PORT_PERMITTED 7000
#define HOST4 0xc000020au  /* 192.0.2.10 */
#define WORLD4 0xcb007100u /* 203.0.113.0/24 */

#define TCP_SYN 0x02
#define TCP_ACK 0x10
#define MORE_FRAGMENTS 0x2000

const char *const flood_words[FLOOD_KIND_COUNT] = {
#define X(NAME, word) [FLOOD_##NAME] = (word),
	FLOOD_KINDS(X)
#undef X
};

static const uint8_t host6[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 1, [15] = 0x10};
static const uint8_t world6[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 7};

static void put(struct flood_frame *frame, const void *bytes, uint32_t size)
{
	memcpy(frame->bytes + frame->size_bytes, bytes, size);
	frame->size_bytes += size;
}

static void put16(struct flood_frame *frame, uint32_t value)
{
	const uint16_t net = htons((uint16_t)value);

	put(frame, &net, sizeof(net));
}

static void put32(struct flood_frame *frame, uint32_t value)
{
	const uint32_t net = htonl(value);

	put(frame, &net, sizeof(net));
}

static void put_ethernet(struct flood_frame *frame, const uint8_t to[6], uint16_t type)
{
	static const uint8_t from[6] = FLOOD_MAC;

	put(frame, to, 6);
	put(frame, from, 6);
	put16(frame, type);
}

static uint16_t checksum(const uint8_t *bytes, uint32_t size)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < size; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

struct datagram {
	uint8_t protocol;
	uint32_t saddr; /* host order */
	uint16_t id, fragment;
	uint16_t payload_bytes;
};

static void put_ipv4(struct flood_frame *frame, const struct datagram *datagram)
{
	uint32_t begin = frame->size_bytes;
	uint16_t sum;

	put16(frame, 0x4500);
	put16(frame, 20u + datagram->payload_bytes);
	put16(frame, datagram->id);
	put16(frame, datagram->fragment);
	put16(frame, 64u << 8 | datagram->protocol);
	put16(frame, 0);
	put32(frame, datagram->saddr);
	put32(frame, HOST4);
	sum = htons(checksum(frame->bytes + begin, 20));
	memcpy(frame->bytes + begin + 10, &sum, sizeof(sum));
}

static void put_ipv6(struct flood_frame *frame, uint8_t protocol, uint16_t payload_bytes,
		     uint8_t sender)
{
	uint8_t source[16];

	memcpy(source, world6, sizeof(source));
	source[15] = sender;
	put32(frame, 0x60000000);
	put16(frame, payload_bytes);
	put16(frame, (uint32_t)protocol << 8 | 64);
	put(frame, source, sizeof(source));
	put(frame, host6, sizeof(host6));
}

static void put_tcp(struct flood_frame *frame, uint16_t sport, uint16_t dport, uint8_t flags)
{
	put16(frame, sport);
	put16(frame, dport);
	put32(frame, 0x10203040);
	put32(frame, flags & TCP_ACK ? 0x50607080 : 0);
	put16(frame, 0x5000u | flags);
	put16(frame, 8192);
	put32(frame, 0);
}

static void put_udp(struct flood_frame *frame, uint16_t sport, uint16_t dport)
{
	put16(frame, sport);
	put16(frame, dport);
	put16(frame, 8 + sizeof(struct flood_mark));
	put16(frame, 0);
}

/* Rules have 22, 80, 7000, 9000, 17617, 20022 and 20000 upward by the growing policies. */
static uint16_t closed_port(uint64_t random)
{
	static const uint16_t first[] = {21, 23, 81, 8000, 10000, 17618, 60000};

	return (uint16_t)(first[random % 7] + (random / 7 % 2 ? 0 : random / 14 % 2 * 2));
}

static uint16_t tm_port(uint64_t random)
{
	return random & 1 ? 17617 : 20022;
}

static void put_tcp4(struct flood_frame *frame, uint32_t saddr, uint16_t dport, uint8_t flags,
		     uint64_t random)
{
	const struct datagram datagram = {
		.protocol = IPPROTO_TCP,
		.saddr = saddr,
		.id = (uint16_t)(random >> 48),
		.payload_bytes = 20 + sizeof(struct flood_mark),
	};

	put_ipv4(frame, &datagram);
	put_tcp(frame, (uint16_t)(1024 + random % 60000), dport, flags);
}

/* fragment: the field of the header; the bytes of a later one are no UDP header any more. */
static void put_udp4(struct flood_frame *frame, uint32_t saddr, uint16_t dport, uint16_t fragment,
		     uint64_t random)
{
	const struct datagram datagram = {
		.protocol = IPPROTO_UDP,
		.saddr = saddr,
		.id = (uint16_t)(random >> 48),
		.fragment = fragment,
		.payload_bytes = 8 + sizeof(struct flood_mark),
	};

	put_ipv4(frame, &datagram);
	put_udp(frame, (uint16_t)(1024 + random % 60000), dport);
}

static void put_v6(struct flood_frame *frame, uint8_t protocol, uint64_t random)
{
	bool tcp = protocol == IPPROTO_TCP;

	put_ipv6(frame, protocol, (tcp ? 20 : 8) + sizeof(struct flood_mark), random >> 56 & 0xff);
	if (tcp)
		put_tcp(frame, 40000, closed_port(random), TCP_SYN);
	else
		put_udp(frame, 40000, closed_port(random));
}

static void put_packet(struct flood_frame *frame, enum flood_kind kind, uint64_t random)
{
	uint32_t world = WORLD4 | (random >> 40 & 0xff);

	switch (kind) {
	case FLOOD_PERMITTED:
		return put_udp4(frame, world, PORT_PERMITTED, 0, random);
	case FLOOD_TCP_PORT:
		return put_tcp4(frame, world, closed_port(random), TCP_SYN, random);
	case FLOOD_UDP_PORT:
		return put_udp4(frame, world, closed_port(random), 0, random);
	case FLOOD_SPOOFED:
		return put_tcp4(frame, random & 1 ? 0xc633640au : 0xc000020au, 80, TCP_SYN, random);
	case FLOOD_MARTIAN:
		return put_udp4(frame, 0x7f000001, PORT_PERMITTED, 0, random);
	case FLOOD_TM_PORT:
		return put_tcp4(frame, world, tm_port(random), TCP_SYN, random);
	case FLOOD_FRAGMENT_FIRST:
		return put_udp4(frame, world, closed_port(random), MORE_FRAGMENTS, random);
	case FLOOD_FRAGMENT_LATER:
		return put_udp4(frame, world, PORT_PERMITTED, (uint16_t)(1 + random % 100), random);
	case FLOOD_ACK:
		return put_tcp4(frame, world, closed_port(random), TCP_ACK, random);
	case FLOOD_SYN_ACK:
		return put_tcp4(frame, world, 40000, TCP_SYN | TCP_ACK, random);
	case FLOOD_V6_TCP:
		return put_v6(frame, IPPROTO_TCP, random);
	default:
		return put_v6(frame, IPPROTO_UDP, random);
	}
}

void flood_frame_make(enum flood_kind kind, uint64_t number, uint64_t random, const uint8_t to[6],
		      struct flood_frame *ret_frame)
{
	const struct flood_mark mark = {FLOOD_MAGIC, kind, number};
	bool v6 = kind == FLOOD_V6_TCP || kind == FLOOD_V6_UDP;

	ret_frame->size_bytes = 0;
	put_ethernet(ret_frame, to, v6 ? 0x86dd : 0x0800);
	put_packet(ret_frame, kind, random);
	put(ret_frame, &mark, sizeof(mark));
}
