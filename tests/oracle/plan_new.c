// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Packets of every kind that the data plane tells apart, at addresses and ports of the pool. Must
 * not know verdicts.
 */
#include <string.h>

#include <zonegate/reasons.h>

#include "plans.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct host pick(struct rng *rng, const struct host *pool, int count, uint8_t family)
{
	uint8_t byte[16] = {0x20, 0x01, 0x0d, 0xb8};

	for (int tries = 0; count && tries < 8; tries++) {
		const struct host *host = &pool[rng_below(rng, (uint32_t)count)];

		if (host->family == family)
			return *host;
	}
	byte[15] = (uint8_t)rng_below(rng, 32);
	return family == 4 ? host_v4(0xc0000200 | rng_below(rng, 32)) : host_v6(byte);
}

static unsigned int pick_port(struct traffic *traffic)
{
	if (rng_percent(traffic->rng, 88))
		return traffic->port[rng_below(traffic->rng, (uint32_t)traffic->ports)];
	return rng_below(traffic->rng, 65536);
}

static void body_tcp(struct traffic *traffic, struct plan *plan)
{
	static const uint8_t usual[] = {0x02, 0x02, 0x02, 0xc2, 0x12, 0x10, 0x18, 0x11, 0x04, 0x14};
	struct rng *rng = traffic->rng;
	int options = rng_percent(rng, 30) ? (int)rng_below(rng, 11) * 4 : 0;
	int data = rng_percent(rng, 30) ? (int)rng_below(rng, 64) : 0;

	plan->proto = 6;
	store16(plan->body, pick_port(traffic));
	store16(plan->body + 2, pick_port(traffic));
	plan->body[12] = (uint8_t)((20 + options) / 4 << 4);
	plan->body[13] =
		rng_percent(rng, 92) ? usual[rng_below(rng, COUNT(usual))] : (uint8_t)rng_next(rng);
	memset(plan->body + 20, 1, (size_t)options);
	plan->body_size = 20 + options + data;
}

static void body_udp(struct traffic *traffic, struct plan *plan)
{
	int data = (int)rng_below(traffic->rng, 40);

	plan->proto = 17;
	store16(plan->body, pick_port(traffic));
	store16(plan->body + 2, pick_port(traffic));
	store16(plan->body + 4, 8u + (unsigned int)data);
	plan->body_size = 8 + data;
}

static void body_icmp4(struct rng *rng, struct plan *plan)
{
	static const uint8_t types[] = {8, 8, 8, 0, 0, 3, 11, 12, 5, 4, 13, 14, 9, 10, 17};

	plan->proto = 1;
	plan->body[0] = rng_percent(rng, 85) ? types[rng_below(rng, COUNT(types))]
					     : (uint8_t)rng_below(rng, 256);
	store16(plan->body + 4, rng_below(rng, 4));
	plan->body_size = 8 + (int)rng_below(rng, 48);
}

/* Neighbour discovery and listeners as they should be; damage comes by itself. */
static void body_link6(struct rng *rng, struct plan *plan)
{
	static const char *const sources[] = {"fe80::1", "fe80::2:3", "2001:db8::1", "::"};

	plan->ttl = plan->body[0] >= 133 && plan->body[0] <= 137 ? 255 : 1;
	if (rng_percent(rng, 6))
		plan->ttl = 64;
	plan->body[1] = rng_percent(rng, 5);
	host_parse(sources[rng_below(rng, COUNT(sources))], &plan->src);
	host_parse(rng_percent(rng, 50) ? "ff02::1:ff00:1" : "ff02::1", &plan->dst);
	plan->body[8] = rng_percent(rng, 10) ? 0xff : 0xfe;
	plan->body_size = rng_percent(rng, 90) ? 24 + 8 * (int)rng_below(rng, 3)
					       : 8 + (int)rng_below(rng, 20);
	if (plan->body[0] < 133 && rng_percent(rng, 70)) {
		plan->header[plan->headers++] = 0;
	}
}

static void body_icmp6(struct rng *rng, struct plan *plan)
{
	static const uint8_t types[] = {128, 128, 128, 129, 129, 1,   2,   3,	4,   133, 134,
					135, 135, 136, 137, 130, 131, 132, 143, 138, 139, 100};
	uint8_t type = rng_percent(rng, 90) ? types[rng_below(rng, COUNT(types))]
					    : (uint8_t)rng_below(rng, 256);

	plan->proto = 58;
	plan->body[0] = type;
	store16(plan->body + 4, rng_below(rng, 4));
	plan->body_size = 8 + (int)rng_below(rng, 48);
	if (type >= 130 && type <= 143)
		body_link6(rng, plan);
}

static void body_other(struct rng *rng, struct plan *plan)
{
	static const uint8_t protos[] = {47, 50, 51, 112, 2,  2,   132, 0,
					 59, 4,	 41, 136, 43, 253, 1,	58};

	plan->proto = protos[rng_below(rng, COUNT(protos))];
	plan->body[0] = 0x11;
	plan->body_size = (int)rng_below(rng, 40);
	if (plan->proto == 2 && plan->src.family == 4 && rng_percent(rng, 70)) {
		plan->ttl = rng_percent(rng, 80) ? 1 : 64;
		plan->dst = host_v4(rng_percent(rng, 80) ? 0xe0000016 : 0x0a140001);
	}
}

static void plan_options(struct rng *rng, struct plan *plan)
{
	static const uint8_t kinds[] = {0, 1, 7, 131, 137, 148, 68, 136, 20};

	plan->options = 4 * (int)rng_between(rng, 1, 10);
	memset(plan->option, 1, sizeof(plan->option));
	for (int at = 0; at < plan->options - 4; at += 4) {
		if (rng_percent(rng, 50))
			continue;
		plan->option[at] = kinds[rng_below(rng, COUNT(kinds))];
		if (plan->option[at] > 1)
			plan->option[at + 1] =
				rng_percent(rng, 92) ? 4 : (uint8_t)rng_below(rng, 44);
	}
	if (rng_percent(rng, 5))
		plan->option[plan->options - 1] = 148;
}

static void plan_headers(struct rng *rng, struct plan *plan)
{
	static const uint8_t kinds[] = {60, 60, 60, 60, 0, 43, 51, 135, 139};
	int count = rng_percent(rng, 80) ? (int)rng_between(rng, 1, 3) : (int)rng_below(rng, 8);

	for (int i = 0; i < count && plan->headers < PLAN_HEADERS - 1; i++)
		plan->header[plan->headers++] =
			i == 0 && rng_percent(rng, 30)
				? 0
				: kinds[rng_below(rng, rng_percent(rng, 70) ? 4 : COUNT(kinds))];
}

static void plan_fragment(struct rng *rng, struct plan *plan)
{
	uint32_t kind = rng_below(rng, 10);

	plan->fragment = true;
	plan->id = rng_below(rng, 6);
	plan->more = kind < 7;
	plan->offset = 0;
	if (kind == 9 && rng_percent(rng, 50)) /* where the reassembled packet gets too long */
		plan->offset = (uint16_t)(65528 - 8 * rng_below(rng, 8));
	else if (kind > 4)
		plan->offset = (uint16_t)(8 * rng_below(rng, rng_percent(rng, 60) ? 8 : 8192));
	if (plan->more && !plan->offset && rng_percent(rng, 15)) /* too small for its header */
		plan->body_size = 8 * (int)rng_below(rng, 3);
	if (plan->more && rng_percent(rng, 90))
		plan->body_size = (plan->body_size + 7) / 8 * 8;
	if (plan->src.family == 6) {
		plan->header[plan->headers++] = 44;
		plan->reserved = rng_percent(rng, 20) ? (uint8_t)rng_next(rng) : 0;
		if (rng_percent(rng, 15) && plan->headers < PLAN_HEADERS)
			plan->header[plan->headers++] = rng_percent(rng, 80) ? 60 : 44;
	} else if (plan->offset == 0 && !plan->more) {
		plan->fragment = false;
	}
}

/* ARP, LLC, and what is not known. */
static void plan_link(struct rng *rng, struct plan *plan)
{
	static const uint8_t arp[] = {0, 1, 8, 0, 6, 4, 0, 1};
	static const uint16_t types[] = {0x0806, 0x0806, 0x0806, 0x0026, 0x05ff, 0x0600, 0x88cc,
					 0x888e, 0x8035, 0x9100, 0x8864, 0xffff, 0x05dc};

	plan->ethertype = types[rng_below(rng, COUNT(types))];
	plan->body_size = (int)rng_between(rng, 0, 46);
	if (plan->ethertype != 0x0806)
		return;
	memcpy(plan->body, arp, sizeof(arp));
	plan->body[7] = (uint8_t)rng_between(rng, 1, rng_percent(rng, 90) ? 2 : 5);
	plan->body_size = rng_percent(rng, 90) ? 28 : (int)rng_below(rng, 28);
}

static void plan_dress(struct rng *rng, struct plan *plan)
{
	uint8_t family = plan->src.family;

	plan->tag_type = rng_percent(rng, 50) ? 0x8100 : 0x88a8;
	if (rng_percent(rng, 10))
		plan->tags = (int)rng_between(rng, 1, rng_percent(rng, 80) ? 2 : 4);
	if (rng_percent(rng, 15))
		plan->padding = (int)rng_below(rng, 20);
	if (plan->ethertype)
		return;
	if (family == 4 && rng_percent(rng, 6))
		plan_options(rng, plan);
	if (family == 4 && rng_percent(rng, 1))
		plan->reserved = 0x80;
	if (family == 6 && rng_percent(rng, 12))
		plan_headers(rng, plan);
	if (rng_percent(rng, 10))
		plan_fragment(rng, plan);
}

static void plan_body(struct traffic *traffic, struct plan *plan)
{
	struct rng *rng = traffic->rng;
	uint32_t dice = rng_below(rng, 100);

	if (dice < 50)
		body_tcp(traffic, plan);
	else if (dice < 68)
		body_udp(traffic, plan);
	else if (dice < 88 && plan->src.family == 4)
		body_icmp4(rng, plan);
	else if (dice < 88)
		body_icmp6(rng, plan);
	else
		body_other(rng, plan);
}

void plan_new(struct traffic *traffic, struct plan *ret_plan)
{
	struct rng *rng = traffic->rng;
	struct plan *plan = ret_plan;
	uint8_t family = rng_percent(rng, 60) ? 4 : 6;
	struct host local = pick(rng, traffic->local, traffic->locals, family);
	struct host remote = pick(rng, traffic->remote, traffic->remotes, family);

	if (rng_percent(rng, 60) && plan_aim(traffic, plan)) {
		plan_dress(rng, plan);
		return;
	}
	memset(plan, 0, sizeof(*plan));
	plan->hook = rng_percent(rng, 50) ? ZG_INGRESS : ZG_EGRESS;
	plan->src = plan->hook == ZG_INGRESS ? remote : local;
	plan->dst = plan->hook == ZG_INGRESS ? local : remote;
	if (rng_percent(rng, 2))
		plan->dst = plan->src;
	plan->ttl = 64;
	plan->id = rng_below(rng, 65536);
	if (rng_percent(rng, 8)) { /* a ping, mostly of us */
		plan->proto = family == 4 ? 1 : 58;
		plan->body[0] = family == 4 ? 8 : 128;
		store16(plan->body + 4, rng_below(rng, 4));
		plan->body_size = 16;
		return;
	}
	if (rng_percent(rng, 6))
		plan_link(rng, plan);
	else
		plan_body(traffic, plan);
	plan_dress(rng, plan);
}
