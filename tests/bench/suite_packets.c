/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What each kind of packet costs under the shipped tables: accepted, dropped, replies, fragments,
 * both ways and both families. Measures the data plane alone, by BPF_PROG_TEST_RUN.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

#define TCP_SYN 0x02
#define TCP_ACK 0x10
#define DATAGRAMS 1024u /* fragmented ones at a time */

enum { FLOWS_1K, FLOWS_100K, FLOWS_1M, FLOW_TABLES };
static const uint32_t flow_counts[FLOW_TABLES] = {1000, 100000, 1000000};
static const char *const flow_names[FLOW_TABLES] = {"1k", "100k", "1M"};

struct scratch { /* headers on their way into a rewriter */
	struct bench_header4 *headers4;
	struct bench_header6 *headers6;
	struct talk *talks; /* of the largest flow table */
};

struct packet_case {
	const char *name, *label;
	struct frame_spec spec;
	enum talk_kind kind;
	uint32_t distinct;
	bool drop;
};

static const struct packet_case cases[] = {
	{"accept", "accepted by a rule", {.tcp_flags = TCP_ACK}, TALK_ACCEPT, BENCH_HEADERS, false},
	{"syn",
	 "accepted by a rule, SYN",
	 {.tcp_flags = TCP_SYN},
	 TALK_ACCEPT,
	 BENCH_HEADERS,
	 false},
	{"drop", "dropped: no rule", {.tcp_flags = TCP_SYN}, TALK_DENIED, BENCH_HEADERS, true},
	{"first",
	 "first fragment",
	 {.tcp_flags = TCP_ACK, .fragment = 1},
	 TALK_ACCEPT,
	 DATAGRAMS,
	 false},
	{"later",
	 "later fragment",
	 {.tcp_flags = TCP_ACK, .fragment = 2},
	 TALK_ACCEPT,
	 DATAGRAMS,
	 false},
	{"reply",
	 "reply of an accepted connection",
	 {.tcp_flags = TCP_ACK, .outgoing = true},
	 TALK_ACCEPT,
	 BENCH_HEADERS,
	 false},
	{"new",
	 "new connection (SYN)",
	 {.tcp_flags = TCP_SYN, .outgoing = true},
	 TALK_OPEN,
	 BENCH_HEADERS,
	 false},
};

static const char *rewriter_name(const struct frame_spec *spec)
{
	if (spec->outgoing)
		return spec->v6 ? "rewrite6_tc" : "rewrite4_tc";
	if (spec->v6)
		return spec->fragment ? "rewrite6_fragment" : "rewrite6_frags";
	return "rewrite4_frags";
}

static void rewriter_key(const struct frame_spec *spec, char key[64])
{
	snprintf(key, 64, "packets.%s", rewriter_name(spec));
}

/* The rewriter alone, once for each kind. */
static void add_rewriter(struct batch *batch, const struct frame_spec *spec,
			 const struct frame *frame, const struct scratch *scratch)
{
	char key[64];
	struct batch_case what = {
		.group = "reference",
		.key = key,
		.label = rewriter_name(spec),
		.target = -1,
		.tc = spec->outgoing,
		.frame = frame,
		.rewriter = rewriter_name(spec),
		.expect = spec->outgoing ? TC_ACT_OK : XDP_PASS,
		.headers4 = spec->v6 ? NULL : scratch->headers4,
		.headers6 = spec->v6 ? scratch->headers6 : NULL,
	};

	rewriter_key(spec, key);
	if (!figure_find(&batch->bench->figures, key))
		batch_add(batch, &what);
}

/* One kind of packet over random headers; fixed: also as one packet again and again. */
static struct run *add_case(struct batch *batch, const struct subject *subject,
			    const struct packet_case *packet, bool v6, const char *suffix,
			    const char *more, uint32_t distinct, struct scratch *scratch)
{
	const char *hook = packet->spec.outgoing ? "eg" : "in";
	struct header_spec headers = {.kind = packet->kind,
				      .v6 = v6,
				      .rule = -1,
				      .outgoing = packet->spec.outgoing,
				      .distinct = distinct,
				      .seed = 7};
	struct frame_spec spec = packet->spec;
	struct random random = {.state = 99};
	char key[64], cost[64], label[96];
	struct batch_case what = {.key = key, .label = label, .tc = spec.outgoing, .cost = cost};
	struct frame frame;
	struct talk talk;

	if (batch->error)
		return NULL;
	spec.v6 = v6;
	spec.proto = IPPROTO_TCP;
	spec.payload = spec.fragment ? 1260 : 8;
	batch->error = traffic_talk(&subject->policy, packet->kind, v6, -1, &random, &talk);
	if (batch->error)
		return NULL;
	frame_build(&spec, &talk, 1, &frame);
	batch->error = subject_headers(subject, &headers, &frame, v6 ? NULL : scratch->headers4,
				       v6 ? scratch->headers6 : NULL,
				       distinct > BENCH_HEADERS ? NULL : scratch->talks);
	add_rewriter(batch, &spec, &frame, scratch);
	rewriter_key(&spec, cost);
	what.group = spec.outgoing ? "egress (tc)" : "ingress (XDP)";
	what.target = spec.outgoing ? subject_egress(subject) : subject_ingress(subject);
	what.frame = &frame;
	what.rewriter = rewriter_name(&spec);
	what.headers4 = v6 ? NULL : scratch->headers4;
	what.headers6 = v6 ? scratch->headers6 : NULL;
	what.expect = spec.outgoing ? TC_ACT_UNSPEC : packet->drop ? XDP_DROP : XDP_PASS;
	snprintf(key, sizeof(key), "%s%d.%s%s", hook, v6 ? 6 : 4, packet->name, suffix);
	snprintf(label, sizeof(label), "IPv%d %s%s", v6 ? 6 : 4, packet->label, more);
	return batch_add(batch, &what);
}

static void add_fixed(struct batch *batch, const struct subject *subject,
		      const struct packet_case *packet, bool v6)
{
	struct frame_spec spec = packet->spec;
	struct random random = {.state = 99};
	char key[64], label[96];
	struct batch_case what = {.key = key, .label = label, .tc = spec.outgoing};
	struct frame frame;
	struct talk talk;

	if (batch->error)
		return;
	spec.v6 = v6;
	spec.proto = IPPROTO_TCP;
	spec.payload = 8;
	batch->error = traffic_talk(&subject->policy, packet->kind, v6, -1, &random, &talk);
	if (batch->error)
		return;
	frame_build(&spec, &talk, 1, &frame);
	what.group = spec.outgoing ? "egress (tc)" : "ingress (XDP)";
	what.target = spec.outgoing ? subject_egress(subject) : subject_ingress(subject);
	what.expect = spec.outgoing ? TC_ACT_UNSPEC : XDP_PASS;
	what.frame = &frame;
	snprintf(key, sizeof(key), "%s%d.%s.fixed", spec.outgoing ? "eg" : "in", v6 ? 6 : 4,
		 packet->name);
	snprintf(label, sizeof(label), "IPv%d %s, one packet again and again", v6 ? 6 : 4,
		 packet->label);
	batch_add(batch, &what);
}

/* Later fragments pass while their first one is remembered: it is sent again before each sample. */
static int send_first_fragments(void *first)
{
	double cost;

	return measure_once(first, DATAGRAMS, &cost);
}

/* Replies of connections that this host opened: the flow table holds so many. */
static void add_replies(struct batch *batch, struct subject *subjects, bool v6,
			struct scratch *scratch)
{
	static const struct packet_case reply = {
		"flow", "reply of an own connection", {.tcp_flags = TCP_ACK}, TALK_OPEN, 0, false};

	for (int i = 0; i < FLOW_TABLES && !batch->error; i++) {
		struct header_spec spec = {.kind = TALK_OPEN,
					   .v6 = v6,
					   .rule = -1,
					   .distinct = flow_counts[i],
					   .seed = 7};
		char suffix[16], more[32];
		struct frame frame = {.size = 64};

		if (!subjects[i].open)
			continue;
		snprintf(suffix, sizeof(suffix), ".%s", flow_names[i]);
		snprintf(more, sizeof(more), ", %s flows", flow_names[i]);
		batch->error = subject_headers(&subjects[i], &spec, &frame, NULL, scratch->headers6,
					       scratch->talks);
		if (!batch->error)
			batch->error =
				subject_add_flows(&subjects[i], scratch->talks, flow_counts[i]);
		add_case(batch, &subjects[i], &reply, v6, suffix, more, flow_counts[i], scratch);
	}
}

static void add_family(struct batch *batch, struct subject *subjects, bool v6,
		       struct scratch *scratch)
{
	const struct subject *subject = &subjects[FLOWS_100K];
	struct run *first = NULL;

	add_fixed(batch, subject, &cases[0], v6);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct run *run =
			add_case(batch, subject, &cases[i], v6, "", "", cases[i].distinct, scratch);

		if (run && cases[i].spec.fragment == 1)
			first = run;
		if (run && cases[i].spec.fragment == 2) {
			run->prepare = send_first_fragments;
			run->argument = first;
		}
	}
	add_replies(batch, subjects, v6, scratch);
}

int suite_packets(struct bench *bench)
{
	struct subject *subjects = calloc(FLOW_TABLES, sizeof(*subjects));
	struct batch *batch = calloc(1, sizeof(*batch));
	struct scratch scratch = {
		.headers4 = calloc(BENCH_HEADERS, sizeof(*scratch.headers4)),
		.headers6 = calloc(BENCH_HEADERS, sizeof(*scratch.headers6)),
		.talks = calloc(flow_counts[FLOWS_1M], sizeof(*scratch.talks)),
	};
	int error = 0;

	if (!subjects || !batch || !scratch.headers4 || !scratch.headers6 || !scratch.talks)
		return -ENOMEM;
	for (int i = 0; i < FLOW_TABLES && !error; i++) {
		struct policy_shape shape = {.name = "shipped", .kind = SHAPE_SHIPPED, .lines = 3};

		/* Both families' flows, and room so that none of them is evicted. */
		shape.flows_max = 4ull * flow_counts[i];
		error = subject_open(&shape, &subjects[i]);
	}
	if (!error) {
		batch_begin(batch, bench, "packets");
		add_family(batch, subjects, false, &scratch);
		add_family(batch, subjects, true, &scratch);
		error = batch_measure(batch);
	}
	for (int i = 0; i < FLOW_TABLES; i++)
		subject_close(&subjects[i]);
	free(scratch.headers4);
	free(scratch.headers6);
	free(scratch.talks);
	free(batch);
	free(subjects);
	return error;
}
