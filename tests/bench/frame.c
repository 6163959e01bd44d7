/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Builds the frames of a conversation, and the headers that turn one frame into another
 * conversation's. IPv4 header checksums are right, since the stack verifies them; L4 ones are not.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>

#include "traffic.h"

#define IPV4_BYTES 20
#define IPV6_BYTES 40
#define FRAGMENT_BYTES 8

static uint16_t checksum(const uint8_t *header)
{
	uint32_t sum = 0;

	for (int i = 0; i < IPV4_BYTES; i += 2)
		sum += (uint32_t)header[i] << 8 | header[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t) ~((sum & 0xffff) + (sum >> 16)));
}

static void put16(uint8_t *to, uint16_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

/* Ports and the rest of the L4 header; answers its length. */
static uint32_t build_l4(const struct frame_spec *spec, const struct talk *talk, uint8_t *l4)
{
	put16(l4, spec->outgoing ? talk->lport : talk->rport);
	put16(l4 + 2, spec->outgoing ? talk->rport : talk->lport);
	if (spec->proto == IPPROTO_UDP) {
		put16(l4 + 4, (uint16_t)(8 + spec->payload));
		return 8;
	}
	l4[12] = 5 << 4;
	l4[13] = spec->tcp_flags;
	put16(l4 + 14, 65535);
	return 20;
}

void frame_build(const struct frame_spec *spec, const struct talk *talk, uint16_t id,
		 struct frame *ret_frame)
{
	const uint8_t *from = spec->outgoing ? talk->local : talk->remote;
	const uint8_t *to = spec->outgoing ? talk->remote : talk->local;
	uint8_t *ip = ret_frame->data + ETH_HLEN, *next;
	uint32_t carried; /* bytes behind the IP header */

	memset(ret_frame, 0, sizeof(*ret_frame));
	memcpy(ret_frame->data, "\x02\0\0\0\0\x01\x02\0\0\0\0\x02", 12);
	put16(ret_frame->data + 12, spec->v6 ? ETH_P_IPV6 : ETH_P_IP);
	next = ip + (spec->v6 ? IPV6_BYTES : IPV4_BYTES);
	if (spec->v6 && spec->fragment)
		next += FRAGMENT_BYTES;
	carried = spec->fragment == 2 ? 8u + spec->payload
				      : build_l4(spec, talk, next) + spec->payload;
	if (spec->fragment)
		carried &= ~7u; /* first fragments end on 8 bytes (RFC 791) */
	if (spec->v6) {
		ip[0] = 6 << 4;
		ip[6] = spec->fragment ? IPPROTO_FRAGMENT : spec->proto;
		ip[7] = 64;
		memcpy(ip + 8, from, 16);
		memcpy(ip + 24, to, 16);
		if (spec->fragment) {
			ip[IPV6_BYTES] = spec->proto;
			put16(ip + IPV6_BYTES + 2, spec->fragment == 2 ? 1280 : 1);
			put16(ip + IPV6_BYTES + 6, id);
			carried += FRAGMENT_BYTES;
		}
		put16(ip + 4, (uint16_t)carried);
		ret_frame->size = ETH_HLEN + IPV6_BYTES + carried;
		return;
	}
	ip[0] = 4 << 4 | 5;
	put16(ip + 2, (uint16_t)(IPV4_BYTES + carried));
	put16(ip + 4, id);
	if (spec->fragment)
		put16(ip + 6, spec->fragment == 2 ? 1280 / 8 : 0x2000);
	ip[8] = 64;
	ip[9] = spec->proto;
	memcpy(ip + 12, from, 4);
	memcpy(ip + 16, to, 4);
	memcpy(ip + 10, &(uint16_t){checksum(ip)}, 2);
	ret_frame->size = ETH_HLEN + IPV4_BYTES + carried;
}

void header4_build(const struct frame *frame, const struct talk *talk, bool outgoing, uint16_t id,
		   struct bench_header4 *ret_header)
{
	uint8_t ip[IPV4_BYTES];

	memcpy(ip, frame->data + ETH_HLEN, sizeof(ip));
	put16(ip + 4, id);
	memset(ip + 10, 0, 2);
	memcpy(ip + 12, outgoing ? talk->local : talk->remote, 4);
	memcpy(ip + 16, outgoing ? talk->remote : talk->local, 4);
	memcpy(&ret_header->saddr, ip + 12, 4);
	memcpy(&ret_header->daddr, ip + 16, 4);
	ret_header->sport = htons(outgoing ? talk->lport : talk->rport);
	ret_header->dport = htons(outgoing ? talk->rport : talk->lport);
	ret_header->id = htons(id);
	ret_header->checksum = checksum(ip);
}

void header6_build(const struct talk *talk, bool outgoing, uint32_t id,
		   struct bench_header6 *ret_header)
{
	memcpy(ret_header->saddr, outgoing ? talk->local : talk->remote, 16);
	memcpy(ret_header->daddr, outgoing ? talk->remote : talk->local, 16);
	ret_header->sport = htons(outgoing ? talk->lport : talk->rport);
	ret_header->dport = htons(outgoing ? talk->rport : talk->lport);
	ret_header->id = htonl(id);
}
