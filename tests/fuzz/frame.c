// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Frames from few bytes. Owns layout of headers; must not know what a hook makes of them.
 */
#include "frame.h"

#include <string.h>

static const uint8_t addresses4[16][4] = {
	{203, 0, 113, 7}, {192, 0, 2, 10},   {192, 0, 2, 80}, {10, 20, 1, 1},
	{203, 0, 113, 9}, {198, 51, 100, 5}, {10, 9, 9, 9},   {127, 0, 0, 1},
	{0, 0, 0, 0},	  {224, 0, 0, 22},   {192, 0, 2, 11}, {255, 255, 255, 255},
	{240, 0, 0, 1},	  {169, 254, 1, 1},  {8, 8, 8, 8},    {192, 0, 2, 255},
};

static const uint8_t addresses6[16][16] = {
	{0x20, 1, 0x0d, 0xb8, 0, 7, [15] = 7},
	{0x20, 1, 0x0d, 0xb8, [15] = 0x10},
	{0x20, 1, 0x0d, 0xb8, [15] = 0x80},
	{0xfd, 0, 0, 0x20, [15] = 1},
	{0x20, 1, 0x0d, 0xb8, 0, 9, [15] = 1},
	{0xfe, 0x80, [15] = 1},
	{0xff, 2, [15] = 1},
	{0xff, 2, [11] = 1, [12] = 0xff, [15] = 0x10},
	{[15] = 1},
	{[15] = 0},
	{[10] = 0xff, 0xff, 192, 0, 2, 10},
	{0x20, 2, [15] = 1},
	{0xfe, 0x80, [15] = 2},
	{0x20, 1, [15] = 2},
	{0x26, 6, [15] = 3},
	{0xff, 5, [15] = 2},
};

static const uint16_t ports[16] = {443,	  21,	40000, 80,    20,    22,    53,	   8050,
				   61050, 1024, 50050, 20443, 65535, 62000, 64050, 0};

static const uint8_t protocols[16] = {6, 6, 17, 1, 58, 2, 50, 6, 17, 132, 0, 59, 1, 58, 51, 112};

static const uint8_t icmp_types[16] = {8,   0, 3, 11,  12,  5,	 13,  128,
				       129, 1, 2, 135, 134, 143, 130, 137};

static void put8(struct frame_bytes *frame, uint8_t value)
{
	if (frame->size < FRAME_MAX)
		frame->byte[frame->size++] = value;
}

static void put16(struct frame_bytes *frame, uint16_t value)
{
	put8(frame, (uint8_t)(value >> 8));
	put8(frame, (uint8_t)value);
}

static void put(struct frame_bytes *frame, const void *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		put8(frame, ((const uint8_t *)from)[i]);
}

static void put_zeros(struct frame_bytes *frame, size_t size)
{
	while (size--)
		put8(frame, 0);
}

static void set16(struct frame_bytes *frame, size_t at, size_t value)
{
	if (at + 2 > frame->size)
		return;
	frame->byte[at] = (uint8_t)(value >> 8);
	frame->byte[at + 1] = (uint8_t)value;
}

struct shape {
	bool six;
	uint8_t proto, source, destination, sport, dport;
	uint8_t tags;	  /* VLAN */
	uint8_t fragment; /* 0 none, 1 first, 2 later, 3 last or atomic */
	uint16_t fragment_offset, fragment_id;
	uint8_t hop_limit;
	uint8_t extras; /* options, or extension headers */
	uint8_t detail; /* TCP flags, ICMP type and such */
	uint8_t payload;
};

static void shape_take(struct bytes *bytes, struct shape *shape)
{
	static const uint8_t hop_limits[4] = {64, 255, 1, 0};
	uint8_t first = bytes_u8(bytes), second = bytes_u8(bytes), third = bytes_u8(bytes);

	*shape = (struct shape){
		.six = first & 1,
		.tags = (first >> 1 & 3) % 3 + ((first & 0x78) == 0x78),
		.hop_limit = hop_limits[first >> 3 & 3],
		.fragment = first >> 5 & 3,
		.proto = protocols[second & 15],
		.extras = second >> 4,
		.source = third & 15,
		.destination = third >> 4,
		.detail = bytes_u8(bytes),
		.payload = bytes_u8(bytes),
	};
	third = bytes_u8(bytes);
	shape->sport = third & 15;
	shape->dport = third >> 4;
	if (shape->fragment) {
		shape->fragment_id = bytes_u8(bytes) & 3;
		shape->fragment_offset = bytes_u8(bytes);
	}
}

static void transport_put(struct frame_bytes *frame, const struct shape *shape, struct bytes *bytes)
{
	size_t payload = shape->payload & 0x7f;
	const uint8_t *from;

	switch (shape->proto) {
	case 6:
		put16(frame, ports[shape->sport]);
		put16(frame, ports[shape->dport]);
		put_zeros(frame, 8);
		put8(frame, shape->payload & 0x80 ? 0x60 : 0x50);
		put8(frame, shape->detail);
		put_zeros(frame, shape->payload & 0x80 ? 10 : 6);
		break;
	case 17:
		put16(frame, ports[shape->sport]);
		put16(frame, ports[shape->dport]);
		put16(frame, (uint16_t)(8 + payload - (shape->detail & 15)));
		put16(frame, 0);
		break;
	case 1:
	case 58:
		put8(frame, icmp_types[shape->detail & 15]);
		put8(frame, shape->detail >> 4);
		put16(frame, 0);
		put16(frame, shape->sport);
		put16(frame, shape->dport);
		put_zeros(frame, 16); /* as long as neighbour discovery wants it */
		break;
	default:
		break;
	}
	from = bytes_take(bytes, &payload);
	put(frame, from, payload);
	put_zeros(frame, (shape->payload & 0x7f) - payload);
}

static uint16_t fragment_field(const struct shape *shape, uint16_t more, unsigned int shift)
{
	uint16_t offset = shape->fragment > 1 ? shape->fragment_offset : 0;

	return (uint16_t)(offset << shift |
			  (shape->fragment == 1 || shape->fragment == 2 ? more : 0));
}

static void ipv4_put(struct frame_bytes *frame, const struct shape *shape, struct bytes *bytes)
{
	static const uint8_t options[8][4] = {{1, 1, 1, 0},   {7, 4, 4, 0},  {131, 4, 4, 0},
					      {148, 4, 0, 0}, {0, 0, 0, 0},  {68, 1, 0, 0},
					      {68, 9, 0, 0},  {137, 3, 4, 0}};
	size_t start = frame->size, words = shape->extras & 8 ? 1 : 0;

	put8(frame, (uint8_t)(0x45 + words));
	put8(frame, 0);
	put16(frame, 0);
	put16(frame, shape->fragment_id);
	put16(frame, fragment_field(shape, 0x2000, 0));
	put8(frame, shape->hop_limit);
	put8(frame, shape->proto);
	put16(frame, 0);
	put(frame, addresses4[shape->source], 4);
	put(frame, addresses4[shape->destination], 4);
	if (words)
		put(frame, options[shape->extras & 7], 4);
	transport_put(frame, shape, bytes);
	set16(frame, start + 2, frame->size - start);
}

/* Extension headers by the bits of extras: hop-by-hop, destination options, routing, many. */
static void ipv6_put(struct frame_bytes *frame, const struct shape *shape, struct bytes *bytes)
{
	uint8_t kinds[12], count = 0;
	size_t start = frame->size;

	if (shape->extras & 1)
		kinds[count++] = 0;
	if (shape->extras & 2)
		kinds[count++] = 60;
	if (shape->fragment)
		kinds[count++] = 44;
	if (shape->extras & 4)
		kinds[count++] = shape->detail & 1 ? 43 : 51;
	if (shape->extras & 8)
		for (int i = 0; i < (shape->detail & 7); i++)
			kinds[count++] = 60;
	put8(frame, 0x60);
	put_zeros(frame, 5);
	put8(frame, count ? kinds[0] : shape->proto);
	put8(frame, shape->hop_limit);
	put(frame, addresses6[shape->source], 16);
	put(frame, addresses6[shape->destination], 16);
	for (uint8_t i = 0; i < count; i++) {
		put8(frame, i + 1 < count ? kinds[i + 1] : shape->proto);
		put8(frame, 0);
		put16(frame, kinds[i] == 44 ? fragment_field(shape, 1, 3) : 0);
		put16(frame, 0);
		put16(frame, kinds[i] == 44 ? shape->fragment_id : 0);
	}
	transport_put(frame, shape, bytes);
	set16(frame, start + 4, frame->size - start - 40);
}

/* Changes and a cut: how many in the low bits. */
static void frame_mutate(struct frame_bytes *frame, struct bytes *bytes)
{
	uint8_t how = bytes_u8(bytes);

	for (int i = 0; i < (how & 3); i++) {
		size_t at = bytes_u8(bytes);
		uint8_t value = bytes_u8(bytes);

		if (at < frame->size)
			frame->byte[at] = value;
	}
	if (how & 4) {
		size_t cut = bytes_u8(bytes);

		frame->size = cut < frame->size ? cut : frame->size;
	}
	if (how & 8) /* Ethernet's padding */
		put_zeros(frame, how >> 4);
}

void frame_build(struct bytes *bytes, struct frame_bytes *ret_frame)
{
	struct shape shape;

	shape_take(bytes, &shape);
	ret_frame->size = 0;
	put_zeros(ret_frame, 12);
	for (int i = 0; i < shape.tags; i++) {
		put16(ret_frame, i ? 0x8100 : 0x88a8);
		put16(ret_frame, 5);
	}
	put16(ret_frame, shape.six ? 0x86dd : 0x0800);
	if (shape.six)
		ipv6_put(ret_frame, &shape, bytes);
	else
		ipv4_put(ret_frame, &shape, bytes);
	frame_mutate(ret_frame, bytes);
}

/* ---- frames about frames ---- */

static bool frame_is_ip(const uint8_t *byte, size_t size, bool *ret_six)
{
	if (size < 34)
		return false;
	*ret_six = byte[12] == 0x86 && byte[13] == 0xdd;
	if (*ret_six)
		return size >= 54;
	return byte[12] == 0x08 && byte[13] == 0x00;
}

bool frame_quote(const struct frame_bytes *frame, struct bytes *bytes,
		 struct frame_bytes *ret_error)
{
	uint8_t choice = bytes_u8(bytes), type;
	size_t quoted = 28u + (choice >> 2), start;
	bool six;

	if (!frame_is_ip(frame->byte, frame->size, &six))
		return false;
	type = (uint8_t)(six ? 1 + (choice & 3) : (choice & 3) < 3 ? (choice & 3) + 10 : 3);
	if (quoted > frame->size - 14)
		quoted = frame->size - 14;
	ret_error->size = 0;
	put(ret_error, frame->byte, 14);
	start = ret_error->size;
	/* From whom the frame was sent to, to its sender. */
	put(ret_error, frame->byte + 14, six ? 40 : 20);
	memcpy(ret_error->byte + 14 + (six ? 8 : 12), frame->byte + 14 + (six ? 24 : 16),
	       six ? 16 : 4);
	memcpy(ret_error->byte + 14 + (six ? 24 : 16), frame->byte + 14 + (six ? 8 : 12),
	       six ? 16 : 4);
	ret_error->byte[14] = six ? 0x60 : 0x45;
	ret_error->byte[14 + (six ? 6 : 9)] = six ? 58 : 1;
	if (!six)
		set16(ret_error, 14 + 6, 0);
	put8(ret_error, type);
	put8(ret_error, 0);
	put_zeros(ret_error, 6);
	put(ret_error, frame->byte + 14, quoted);
	set16(ret_error, start + (six ? 4 : 2), ret_error->size - start - (six ? 40 : 0));
	frame_mutate(ret_error, bytes);
	return true;
}

static void swap(uint8_t *a, uint8_t *b, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		uint8_t byte = a[i];

		a[i] = b[i];
		b[i] = byte;
	}
}

bool frame_mirror(const struct frame_bytes *frame, uint8_t tcp_flags,
		  struct frame_bytes *ret_mirrored)
{
	size_t l4;
	uint8_t proto;
	bool six;

	if (!frame_is_ip(frame->byte, frame->size, &six))
		return false;
	memcpy(ret_mirrored->byte, frame->byte, frame->size);
	ret_mirrored->size = frame->size;
	swap(ret_mirrored->byte + (six ? 22 : 26), ret_mirrored->byte + (six ? 38 : 30),
	     six ? 16 : 4);
	proto = frame->byte[six ? 20 : 23];
	l4 = six ? 54 : 14u + (frame->byte[14] & 15) * 4u;
	if (proto == 6 && l4 + 14 <= frame->size)
		ret_mirrored->byte[l4 + 13] = tcp_flags;
	if ((proto == 6 || proto == 17) && l4 + 4 <= frame->size)
		swap(ret_mirrored->byte + l4, ret_mirrored->byte + l4 + 2, 2);
	/* A request's reply. */
	if ((proto == 1 || proto == 58) && l4 < frame->size)
		ret_mirrored->byte[l4] = (uint8_t)(frame->byte[l4] == 8 ? 0 : frame->byte[l4] ^ 1);
	return true;
}

bool frame_is_bare_syn(const uint8_t *byte, size_t size)
{
	size_t l4;
	bool six;

	if (!frame_is_ip(byte, size, &six))
		return false;
	if (!six && (byte[20] & 0x3f || byte[21]))
		return false;
	l4 = six ? 54 : 14u + (byte[14] & 15) * 4u;
	return byte[six ? 20 : 23] == 6 && l4 + 20 <= size && (byte[l4 + 13] & 0x12) == 0x02;
}
