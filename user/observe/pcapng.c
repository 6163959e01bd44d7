/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Drops as a capture file. Owns the file format and the headers that are made up again.
 */
#include "observe/pcapng.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include <zonegate/reasons.h>

#define BLOCK_SECTION 0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_PACKET 6u
#define LINK_RAW 101 /* IPv4 or IPv6, by its version */
#define OPTION_COMMENT 1
#define ETHERNET_SIZE 14
#define PACKET_MAX 128
#define COMMENT_MAX 1024

/* A block under construction; numbers are in the byte order of this host, which the section says.
 */
struct block {
	uint8_t bytes[PACKET_MAX + COMMENT_MAX + 64];
	size_t size;
};

static void block_put(struct block *block, const void *data, size_t size)
{
	if (block->size + size > sizeof(block->bytes))
		return;
	memcpy(block->bytes + block->size, data, size);
	block->size += size;
}

static void block_put16(struct block *block, uint16_t value)
{
	block_put(block, &value, sizeof(value));
}

static void block_put32(struct block *block, uint32_t value)
{
	block_put(block, &value, sizeof(value));
}

static void block_pad(struct block *block)
{
	while (block->size & 3)
		block->bytes[block->size++] = 0;
}

static int block_write(FILE *file, uint32_t type, const struct block *block)
{
	uint32_t head[2] = {type, (uint32_t)block->size + 12};

	if (fwrite(head, sizeof(head), 1, file) != 1 ||
	    (block->size && fwrite(block->bytes, block->size, 1, file) != 1) ||
	    fwrite(&head[1], sizeof(head[1]), 1, file) != 1)
		return -EIO;
	return 0;
}

int pcapng_begin(FILE *file)
{
	struct block section = {0}, interface = {0};

	block_put32(&section, 0x1a2b3c4d);
	block_put16(&section, 1);
	block_put16(&section, 0);
	block_put32(&section, 0xffffffff); /* length: not known */
	block_put32(&section, 0xffffffff);
	block_put16(&interface, LINK_RAW);
	block_put16(&interface, 0);
	block_put32(&interface, 0xffff);
	return block_write(file, BLOCK_SECTION, &section) ||
			       block_write(file, BLOCK_INTERFACE, &interface) || fflush(file)
		       ? -EIO
		       : 0;
}

static void put16(uint8_t *to, size_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

/* RFC 1071, of an IPv4 header without options. */
static uint16_t header_checksum(const uint8_t *header)
{
	uint32_t sum = 0;

	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)header[i] << 8 | header[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static size_t transport_make(const struct zg_event *event, size_t length, uint8_t *to)
{
	memcpy(to, &event->sport, 2);
	memcpy(to + 2, &event->dport, 2);
	if (event->proto == IPPROTO_UDP) {
		put16(to + 4, length < 8 ? 8 : length);
		return 8;
	}
	if (event->proto != IPPROTO_TCP)
		return 0;
	to[12] = 0x50;
	to[13] = event->hook == ZG_CONNECT ? 0x02 : event->tcp_flags;
	return 20;
}

/* Answers the bytes made; *ret_length: of the packet as it was, by the frame's length. */
static size_t packet_make(const struct zg_event *event, const struct event_words *words,
			  uint8_t bytes[PACKET_MAX], size_t *ret_length)
{
	size_t header = words->is_ipv6 ? 40 : 20, size;
	size_t length = event->length > ETHERNET_SIZE ? event->length - ETHERNET_SIZE : 0;

	memset(bytes, 0, PACKET_MAX);
	*ret_length = length;
	if (!words->is_ip)
		return 0;
	size = header +
	       transport_make(event, length > header ? length - header : 0, bytes + header);
	if (length < size)
		length = size;
	*ret_length = length;
	if (words->is_ipv6) {
		bytes[0] = 0x60;
		put16(bytes + 4, length - header);
		bytes[6] = event->proto;
		bytes[7] = 64;
		memcpy(bytes + 8, event->saddr, 16);
		memcpy(bytes + 24, event->daddr, 16);
		return size;
	}
	bytes[0] = 0x45;
	put16(bytes + 2, length);
	bytes[8] = 64;
	bytes[9] = event->proto;
	memcpy(bytes + 12, event->saddr + 12, 4);
	memcpy(bytes + 16, event->daddr + 12, 4);
	put16(bytes + 10, header_checksum(bytes));
	return size;
}

int pcapng_add(FILE *file, const struct zg_event *event, const struct event_words *words,
	       const char *comment)
{
	uint8_t bytes[PACKET_MAX];
	size_t length, size = packet_make(event, words, bytes, &length);
	size_t comment_size = strnlen(comment, COMMENT_MAX);
	struct block block = {0};

	block_put32(&block, 0); /* the interface */
	block_put32(&block, (uint32_t)((uint64_t)words->time_us >> 32));
	block_put32(&block, (uint32_t)words->time_us);
	block_put32(&block, (uint32_t)size);
	block_put32(&block, (uint32_t)length);
	block_put(&block, bytes, size);
	block_pad(&block);
	block_put16(&block, OPTION_COMMENT);
	block_put16(&block, (uint16_t)comment_size);
	block_put(&block, comment, comment_size);
	block_pad(&block);
	block_put32(&block, 0); /* end of options */
	return block_write(file, BLOCK_PACKET, &block) || fflush(file) ? -EIO : 0;
}
