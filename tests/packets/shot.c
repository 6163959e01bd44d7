/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Builds frames byte by byte. Must not know what any of them is expected to become.
 */
#include "shot.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

void put16(uint8_t *at, unsigned int value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void address_put(bool ipv6, const char *text, uint8_t *at)
{
	int good = inet_pton(ipv6 ? AF_INET6 : AF_INET, text, at);

	assert(good == 1);
	(void)good;
}

struct shot shot_ip(enum zg_hook hook, const char *source, const char *destination, uint8_t proto,
		    size_t payload)
{
	struct shot shot = {
		.hook = hook,
		.ipv6 = strchr(source, ':'),
		.proto = proto,
		.l3 = 14,
	};
	uint8_t *ip = shot.byte + 14;

	memset(shot.byte, 2, 12);
	put16(shot.byte + 12, shot.ipv6 ? 0x86dd : 0x0800);
	shot.l4 = shot.l3 + (shot.ipv6 ? 40 : 20);
	shot.size = shot.l4 + payload;
	if (shot.ipv6) {
		ip[0] = 0x60;
		put16(ip + 4, (unsigned int)payload);
		ip[6] = proto;
		ip[7] = 64;
		address_put(true, source, ip + 8);
		address_put(true, destination, ip + 24);
	} else {
		ip[0] = 0x45;
		put16(ip + 2, (unsigned int)(20 + payload));
		ip[8] = 64;
		ip[9] = proto;
		address_put(false, source, ip + 12);
		address_put(false, destination, ip + 16);
	}
	return shot;
}

struct shot shot_tcp(enum zg_hook hook, const char *source, uint16_t sport, const char *destination,
		     uint16_t dport, uint8_t flags)
{
	struct shot shot = shot_ip(hook, source, destination, 6, 20);
	uint8_t *tcp = shot.byte + shot.l4;

	put16(tcp, sport);
	put16(tcp + 2, dport);
	tcp[12] = 0x50;
	tcp[13] = flags;
	return shot;
}

struct shot shot_udp(enum zg_hook hook, const char *source, uint16_t sport, const char *destination,
		     uint16_t dport)
{
	struct shot shot = shot_ip(hook, source, destination, 17, 16);
	uint8_t *udp = shot.byte + shot.l4;

	put16(udp, sport);
	put16(udp + 2, dport);
	put16(udp + 4, 16);
	return shot;
}

struct shot shot_icmp(enum zg_hook hook, const char *source, const char *destination, uint8_t type,
		      uint16_t id)
{
	struct shot shot = shot_ip(hook, source, destination, strchr(source, ':') ? 58 : 1, 24);

	shot.byte[shot.l4] = type;
	put16(shot.byte + shot.l4 + 4, id);
	return shot;
}

struct shot shot_error(enum zg_hook hook, const char *source, const char *destination, uint8_t type,
		       const struct shot *quoted)
{
	size_t size = quoted->size - quoted->l3;
	struct shot shot =
		shot_ip(hook, source, destination, strchr(source, ':') ? 58 : 1, 8 + size);

	shot.byte[shot.l4] = type;
	memcpy(shot.byte + shot.l4 + 8, quoted->byte + quoted->l3, size);
	return shot;
}

struct shot shot_arp(enum zg_hook hook, uint16_t operation)
{
	struct shot shot = {.hook = hook, .l3 = 14, .l4 = 14, .size = 14 + 28};

	put16(shot.byte + 12, 0x0806);
	put16(shot.byte + 14, 1);
	put16(shot.byte + 16, 0x0800);
	shot.byte[18] = 6;
	shot.byte[19] = 4;
	put16(shot.byte + 20, operation);
	return shot;
}

static void bytes_open(struct shot *shot, size_t offset, size_t size)
{
	assert(shot->size + size <= SHOT_MAX && offset <= shot->size);
	memmove(shot->byte + offset + size, shot->byte + offset, shot->size - offset);
	memset(shot->byte + offset, 0, size);
	shot->size += size;
}

void shot_tag(struct shot *shot, uint16_t tpid)
{
	bytes_open(shot, 12, 4);
	put16(shot->byte + 12, tpid);
	put16(shot->byte + 14, 100);
	shot->l3 += 4;
	shot->l4 += 4;
}

static void length_add(struct shot *shot, int size)
{
	uint8_t *length = shot->byte + shot->l3 + (shot->ipv6 ? 4 : 2);

	put16(length, (unsigned int)(get16(length) + size));
}

void shot_insert(struct shot *shot, size_t offset, const void *bytes, size_t size)
{
	bytes_open(shot, offset, size);
	memcpy(shot->byte + offset, bytes, size);
	length_add(shot, (int)size);
	if (offset <= shot->l4)
		shot->l4 += size;
}

void shot_resize(struct shot *shot, size_t ip_payload)
{
	size_t size = shot->l3 + (shot->ipv6 ? 40 : 20) + ip_payload;

	assert(size <= SHOT_MAX);
	length_add(shot, (int)size - (int)shot->size);
	if (size > shot->size)
		memset(shot->byte + shot->size, 0, size - shot->size);
	shot->size = size;
}

/* Where the number of what stands at l4 is written. */
static uint8_t *last_next(struct shot *shot)
{
	uint8_t *next = shot->byte + shot->l3 + 6;
	size_t at = shot->l3 + 40;

	while (at < shot->l4) {
		next = shot->byte + at;
		at += *(shot->byte + at + 1) * 8 + 8u;
	}
	return next;
}

void shot_extend(struct shot *shot, uint8_t kind, size_t size)
{
	uint8_t header[2048] = {0}, *next = last_next(shot);

	assert(size % 8 == 0 && size && size <= sizeof(header));
	header[0] = *next;
	header[1] = (uint8_t)(size / 8 - 1);
	*next = kind;
	shot_insert(shot, shot->l4, header, size);
}

struct shot shot_fragment(const struct shot *whole, uint32_t id, size_t offset, size_t size,
			  bool more)
{
	struct shot shot = *whole;
	uint8_t header[8] = {whole->proto};

	assert(offset + size <= whole->size - whole->l4);
	memcpy(shot.byte + shot.l4, whole->byte + whole->l4 + offset, size);
	if (!shot.ipv6) {
		put16(shot.byte + shot.l3 + 4, id & 0xffff);
		put16(shot.byte + shot.l3 + 6, (unsigned int)(offset / 8) | (more ? 0x2000 : 0));
		shot_resize(&shot, shot.l4 - shot.l3 - 20 + size);
		return shot;
	}
	shot_resize(&shot, shot.l4 - shot.l3 - 40 + size);
	put16(header + 2, (unsigned int)offset | more);
	put16(header + 6, id & 0xffff);
	*last_next(&shot) = 44;
	shot_insert(&shot, shot.l4, header, sizeof(header));
	return shot;
}
