// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Traffic: new packets (plan_new.c), answers to packets before (plan_answer.c), damage. Owns the
 * pool: the policy's boundaries and their neighbours. Must not know what a verdict is.
 */
#include "generate_packet.h"

#include <string.h>

#include <zonegate/reasons.h>

#include "plans.h"

static void pool_host(struct host *pool, int *count, struct host host)
{
	if (*count < POOL_HOSTS)
		pool[(*count)++] = host;
}

static void pool_port(struct traffic *traffic, uint32_t port)
{
	for (uint32_t near = port ? port - 1 : 0; near <= port + 1 && near < 65536; near++)
		if (traffic->ports < POOL_PORTS)
			traffic->port[traffic->ports++] = (uint16_t)near;
}

static void pool_members(struct traffic *traffic, const struct members *members)
{
	struct host *pool = members->local ? traffic->local : traffic->remote;
	int *count = members->local ? &traffic->locals : &traffic->remotes;

	for (int i = 0; i < members->count; i++) {
		const struct member *member = &members->member[i];

		if (member->kind != MEMBER_RANGE)
			continue;
		pool_host(pool, count, member->first);
		pool_host(pool, count, member->last);
		pool_host(pool, count, host_next(member->first, -1));
		pool_host(pool, count, host_next(member->last, 1));
	}
}

void traffic_init(struct rng *rng, const struct model *model, struct traffic *ret_traffic)
{
	static const char *const odd[] = {"10.20.3.4",
					  "172.31.255.255",
					  "0.0.0.0",
					  "127.0.0.1",
					  "224.0.0.1",
					  "239.255.255.255",
					  "255.255.255.255",
					  "8.8.8.8",
					  "192.0.2.1",
					  "169.254.1.1",
					  "::",
					  "::1",
					  "ff02::1",
					  "fe80::1",
					  "fd00::1",
					  "2001:db8::1",
					  "::ffff:10.20.0.1",
					  "2001:db8:1::5",
					  "ff02::1:ff00:1"};
	struct host host;

	memset(ret_traffic, 0, sizeof(*ret_traffic));
	ret_traffic->rng = rng;
	ret_traffic->model = model;
	for (int i = 0; i < model->zones; i++)
		pool_members(ret_traffic, &model->zone[i]);
	for (int i = 0; i < model->lists; i++)
		pool_members(ret_traffic, &model->list[i]);
	for (int i = 0; i < model->selves; i++) {
		pool_host(ret_traffic->remote, &ret_traffic->remotes, model->self[i]);
		pool_host(ret_traffic->local, &ret_traffic->locals, model->self[i]);
	}
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		if (host_parse(odd[i], &host))
			pool_host(ret_traffic->remote, &ret_traffic->remotes, host);
	for (int i = 0; i < model->rows; i++)
		for (int j = 0; j < model->row[i].ranges; j++) {
			pool_port(ret_traffic, model->row[i].range[j].first);
			pool_port(ret_traffic, model->row[i].range[j].last);
		}
	for (int i = 0; i < model->lines; i++) {
		pool_port(ret_traffic, model->line[i].to.first);
		pool_port(ret_traffic, model->line[i].from.first);
		pool_port(ret_traffic, model->line[i].from.last);
	}
	pool_port(ret_traffic, 20);
	pool_port(ret_traffic, 40000);
}

static size_t damage_place(struct rng *rng, const struct packet *packet)
{
	size_t headers = packet->size < 96 ? packet->size : 96;

	return rng_below(rng, (uint32_t)(rng_percent(rng, 80) ? headers : packet->size));
}

static void damage(struct rng *rng, struct packet *packet)
{
	static const uint8_t odd[] = {0, 1, 0xff, 0x7f, 0x80, 4, 5, 6, 17, 44, 58, 60, 0x45, 0x46};
	uint32_t size = (uint32_t)packet->size;

	switch (rng_below(rng, 6)) {
	case 0:
	case 1:
		for (uint32_t flips = rng_between(rng, 1, 3); flips; flips--)
			packet->byte[damage_place(rng, packet)] ^=
				(uint8_t)(1u << rng_below(rng, 8));
		break;
	case 2:
		packet->size = rng_between(rng, size < 14 ? size : 14, size);
		break;
	case 3:
		packet->byte[damage_place(rng, packet)] = odd[rng_below(rng, sizeof(odd))];
		break;
	case 4: /* a length field, most likely: of IPv4, IPv6, a transport */
		if (size > 60)
			packet->byte[14 + rng_below(rng, 46)] =
				(uint8_t)(packet->byte[17] + rng_below(rng, 9) - 4);
		break;
	default:
		for (uint32_t more = rng_between(rng, 1, 24); more && packet->size < PACKET_MAX;
		     more--)
			packet->byte[packet->size++] = (uint8_t)rng_next(rng);
	}
}

void traffic_next(struct traffic *traffic, struct packet *ret_packet)
{
	struct rng *rng = traffic->rng;
	struct plan *plan = &traffic->before[traffic->plans % PLANS_KEPT];
	struct plan fresh;

	if (traffic->talk_left && rng_percent(rng, 60))
		plan_talk(traffic, &fresh);
	else if (traffic->plans && rng_percent(rng, 40))
		plan_answer(traffic, &fresh);
	else
		plan_new(traffic, &fresh);
	if (!traffic->talk_left && fresh.hook == ZG_EGRESS && fresh.proto == 6 &&
	    !fresh.ethertype && !fresh.fragment && (fresh.body[13] & 0x12) == 0x02) {
		traffic->talk = fresh;
		traffic->talk_left = (int)rng_between(rng, 2, 9);
	}
	*plan = fresh;
	traffic->plans++;
	plan_render(plan, ret_packet);
	if (rng_percent(rng, 25))
		damage(rng, ret_packet);
}
