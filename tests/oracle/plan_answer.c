// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Packets that belong to one before. Must not know whether that one passed.
 */
#include <string.h>

#include <zonegate/reasons.h>

#include "plans.h"

static void swap_ports(struct plan *plan)
{
	uint8_t port[2];

	memcpy(port, plan->body, 2);
	memmove(plan->body, plan->body + 2, 2);
	memcpy(plan->body + 2, port, 2);
}

static void swap_sides(struct plan *plan)
{
	struct host src = plan->src;

	plan->src = plan->dst;
	plan->dst = src;
	plan->hook = plan->hook == ZG_INGRESS ? ZG_EGRESS : ZG_INGRESS;
}

static void tcp_flags_after(struct rng *rng, bool answer, struct plan *plan)
{
	static const uint8_t next[] = {0x12, 0x10, 0x18, 0x11, 0x14, 0x04, 0x02, 0x10, 0x12};

	if (answer && (plan->body[13] & 0x12) == 0x02 && rng_percent(rng, 70))
		plan->body[13] = 0x12;
	else
		plan->body[13] = next[rng_below(rng, sizeof(next))];
}

static bool is_echo(const struct plan *plan)
{
	return (plan->proto == 1 && (plan->body[0] == 8 || plan->body[0] == 0)) ||
	       (plan->proto == 58 && (plan->body[0] == 128 || plan->body[0] == 129));
}

/* Request to reply, reply to request. */
static void echo_turn(struct plan *plan)
{
	plan->body[0] ^= plan->proto == 1 ? 8 : 1;
}

/* The other side speaks. */
static void answer_back(struct rng *rng, struct plan *plan)
{
	swap_sides(plan);
	if (plan->proto == 6 || plan->proto == 17)
		swap_ports(plan);
	if (plan->proto == 6)
		tcp_flags_after(rng, true, plan);
	if (is_echo(plan))
		echo_turn(plan);
	else if ((plan->proto == 1 || plan->proto == 58) && rng_percent(rng, 30)) {
		/* Would a flow of any other ICMP take this for an answer? */
		plan->body[0] = plan->proto == 1 ? 0 : 129;
		store16(plan->body + 4, 0);
	}
}

/* The same side speaks again. */
static void answer_on(struct rng *rng, struct plan *plan)
{
	if (plan->proto == 6)
		tcp_flags_after(rng, false, plan);
	if ((plan->proto == 6 || plan->proto == 17) && rng_percent(rng, 15))
		plan->body[1] ^= 1;
	if (is_echo(plan) && rng_percent(rng, 50)) /* a neighbour of the same network */
		plan->src.byte[plan->src.family == 4 ? 3 : 15] ^= 1;
}

/* An ICMP error about it, from its receiver or from a router on the way. */
static void answer_error(struct traffic *traffic, struct plan *plan)
{
	static const uint8_t types4[] = {3, 3, 11, 12}, types6[] = {1, 2, 3, 4};
	struct rng *rng = traffic->rng;
	struct packet quoted;
	struct plan inner = *plan;
	size_t size;
	uint8_t type;

	inner.tags = inner.padding = 0;
	if (is_echo(&inner) && rng_percent(rng, 20))
		echo_turn(&inner);
	plan_render(&inner, &quoted);
	size = quoted.size - 14;
	if (rng_percent(rng, 50) && size > 28)
		size = 28 + rng_below(rng, (uint32_t)size - 28);
	if (size > 600)
		size = 600;
	swap_sides(plan);
	if (rng_percent(rng, 40) && traffic->remotes) {
		const struct host *router =
			&traffic->remote[rng_below(rng, (uint32_t)traffic->remotes)];

		if (router->family == plan->src.family)
			plan->src = *router;
	}
	type = plan->src.family == 4 ? types4[rng_below(rng, 4)] : types6[rng_below(rng, 4)];
	plan->proto = plan->src.family == 4 ? 1 : 58;
	plan->ttl = 64;
	plan->options = plan->headers = 0;
	plan->fragment = plan->more = false;
	plan->offset = 0;
	plan->reserved = 0;
	memset(plan->body, 0, 8);
	plan->body[0] = type;
	memcpy(plan->body + 8, quoted.byte + 14, size);
	plan->body_size = 8 + (int)size;
}

/* A later fragment of it, or another first one. */
static void answer_fragment(struct rng *rng, struct plan *plan)
{
	if (!plan->fragment)
		return;
	if (rng_percent(rng, 80))
		plan->offset = (uint16_t)(8 * rng_between(rng, 1, 40));
	plan->more = rng_percent(rng, 50);
	plan->body_size = 8 * (int)rng_between(rng, 0, 6);
	if (rng_percent(rng, 10))
		plan->id++;
	if (rng_percent(rng, 10))
		plan->proto = plan->proto == 17 ? 6 : 17;
	if (rng_percent(rng, 10)) /* the same packet at the other hook */
		plan->hook = plan->hook == ZG_INGRESS ? ZG_EGRESS : ZG_INGRESS;
}

/* A connection's next segment, from either side, in order or out of it. */
void plan_talk(struct traffic *traffic, struct plan *ret_plan)
{
	static const uint8_t in[] = {0x12, 0x12, 0x12, 0x10, 0x10, 0x18, 0x11, 0x04};
	static const uint8_t out[] = {0x10, 0x10, 0x18, 0x12, 0x11, 0x14, 0x02};
	struct rng *rng = traffic->rng;

	*ret_plan = traffic->talk;
	traffic->talk_left--;
	if (rng_percent(rng, 65)) {
		swap_sides(ret_plan);
		swap_ports(ret_plan);
	}
	ret_plan->body[13] = ret_plan->hook == ZG_INGRESS ? in[rng_below(rng, sizeof(in))]
							  : out[rng_below(rng, sizeof(out))];
	if (rng_percent(rng, 90))
		ret_plan->body[13] &= (uint8_t) ~(rng_percent(rng, 80) ? 0x05 : 0x00);
	if (!(ret_plan->body[13] & 0x16))
		ret_plan->body[13] |= 0x10;
}

void plan_answer(struct traffic *traffic, struct plan *ret_plan)
{
	struct rng *rng = traffic->rng;
	int kept = traffic->plans < PLANS_KEPT ? traffic->plans : PLANS_KEPT;
	int back = rng_percent(rng, 50) ? 1 : (int)rng_between(rng, 1, (uint32_t)kept);

	*ret_plan = traffic->before[(traffic->plans - back) % PLANS_KEPT];
	if (ret_plan->ethertype)
		return;
	if (ret_plan->fragment && rng_percent(rng, 70))
		answer_fragment(rng, ret_plan);
	else if (rng_percent(rng, 55))
		answer_back(rng, ret_plan);
	else if (rng_percent(rng, 50))
		answer_on(rng, ret_plan);
	else if (rng_percent(rng, 85))
		answer_error(traffic, ret_plan);
}
