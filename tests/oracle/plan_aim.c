// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Aims a plan at a row of the policy: addresses of its zones, its protocol, one of its ports or the
 * one beside. Whether it hits is the evaluator's business: other rows, '!' and interfaces stand
 * between.
 */
#include <string.h>

#include <zonegate/reasons.h>

#include "plans.h"

static bool pick_in_zone(struct traffic *traffic, int zone, uint8_t family, struct host *ret_host)
{
	struct rng *rng = traffic->rng;

	for (int tries = 0; tries < 24; tries++) {
		bool local = rng_percent(rng, 50);
		const struct host *pool = local ? traffic->local : traffic->remote;
		int count = local ? traffic->locals : traffic->remotes;
		const struct host *host;

		if (!count)
			continue;
		host = &pool[rng_below(rng, (uint32_t)count)];
		if (host->family == family && zone_has(traffic->model, zone, host)) {
			*ret_host = *host;
			return true;
		}
	}
	return false;
}

static unsigned int row_port(struct rng *rng, const struct row *row)
{
	const struct span *range;

	if (!row->ranges)
		return rng_below(rng, 65536);
	range = &row->range[rng_below(rng, (uint32_t)row->ranges)];
	switch (rng_below(rng, 10)) {
	case 0:
		return range->last + 1;
	case 1:
		return range->first - 1;
	case 2:
	case 3:
		return range->last;
	case 4:
	case 5:
		return rng_between(rng, range->first, range->last);
	default:
		return range->first;
	}
}

static uint8_t row_proto(struct rng *rng, const struct row *row)
{
	static const uint8_t every[] = {6, 17, 1, 58, 47, 50, 132};

	if (row->proto == PROTO_TCP_UDP)
		return rng_percent(rng, 50) ? 6 : 17;
	if (row->proto == PROTO_EVERY)
		return every[rng_below(rng, sizeof(every))];
	return (uint8_t)row->proto;
}

/* An origin port: of a line, of FTP's active mode, or any. */
static unsigned int far_port(struct traffic *traffic)
{
	const struct model *model = traffic->model;
	struct rng *rng = traffic->rng;

	if (model->lines && rng_percent(rng, 60)) {
		const struct origin *line = &model->line[rng_below(rng, (uint32_t)model->lines)];

		return rng_percent(rng, 70) ? rng_between(rng, line->from.first, line->from.last)
					    : line->from.last + 1;
	}
	if (rng_percent(rng, 30))
		return 20;
	return rng_between(rng, 1, 65535);
}

static void aim_transport(struct traffic *traffic, const struct row *row, bool service_is_dst,
			  struct plan *plan)
{
	unsigned int service = row_port(traffic->rng, row), far = far_port(traffic);

	plan->proto = row_proto(traffic->rng, row);
	if (plan->proto == 6 || plan->proto == 17) {
		store16(plan->body, service_is_dst ? far : service);
		store16(plan->body + 2, service_is_dst ? service : far);
	} else if (plan->proto == 1 || plan->proto == 58) {
		plan->body[0] = (uint8_t)service;
		store16(plan->body + 4, rng_below(traffic->rng, 4));
	}
	plan->body_size = 24 + 8 * (int)rng_below(traffic->rng, 4);
	if (plan->proto == 6) {
		plan->body[12] = 0x50;
		plan->body[13] = rng_percent(traffic->rng, 60)	 ? 0x02
				 : rng_percent(traffic->rng, 50) ? 0x10
								 : 0x12;
	}
	if (plan->proto == 17)
		store16(plan->body + 4, (unsigned int)plan->body_size);
}

bool plan_aim(struct traffic *traffic, struct plan *ret_plan)
{
	const struct model *model = traffic->model;
	struct rng *rng = traffic->rng;
	const struct row *row;
	struct host local, remote;
	struct here here;
	bool accept, answers = rng_percent(rng, 15);
	uint8_t family = rng_percent(rng, 60) ? 4 : 6;

	if (!model->rows)
		return false;
	row = &model->row[rng_below(rng, (uint32_t)model->rows)];
	row_here(model, row, &here);
	if (!here.accept && !here.open)
		return false;
	if (row->proto == 1 || row->proto == 58)
		family = row->proto == 1 ? 4 : 6;
	accept = here.accept && (!here.open || rng_percent(rng, 50));
	if (!pick_in_zone(traffic, accept ? here.accept_local[0] : here.open_local[0], family,
			  &local) ||
	    !pick_in_zone(traffic, accept ? here.accept_remote[0] : here.open_remote[0], family,
			  &remote) ||
	    (host_equal(&local, &remote) && rng_percent(rng, 90)))
		return false;
	memset(ret_plan, 0, sizeof(*ret_plan));
	ret_plan->hook = accept != answers ? ZG_INGRESS : ZG_EGRESS;
	ret_plan->src = ret_plan->hook == ZG_INGRESS ? remote : local;
	ret_plan->dst = ret_plan->hook == ZG_INGRESS ? local : remote;
	ret_plan->ttl = 64;
	ret_plan->id = rng_below(rng, 65536);
	aim_transport(traffic, row, !answers, ret_plan);
	return true;
}
