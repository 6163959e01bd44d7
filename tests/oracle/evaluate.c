// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Sections 4 and 7 to 10 of docs/semantics.md in the order in which they stand there. Must not know
 * tables, classes or the data plane.
 */
#include "evaluate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/reasons.h>

#include "dissect.h"
#include "memory.h"

struct world {
	const struct model *model;
	struct memory flows, fragments, echoes;
};

/* What is asked about one packet. */
struct question {
	struct world *world;
	int hook;
	const char *interface;
	struct dissection d;
	struct host remote, local;
	struct verdict verdict;
};

enum flow_state {
	SYN_SENT,
	SYN_ACKED,
	ESTABLISHED,
	CLOSING,
	DATAGRAM,
};

struct world *world_new(const struct model *model)
{
	struct world *world = calloc(1, sizeof(*world));

	if (world)
		world->model = model;
	return world;
}

void world_free(struct world *world)
{
	if (!world)
		return;
	memory_free(&world->flows);
	memory_free(&world->fragments);
	memory_free(&world->echoes);
	free(world);
}

static void flow_key(const struct host *local, unsigned int lport, const struct host *remote,
		     unsigned int rport, int proto, struct memory_key *ret_key)
{
	memset(ret_key, 0, sizeof(*ret_key));
	ret_key->a = *local;
	ret_key->b = *remote;
	ret_key->x = lport << 16 | rport;
	ret_key->y = (uint32_t)proto;
}

static struct memory_entry *flow_find(struct question *q, unsigned int lport, unsigned int rport)
{
	struct memory_key key;

	flow_key(&q->local, lport, &q->remote, rport, q->d.proto, &key);
	return memory_find(&q->world->flows, &key);
}

static int pass_by_rule(struct question *q, int rule)
{
	q->verdict.rule = rule;
	return ZG_R_RULE;
}

static int pass_by_flow(struct question *q, const struct memory_entry *flow)
{
	return flow->rule < 0 ? ZG_R_DEFAULT_PASS : pass_by_rule(q, flow->rule);
}

static bool is_echo_request(const struct question *q)
{
	return (q->d.proto == 1 && q->d.type == 8) || (q->d.proto == 58 && q->d.type == 128);
}

static bool is_echo_reply(const struct question *q)
{
	return (q->d.proto == 1 && q->d.type == 0) || (q->d.proto == 58 && q->d.type == 129);
}

static bool is_icmp(int proto)
{
	return proto == 1 || proto == 58;
}

/* ---- what an ICMP error quotes: section 9 ---- */

struct quoted_ports {
	unsigned int service;	   /* for the accept lookup; ICMP: type */
	unsigned int lport, rport; /* for the flow */
	bool ask_accept, ask_flow;
};

static struct quoted_ports quote_ports(int hook, const struct quote *quote)
{
	bool we_sent = hook == ZG_INGRESS;
	unsigned int request = quote->src.family == 4 ? 8 : 128;
	unsigned int reply = quote->src.family == 4 ? 0 : 129;
	unsigned int type = quote->transport[0];
	struct quoted_ports ports = {0};

	if (quote->proto == 6 || quote->proto == 17) {
		unsigned int sport = read16(quote->transport), dport = read16(quote->transport + 2);

		ports.lport = we_sent ? sport : dport;
		ports.rport = we_sent ? dport : sport;
		ports.service = ports.lport;
		ports.ask_accept = ports.ask_flow = true;
	} else if (is_icmp(quote->proto)) {
		if ((quote->proto == 58) != (quote->src.family == 6))
			return ports;
		ports.lport = ports.rport = read16(quote->transport + 4);
		ports.service = request;
		/* We answer requests that were accepted; we ask by way of flows. */
		ports.ask_accept = type == (we_sent ? reply : request);
		ports.ask_flow = type == (we_sent ? request : reply);
	} else {
		ports.ask_accept = ports.ask_flow = true;
	}
	return ports;
}

static int judge_icmp_error(struct question *q)
{
	const struct model *model = q->world->model;
	struct memory_key key;
	struct quoted_ports ports;
	struct quote quote;
	struct host local, remote;

	if (dissect_quote(&q->d, &quote))
		return ZG_R_BAD_ICMP;
	if (!host_equal(&quote.src, &q->d.dst) || quote.later_fragment || quote.other_headers)
		return ZG_R_ICMP_UNRELATED;
	local = q->hook == ZG_INGRESS ? quote.src : quote.dst;
	remote = q->hook == ZG_INGRESS ? quote.dst : quote.src;
	ports = quote_ports(q->hook, &quote);
	if (ports.ask_accept && !model_address_reason(model, &remote, &local, q->interface) &&
	    model_find(model, ASKS_ACCEPT, &remote, &local, quote.proto, ports.service) >= 0)
		return ZG_R_ICMP_ERROR;
	flow_key(&local, ports.lport, &remote, ports.rport, quote.proto, &key);
	if (ports.ask_flow && memory_find(&q->world->flows, &key))
		return ZG_R_ICMP_ERROR;
	return ZG_R_ICMP_UNRELATED;
}

/* ---- ingress: section 7 ---- */

static int judge_echo_request(struct question *q)
{
	const struct model *model = q->world->model;
	struct memory_key key = {.a = q->d.src};
	struct memory_entry *bucket;

	if (q->d.src.family == 6) /* a /64 is one source: one host has as many addresses */
		memset(key.a.byte + 8, 0, 8);

	if (model->echo_per_s == 0)
		return ZG_R_NO_RULE;
	bucket = memory_put(&q->world->echoes, &key);
	return bucket->count++ < model->echo_per_s ? ZG_R_ECHO : ZG_R_ECHO_RATE;
}

static int judge_in_tcp(struct question *q, int no_rule)
{
	struct memory_entry *flow;

	if (q->d.syn && !q->d.ack)
		return no_rule ? no_rule : ZG_R_NO_RULE;
	flow = flow_find(q, q->d.dport, q->d.sport);
	if (q->d.syn) {
		if (!flow || (flow->state != SYN_SENT && flow->state != SYN_ACKED))
			return no_rule ? no_rule : ZG_R_SYN_ACK;
		flow->state = SYN_ACKED;
		return pass_by_flow(q, flow);
	}
	if (!flow)
		return no_rule ? no_rule : ZG_R_NO_FLOW;
	if (q->d.rst || q->d.fin)
		flow->state = CLOSING;
	else if (flow->state == SYN_ACKED)
		flow->state = ESTABLISHED;
	return pass_by_flow(q, flow);
}

/* no_rule: not-local, or 0. */
static int judge_in_icmp(struct question *q, int no_rule)
{
	struct memory_entry *flow;

	if (is_echo_request(q))
		return no_rule ? no_rule : judge_echo_request(q);
	if (is_echo_reply(q)) {
		flow = flow_find(q, q->d.identifier, q->d.identifier);
		if (flow)
			return pass_by_flow(q, flow);
		return no_rule ? no_rule : ZG_R_NO_FLOW;
	}
	return ZG_R_ICMP_TYPE;
}

static unsigned int service_port(const struct question *q, bool local)
{
	if (is_icmp(q->d.proto))
		return q->d.type;
	return (q->hook == ZG_INGRESS) == local ? q->d.dport : q->d.sport;
}

static int judge_in(struct question *q)
{
	const struct model *model = q->world->model;
	int no_rule = model_address_reason(model, &q->remote, &q->local, q->interface);
	struct memory_entry *flow;
	int rule;

	if (no_rule && no_rule != ZG_R_NOT_LOCAL)
		return no_rule;
	if (dissection_is_icmp_error(&q->d))
		return judge_icmp_error(q);
	rule = no_rule ? -1
		       : model_find(model, ASKS_ACCEPT, &q->remote, &q->local, q->d.proto,
				    service_port(q, true));
	if (rule >= 0 && !(q->d.proto == 6 && q->d.syn && q->d.ack))
		return pass_by_rule(q, rule);
	if (q->d.proto == 6)
		return judge_in_tcp(q, no_rule);
	if (is_icmp(q->d.proto))
		return judge_in_icmp(q, no_rule);
	flow = flow_find(q, q->d.dport, q->d.sport);
	if (flow)
		return pass_by_flow(q, flow);
	return no_rule ? no_rule : ZG_R_NO_RULE;
}

/* ---- egress: section 8 ---- */

static bool out_by_accept(struct question *q)
{
	const struct model *model = q->world->model;
	unsigned int port = service_port(q, true);
	int rule;

	if ((q->d.proto == 6 && q->d.syn && !q->d.ack) || is_echo_request(q))
		return false;
	if (is_echo_reply(q))
		port = q->d.proto == 1 ? 8 : 128;
	if (model_address_reason(model, &q->remote, &q->local, q->interface))
		return false;
	rule = model_find(model, ASKS_ACCEPT, &q->remote, &q->local, q->d.proto, port);
	if (rule < 0)
		return false;
	pass_by_rule(q, rule);
	return true;
}

static struct memory_entry *out_flow(struct question *q)
{
	if (is_icmp(q->d.proto))
		return is_echo_request(q) ? flow_find(q, q->d.identifier, q->d.identifier) : NULL;
	return flow_find(q, q->d.sport, q->d.dport);
}

static void flow_make(struct question *q, int rule)
{
	unsigned int lport = q->d.sport, rport = q->d.dport;
	struct memory_entry *flow;
	struct memory_key key;

	if (is_icmp(q->d.proto)) {
		if (!is_echo_request(q))
			return;
		lport = rport = q->d.identifier;
	}
	flow_key(&q->local, lport, &q->remote, rport, q->d.proto, &key);
	flow = memory_put(&q->world->flows, &key);
	flow->rule = rule;
	flow->state = DATAGRAM;
	if (q->d.proto == 6 && q->d.syn)
		flow->state = SYN_SENT;
	else if (q->d.proto == 6)
		flow->state = q->d.rst || q->d.fin ? CLOSING : ESTABLISHED;
}

/* A new connection, or a segment of one that is not known: 8.6 to 8.9. */
static int judge_open(struct question *q)
{
	const struct model *model = q->world->model;
	unsigned int port = service_port(q, false);
	int rule = -1, line = -1;
	bool active;

	active = q->d.proto == 6 && model_is_ftp_data_port(model, q->d.sport);
	if (active)
		rule = model_find(model, ASKS_FTP, &q->remote, &q->local, 6, port);
	if (rule >= 0) {
		flow_make(q, rule);
		return pass_by_rule(q, rule);
	}
	rule = model_find(model, ASKS_OPEN, &q->remote, &q->local, q->d.proto, port);
	if (rule < 0 && !model->egress_pass)
		return ZG_R_NO_RULE;
	if (q->d.proto == 6 && model->origin_says != SAYS_OFF)
		line = model_line(model, &q->remote, q->d.dport);
	q->verdict.line = line;
	if (line >= 0 && (model->line[line].from.first || model->line[line].from.last) &&
	    (q->d.sport < model->line[line].from.first ||
	     q->d.sport > model->line[line].from.last)) {
		q->verdict.violation = true;
		if (model->origin_says != SAYS_AUDIT)
			return ZG_R_ORIGIN_PORT;
	}
	flow_make(q, rule);
	return rule < 0 ? ZG_R_DEFAULT_PASS : pass_by_rule(q, rule);
}

static int judge_out(struct question *q)
{
	const struct model *model = q->world->model;
	bool bare_syn = q->d.proto == 6 && q->d.syn && !q->d.ack;
	bool syn_ack = q->d.proto == 6 && q->d.syn && q->d.ack;
	struct memory_entry *flow;

	if (dissection_is_icmp_error(&q->d))
		return judge_icmp_error(q);
	if (out_by_accept(q))
		return ZG_R_RULE;
	flow = bare_syn ? NULL : out_flow(q);
	if (flow && syn_ack && flow->state != SYN_SENT && flow->state != SYN_ACKED)
		flow = NULL;
	if (flow) {
		if (q->d.proto == 6 && (q->d.rst || q->d.fin))
			flow->state = CLOSING;
		return pass_by_flow(q, flow);
	}
	if (syn_ack)
		return ZG_R_SYN_ACK;
	if (is_echo_reply(q)) {
		int reason = model_address_reason(model, &q->remote, &q->local, q->interface);

		return model->echo_per_s && reason != ZG_R_NOT_LOCAL ? ZG_R_ECHO : ZG_R_NO_RULE;
	}
	return judge_open(q);
}

/* ---- all together ---- */

static void fragment_key(const struct question *q, struct memory_key *ret_key)
{
	memset(ret_key, 0, sizeof(*ret_key));
	ret_key->a = q->d.src;
	ret_key->b = q->d.dst;
	ret_key->x = q->d.fragment_id;
	ret_key->y = (uint32_t)q->d.fragment_proto << 8 | (uint32_t)q->hook;
}

static int judge_later_fragment(struct question *q)
{
	struct memory_entry *first;
	struct memory_key key;

	fragment_key(q, &key);
	first = memory_find(&q->world->fragments, &key);
	if (!first)
		return ZG_R_FRAGMENT_ORPHAN;
	q->verdict.rule = first->rule;
	return first->state;
}

static bool default_passes(const struct question *q, int reason)
{
	if (q->hook == ZG_INGRESS)
		return q->world->model->ingress_pass &&
		       (reason == ZG_R_NO_RULE || reason == ZG_R_NOT_LOCAL ||
			reason == ZG_R_NO_FLOW || reason == ZG_R_SYN_ACK);
	return q->world->model->egress_pass && (reason == ZG_R_NO_RULE || reason == ZG_R_SYN_ACK);
}

struct verdict world_judge(struct world *world, int hook, const char *interface,
			   const uint8_t *frame, size_t size)
{
	struct question q = {.world = world,
			     .hook = hook,
			     .interface = interface ? interface : "",
			     .verdict = {.rule = -1, .line = -1}};
	int reason = dissect(world->model, frame, size, &q.d);

	q.remote = hook == ZG_INGRESS ? q.d.src : q.d.dst;
	q.local = hook == ZG_INGRESS ? q.d.dst : q.d.src;
	if (!reason) {
		if (q.d.later_fragment)
			reason = judge_later_fragment(&q);
		else
			reason = hook == ZG_INGRESS ? judge_in(&q) : judge_out(&q);
		if (default_passes(&q, reason))
			reason = ZG_R_DEFAULT_PASS;
	}
	q.verdict.reason = reason;
	q.verdict.pass = reason < ZG_REASON_FIRST_DROP;
	if (q.verdict.pass && q.d.first_fragment) {
		struct memory_entry *first;
		struct memory_key key;

		fragment_key(&q, &key);
		first = memory_put(&world->fragments, &key);
		first->rule = q.verdict.rule;
		first->state = reason;
	}
	if (!q.verdict.pass && world->model->audit)
		q.verdict.pass = q.verdict.audited = true;
	return q.verdict;
}

const char *verdict_reason_name(int reason)
{
	switch (reason) {
#define X(NAME, number, name, text)                                                                \
	case number:                                                                               \
		return name;
		ZG_PASS_REASONS(X)
		ZG_DROP_REASONS(X)
#undef X
	}
	return "?";
}

void verdict_print(const struct model *model, const struct verdict *verdict, char *ret_text,
		   size_t size)
{
	char line[32] = "";

	if (verdict->line >= 0)
		snprintf(line, sizeof(line), " line %d%s", verdict->line + 1,
			 verdict->violation ? " violated" : "");
	snprintf(ret_text, size, "%s%s %s%s%s", verdict->pass ? "pass" : "drop",
		 verdict->audited ? " (audit)" : "",
		 verdict->rule >= 0 ? "rule " : verdict_reason_name(verdict->reason),
		 verdict->rule >= 0 ? model->row[verdict->rule].name : "", line);
}
