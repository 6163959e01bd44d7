// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * pcap (both byte orders, micro- and nanoseconds) and pcapng (section, interface, enhanced and
 * simple packet blocks). Linux cooked and raw IP captures get an Ethernet header. Must not trust a
 * length.
 */
#include "capture.h"

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum link_type {
	LINK_ETHERNET = 1,
	LINK_RAW = 101,
	LINK_SLL = 113,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_SLL2 = 276,
};

#define INTERFACES_MAX 256

struct reader {
	const char *path;
	const uint8_t *at, *end;
	bool swapped;
	struct capture *capture;
	size_t max_size, capacity, made_size;
	uint32_t link[INTERFACES_MAX];
	uint32_t links;
};

static uint32_t word(const struct reader *reader, const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, 4);
	return reader->swapped ? __builtin_bswap32(value) : value;
}

static uint16_t half(const struct reader *reader, const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, 2);
	return reader->swapped ? __builtin_bswap16(value) : value;
}

static void frame_add(struct reader *reader, const uint8_t *byte, uint32_t size, uint8_t direction)
{
	struct capture *capture = reader->capture;

	if (size < 14 || size > reader->max_size) {
		capture->left_out++;
		return;
	}
	if (capture->frames == reader->capacity) {
		reader->capacity = reader->capacity ? 2 * reader->capacity : 4096;
		capture->frame =
			realloc(capture->frame, reader->capacity * sizeof(*capture->frame));
		if (!capture->frame)
			err(3, "memory");
	}
	capture->frame[capture->frames++] = (struct frame){byte, size, direction};
}

/* What is behind a cooked or missing link layer, behind an Ethernet header of our own. */
static void frame_make(struct reader *reader, const uint8_t *byte, uint32_t size, uint16_t type,
		       uint8_t direction)
{
	static const uint8_t macs[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
	uint8_t *made = reader->capture->made + reader->made_size;

	memcpy(made, macs, sizeof(macs));
	made[12] = (uint8_t)(type >> 8);
	made[13] = (uint8_t)type;
	memcpy(made + 14, byte, size);
	reader->made_size += size + 14;
	frame_add(reader, made, size + 14, direction);
}

static uint16_t big16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* Packet type 4: sent by us (tcpdump.org, LINKTYPE_LINUX_SLL). */
static uint8_t cooked_direction(unsigned int type)
{
	return type == 4 ? CAPTURE_OUT : CAPTURE_IN;
}

static void packet_add(struct reader *reader, uint32_t link, const uint8_t *byte, uint32_t size,
		       uint8_t direction)
{
	switch (link) {
	case LINK_ETHERNET:
		frame_add(reader, byte, size, direction);
		break;
	case LINK_RAW:
	case LINK_IPV4:
	case LINK_IPV6:
		if (size)
			frame_make(reader, byte, size, byte[0] >> 4 == 6 ? 0x86dd : 0x0800,
				   direction);
		break;
	case LINK_SLL:
		if (size >= 16)
			frame_make(reader, byte + 16, size - 16, big16(byte + 14),
				   cooked_direction(big16(byte)));
		break;
	case LINK_SLL2:
		if (size >= 20)
			frame_make(reader, byte + 20, size - 20, big16(byte),
				   cooked_direction(byte[10]));
		break;
	default:
		reader->capture->left_out++;
	}
}

static void pcap_read(struct reader *reader)
{
	uint32_t link = word(reader, reader->at + 20) & 0xffff;

	for (reader->at += 24; reader->end - reader->at >= 16;) {
		uint32_t size = word(reader, reader->at + 8);

		reader->at += 16;
		if (size > reader->end - reader->at) {
			warnx("%s: the last packet is cut short", reader->path);
			return;
		}
		packet_add(reader, link, reader->at, size, CAPTURE_UNKNOWN);
		reader->at += size;
	}
}

/* Enhanced packet block: the flags option (2), bits 0-1: 1 inbound, 2 outbound. */
static uint8_t block_direction(const struct reader *reader, const uint8_t *at, const uint8_t *end)
{
	while (end - at >= 4) {
		uint16_t code = half(reader, at), size = half(reader, at + 2);

		at += 4;
		if (code == 0 || size > end - at)
			break;
		if (code == 2 && size >= 4)
			return (uint8_t)(word(reader, at) & 3);
		at += (size + 3u) & ~3u;
		if (at > end)
			break;
	}
	return CAPTURE_UNKNOWN;
}

static void block_read(struct reader *reader, uint32_t type, const uint8_t *body, uint32_t size)
{
	uint32_t captured, interface;

	switch (type) {
	case 1: /* interface description */
		if (size >= 8 && reader->links < INTERFACES_MAX)
			reader->link[reader->links++] = half(reader, body);
		break;
	case 3: /* simple packet */
		captured = size - 4;
		if (size >= 4 && reader->links && word(reader, body) < captured)
			captured = word(reader, body);
		if (size >= 4 && reader->links)
			packet_add(reader, reader->link[0], body + 4, captured, CAPTURE_UNKNOWN);
		break;
	case 6: /* enhanced packet */
		if (size < 20)
			break;
		interface = word(reader, body);
		captured = word(reader, body + 12);
		if (interface >= reader->links || captured > size - 20)
			break;
		packet_add(
			reader, reader->link[interface], body + 20, captured,
			block_direction(reader, body + 20 + ((captured + 3) & ~3u), body + size));
		break;
	}
}

static void pcapng_read(struct reader *reader)
{
	while (reader->end - reader->at >= 12) {
		uint32_t type = word(reader, reader->at), size;

		if (type == 0x0a0d0d0a) { /* section: says its byte order, begins interfaces anew */
			uint32_t magic;

			memcpy(&magic, reader->at + 8, 4);
			reader->swapped = magic != 0x1a2b3c4d;
			reader->links = 0;
		}
		size = word(reader, reader->at + 4);
		if (size < 12 || size % 4 || size > reader->end - reader->at) {
			warnx("%s: a block is cut short", reader->path);
			return;
		}
		block_read(reader, word(reader, reader->at), reader->at + 8, size - 12);
		reader->at += size;
	}
}

static size_t file_read(const char *path, uint8_t **ret_file)
{
	FILE *file = fopen(path, "rb");
	size_t size, read;

	if (!file || fseek(file, 0, SEEK_END))
		err(3, "%s", path);
	size = (size_t)ftell(file);
	rewind(file);
	*ret_file = malloc(size + 1);
	if (!*ret_file)
		err(3, "memory");
	read = fread(*ret_file, 1, size, file);
	fclose(file);
	if (read != size)
		errx(3, "%s: cannot be read", path);
	return size;
}

void capture_read(const char *path, size_t max_size, struct capture *ret_capture)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	struct capture *capture = ret_capture;
	size_t size;
	uint32_t magic;

	memset(capture, 0, sizeof(*capture));
	size = file_read(path, &capture->file);
	/* A raw packet is at least 16 bytes of record header shorter than its frame is longer. */
	capture->made = malloc(size + 1);
	if (!reader || !capture->made)
		err(3, "memory");
	*reader = (struct reader){.path = path,
				  .at = capture->file,
				  .end = capture->file + size,
				  .capture = capture,
				  .max_size = max_size};
	if (size < 24)
		errx(3, "%s: no capture", path);
	memcpy(&magic, capture->file, 4);
	if (magic == 0x0a0d0d0a) {
		pcapng_read(reader);
	} else {
		reader->swapped = magic == 0xd4c3b2a1 || magic == 0x4d3cb2a1;
		magic = word(reader, capture->file);
		if (magic != 0xa1b2c3d4 && magic != 0xa1b23c4d)
			errx(3, "%s: neither pcap nor pcapng", path);
		pcap_read(reader);
	}
	free(reader);
}

void capture_free(struct capture *capture)
{
	free(capture->file);
	free(capture->made);
	free(capture->frame);
}
