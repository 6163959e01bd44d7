// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A plan as bytes. Lengths are right here; whoever wants them wrong damages the bytes afterwards.
 */
#include "plan.h"

#include <string.h>

struct pen {
	struct packet *packet;
};

void store16(uint8_t *at, unsigned int value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put8(struct pen *pen, unsigned int value)
{
	if (pen->packet->size < PACKET_MAX)
		pen->packet->byte[pen->packet->size++] = (uint8_t)value;
}

static void put16(struct pen *pen, unsigned int value)
{
	put8(pen, value >> 8);
	put8(pen, value);
}

static void put(struct pen *pen, const uint8_t *bytes, size_t count)
{
	while (count--)
		put8(pen, *bytes++);
}

static void render_ipv4(const struct plan *plan, struct pen *pen)
{
	unsigned int flags = plan->offset / 8u;

	if (plan->fragment && plan->more)
		flags |= 0x2000;
	if (plan->reserved & 0x80)
		flags |= 0x8000;
	put8(pen, 0x45u + (unsigned int)plan->options / 4);
	put8(pen, 0);
	put16(pen, 20u + (unsigned int)plan->options + (unsigned int)plan->body_size);
	put16(pen, plan->id);
	put16(pen, flags);
	put8(pen, plan->ttl);
	put8(pen, plan->proto);
	put16(pen, 0);
	put(pen, plan->src.byte, 4);
	put(pen, plan->dst.byte, 4);
	put(pen, plan->option, (size_t)plan->options);
}

static void render_header(const struct plan *plan, int index, struct pen *pen)
{
	uint8_t next = index + 1 < plan->headers ? plan->header[index + 1] : plan->proto;
	static const uint8_t padding[] = {1, 4, 0, 0, 0, 0};

	put8(pen, next);
	if (plan->header[index] == 44) {
		put8(pen, plan->reserved);
		put16(pen, plan->offset | (plan->more ? 1u : 0u));
		put16(pen, plan->id >> 16);
		put16(pen, plan->id);
		return;
	}
	put8(pen, 0);
	put(pen, padding, sizeof(padding));
}

static void render_ipv6(const struct plan *plan, struct pen *pen)
{
	put16(pen, 0x6000);
	put16(pen, 0);
	put16(pen, (unsigned int)plan->headers * 8u + (unsigned int)plan->body_size);
	put8(pen, plan->headers ? plan->header[0] : plan->proto);
	put8(pen, plan->ttl);
	put(pen, plan->src.byte, 16);
	put(pen, plan->dst.byte, 16);
	for (int i = 0; i < plan->headers; i++)
		render_header(plan, i, pen);
}

void plan_render(const struct plan *plan, struct packet *ret_packet)
{
	static const uint8_t macs[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
	struct pen pen = {ret_packet};
	bool v4 = plan->src.family == 4;

	ret_packet->hook = plan->hook;
	ret_packet->size = 0;
	put(&pen, macs, sizeof(macs));
	for (int i = 0; i < plan->tags; i++) {
		put16(&pen, i ? 0x8100 : plan->tag_type);
		put16(&pen, 100u + (unsigned int)i);
	}
	put16(&pen, plan->ethertype ? plan->ethertype : v4 ? 0x0800 : 0x86dd);
	if (!plan->ethertype && v4)
		render_ipv4(plan, &pen);
	else if (!plan->ethertype)
		render_ipv6(plan, &pen);
	put(&pen, plan->body, (size_t)plan->body_size);
	for (int i = 0; i < plan->padding; i++)
		put8(&pen, 0);
}
