/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a packet costs as the policy grows, and what the same decision costs its peers: LPM tries,
 * xdp-filter, linear rules. Accepted packets over 65,536 random headers, all in one batch.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define FILTER_ENTRIES 1000 /* addresses, and ports, in xdp-filter's maps */
#define LOCAL_ADDRESSES 16
#define LOCAL_FIRST 0xc6120001u /* 198.18.0.1 */

enum use { USE_RULES, USE_PREFIXES, USE_CLASSBENCH, USE_LINES };

struct size_case {
	enum use use;
	bool full; /* not in the quick form */
	struct policy_shape shape;
};

static const struct size_case cases[] = {
	{USE_RULES, false, {"rules-1", "1 rule", SHAPE_SIZED, 1, 1, 16, 16, 0, 0}},
	{USE_RULES, true, {"rules-100", "100 rules", SHAPE_SIZED, 100, 16, 16, 16, 0, 0}},
	{USE_RULES, false, {"rules-1000", "1,000 rules", SHAPE_SIZED, 1000, 16, 16, 16, 0, 0}},
	{USE_RULES, false, {"rules-10000", "10,000 rules", SHAPE_SIZED, 10000, 16, 16, 16, 0, 0}},
	{USE_PREFIXES, false, {"prefixes-16", "16 prefixes", SHAPE_SIZED, 40, 4, 16, 16, 0, 0}},
	{USE_PREFIXES,
	 false,
	 {"prefixes-1000", "1,000 prefixes", SHAPE_SIZED, 40, 4, 1000, 1000, 0, 0}},
	{USE_PREFIXES,
	 false,
	 {"prefixes-100000", "100,000 prefixes", SHAPE_SIZED, 40, 4, 100000, 100000, 0, 0}},
	{USE_PREFIXES,
	 false,
	 {"prefixes-1000000", "1,000,000 prefixes", SHAPE_SIZED, 40, 4, 1000000, 0, 0, 0}},
	{USE_CLASSBENCH, true, {"acl-1000", "ACL, 1,000 rules", SHAPE_ACL, 1000, 0, 0, 0, 0, 0}},
	{USE_CLASSBENCH, true, {"fw-1000", "firewall, 1,000 rules", SHAPE_FW, 1000, 0, 0, 0, 0, 0}},
	{USE_CLASSBENCH,
	 true,
	 {"ipc-1000", "IP chain, 1,000 rules", SHAPE_IPC, 1000, 0, 0, 0, 0, 0}},
	{USE_CLASSBENCH, false, {"acl-5000", "ACL, 5,000 rules", SHAPE_ACL, 5000, 0, 0, 0, 0, 0}},
	{USE_LINES, false, {"lines-3", "3 lines", SHAPE_SHIPPED, 0, 0, 0, 0, 3, 0}},
	{USE_LINES, false, {"lines-64", "64 lines", SHAPE_SHIPPED, 0, 0, 0, 0, 64, 0}},
	{USE_LINES, false, {"lines-256", "256 lines", SHAPE_SHIPPED, 0, 0, 0, 0, 256, 0}},
};
#define CASES (sizeof(cases) / sizeof(*cases))

struct sizes { /* what the suite works with */
	struct batch batch;
	struct subject subject[CASES];
	struct program peer[16];
	unsigned int peers;
	struct bench_header4 headers4[BENCH_HEADERS];
	struct bench_header6 headers6[BENCH_HEADERS];
	struct frame frame4, frame6; /* TCP segments */
};

/* The rewriter of this family and hook alone, under the headers that are ready. */
static void add_rewriters(struct sizes *sizes)
{
	static const char *const names[] = {"rewrite4_frags", "rewrite4", "rewrite6_frags",
					    "rewrite4_tc"};
	char key[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		bool v6 = strstr(names[i], "6"), tc = strstr(names[i], "_tc");
		struct batch_case what = {
			.group = "reference",
			.key = key,
			.label = names[i],
			.target = -1,
			.tc = tc,
			.expect = tc ? TC_ACT_OK : XDP_PASS,
			.frame = v6 ? &sizes->frame6 : &sizes->frame4,
			.rewriter = names[i],
			.headers4 = sizes->headers4,
			.headers6 = sizes->headers6,
		};

		snprintf(key, sizeof(key), "sizes.%s", names[i]);
		batch_add(&sizes->batch, &what);
	}
}

struct traffic { /* of one run */
	const char *group, *key, *label;
	enum talk_kind kind;
	bool v6;
	int rule; /* the one to use, or -1 */
};

static void add_subject(struct sizes *sizes, const struct subject *subject,
			const struct traffic *traffic)
{
	bool outgoing = traffic->kind == TALK_OPEN;
	struct frame_spec frame_spec = {.v6 = traffic->v6,
					.proto = IPPROTO_TCP,
					.tcp_flags = outgoing ? 0x02 : 0x10,
					.outgoing = outgoing,
					.payload = 8};
	struct header_spec spec = {.kind = traffic->kind,
				   .v6 = traffic->v6,
				   .rule = traffic->rule,
				   .outgoing = outgoing,
				   .distinct = BENCH_HEADERS,
				   .seed = 3};
	struct batch_case what = {
		.group = traffic->group,
		.key = traffic->key,
		.label = traffic->label,
		.target = outgoing ? subject_egress(subject) : subject_ingress(subject),
		.tc = outgoing,
		.expect = outgoing ? TC_ACT_UNSPEC : XDP_PASS,
		.rewriter = outgoing	  ? "rewrite4_tc"
			    : traffic->v6 ? "rewrite6_frags"
					  : "rewrite4_frags",
		.cost = outgoing      ? "sizes.rewrite4_tc"
			: traffic->v6 ? "sizes.rewrite6_frags"
				      : "sizes.rewrite4_frags",
		.headers4 = traffic->v6 ? NULL : sizes->headers4,
		.headers6 = traffic->v6 ? sizes->headers6 : NULL,
	};
	struct random random = {.state = 11};
	struct frame frame;
	struct talk talk;

	if (sizes->batch.error)
		return;
	sizes->batch.error = traffic_talk(&subject->policy, traffic->kind, traffic->v6,
					  traffic->rule, &random, &talk);
	if (sizes->batch.error) {
		fprintf(stderr, "bench: %s: no such traffic\n", traffic->key);
		return;
	}
	frame_build(&frame_spec, &talk, 1, &frame);
	what.frame = &frame;
	sizes->batch.error =
		subject_headers(subject, &spec, &frame, traffic->v6 ? NULL : sizes->headers4,
				traffic->v6 ? sizes->headers6 : NULL, NULL);
	batch_add(&sizes->batch, &what);
}

static void add_rules(struct sizes *sizes, const struct subject *subject,
		      const struct policy_shape *shape)
{
	char key[64], label[96];
	struct traffic traffic = {
		.group = "by rules (16 prefixes)", .key = key, .label = label, .rule = -1};

	snprintf(key, sizeof(key), "rules.%u", shape->rules);
	snprintf(label, sizeof(label), "%s, traffic to all of them", shape->label);
	add_subject(sizes, subject, &traffic);
	snprintf(key, sizeof(key), "rules.%u.same", shape->rules);
	snprintf(label, sizeof(label), "%s, traffic to the first", shape->label);
	traffic.rule = 0;
	add_subject(sizes, subject, &traffic);
}

static void add_prefixes(struct sizes *sizes, const struct subject *subject,
			 const struct policy_shape *shape)
{
	char key[64], label[96];
	struct traffic traffic = {
		.group = "by prefixes (40 rules, 4 zones)", .key = key, .label = label, .rule = -1};

	snprintf(key, sizeof(key), "prefixes4.%u", shape->prefixes4);
	snprintf(label, sizeof(label), "IPv4, %s", shape->label);
	add_subject(sizes, subject, &traffic);
	if (!shape->prefixes6)
		return;
	snprintf(key, sizeof(key), "prefixes6.%u", shape->prefixes6);
	snprintf(label, sizeof(label), "IPv6, %s", shape->label);
	traffic.v6 = true;
	add_subject(sizes, subject, &traffic);
}

static void add_case(struct sizes *sizes, const struct subject *subject,
		     const struct size_case *size)
{
	const struct policy_shape *shape = &size->shape;
	char key[64], label[96];
	struct traffic traffic = {.key = key, .label = label, .rule = -1};

	switch (size->use) {
	case USE_RULES:
		add_rules(sizes, subject, shape);
		break;
	case USE_PREFIXES:
		add_prefixes(sizes, subject, shape);
		break;
	case USE_CLASSBENCH:
		traffic.group = "ClassBench-style sets";
		snprintf(key, sizeof(key), "classbench.%s", shape->name);
		snprintf(label, sizeof(label), "%s", shape->label);
		add_subject(sizes, subject, &traffic);
		break;
	case USE_LINES:
		traffic.group = "new connections by lines of tcpoport.ini";
		traffic.kind = TALK_OPEN;
		snprintf(key, sizeof(key), "lines.%u", shape->lines);
		snprintf(label, sizeof(label), "IPv4 SYN out, %s", shape->label);
		add_subject(sizes, subject, &traffic);
		break;
	}
}

/* ---- peers ---- */

static void add_peer(struct sizes *sizes, const char *key, const char *label, int fd)
{
	struct batch_case what = {
		.group = "peers (XDP)",
		.key = key,
		.label = label,
		.target = fd,
		.expect = XDP_PASS,
		.frame = &sizes->frame4,
		.rewriter = "rewrite4",
		.headers4 = sizes->headers4,
		.cost = "sizes.rewrite4",
	};

	batch_add(&sizes->batch, &what);
}

/* A random address of a random prefix. */
static uint32_t draw_address(const struct prefix4 *prefixes, unsigned int count,
			     struct random *random)
{
	const struct prefix4 *prefix = &prefixes[random_below(random, count)];
	uint32_t host = prefix->bits < 32 ? (uint32_t)random_next(random) >> prefix->bits : 0;

	return prefix->address | host;
}

static void draw_headers(struct sizes *sizes, const struct prefix4 *remote, unsigned int remotes,
			 const struct prefix4 *local, unsigned int locals)
{
	struct random random = {.state = 3};

	for (uint32_t i = 0; i < BENCH_HEADERS; i++) {
		struct talk talk = {
			.lport = (uint16_t)(1024 + random_below(&random, FILTER_ENTRIES)),
			.rport = (uint16_t)(20000 + random_below(&random, 30000))};
		uint32_t from = htonl(draw_address(remote, remotes, &random));
		uint32_t to = htonl(draw_address(local, locals, &random));

		memcpy(talk.remote, &from, 4);
		memcpy(talk.local, &to, 4);
		header4_build(&sizes->frame4, &talk, false, (uint16_t)i, &sizes->headers4[i]);
	}
}

/* Both tries with the same prefixes, as in the reference figures; and with 16 local addresses. */
static void add_lpm(struct sizes *sizes, unsigned int count, const struct prefix4 *local)
{
	struct prefix4 *prefixes = prefixes4_draw(count);
	char key[64], label[96];

	for (int both = 1; both >= 0 && prefixes && !sizes->batch.error; both--) {
		const struct prefix4 *second = both ? prefixes : local;
		unsigned int seconds = both ? count : LOCAL_ADDRESSES;
		struct program *peer = &sizes->peer[sizes->peers++];

		sizes->batch.error = lpm_open(prefixes, count, second, seconds, peer);
		draw_headers(sizes, prefixes, count, second, seconds);
		snprintf(key, sizeof(key), "lpm%s.%u", both ? "" : ".local", count);
		snprintf(label, sizeof(label), "two kernel LPM tries, %u %s", count,
			 both ? "prefixes each" : "and 16");
		add_peer(sizes, key, label, peer->fd);
	}
	free(prefixes);
}

static void add_xdpfilter(struct sizes *sizes, const struct prefix4 *local)
{
	static const char *const variants[] = {"alw_all", "dny_all"};
	struct prefix4 *prefixes = prefixes4_draw(2 * FILTER_ENTRIES);
	uint32_t addresses[FILTER_ENTRIES];
	uint16_t ports[FILTER_ENTRIES];

	for (int i = 0; i < 2 && prefixes && !sizes->batch.error; i++) {
		/* Policy allow: what passes was looked for in all maps, and is in none of them. */
		const struct prefix4 *listed = prefixes + (i ? 0 : FILTER_ENTRIES);
		struct program *peer = &sizes->peer[sizes->peers];
		int error;

		for (unsigned int n = 0; n < 2 * FILTER_ENTRIES; n++)
			prefixes[n].bits = 32;
		for (unsigned int n = 0; n < FILTER_ENTRIES; n++) {
			addresses[n] = listed[n].address;
			ports[n] = (uint16_t)((i ? 1024 : 10000) + n);
		}
		error = xdpfilter_open(variants[i], addresses, FILTER_ENTRIES, ports,
				       FILTER_ENTRIES, peer);
		if (error == -ENOENT) {
			fprintf(stderr, "bench: xdp-filter is not installed: not measured\n");
			break;
		}
		sizes->peers++;
		sizes->batch.error = error;
		draw_headers(sizes, prefixes, FILTER_ENTRIES, local, LOCAL_ADDRESSES);
		add_peer(sizes, i ? "xdpfilter.deny" : "xdpfilter",
			 i ? "xdp-filter, policy deny, 1,000 addresses and ports, hit"
			   : "xdp-filter, policy allow, 1,000 addresses and ports",
			 peer->fd);
	}
	free(prefixes);
}

static void add_linear(struct sizes *sizes, unsigned int count, const struct prefix4 *local)
{
	struct linear_rule *rules = calloc(count, sizeof(*rules));
	struct prefix4 *prefixes = prefixes4_draw(count);
	struct program *peer = &sizes->peer[sizes->peers++];
	struct random random = {.state = 5};
	char key[64], label[96];

	if (!rules || !prefixes) {
		sizes->batch.error = -ENOMEM;
		goto out;
	}
	for (unsigned int i = 0; i < count; i++)
		rules[i] = (struct linear_rule){
			prefixes[i], {0, 0}, (uint16_t)(1024 + i), (uint16_t)(1024 + i)};
	sizes->batch.error = linear_open(rules, count, peer);
	for (uint32_t i = 0; i < BENCH_HEADERS; i++) {
		const struct linear_rule *rule = &rules[random_below(&random, count)];
		struct talk talk = {.lport = rule->first, .rport = 30000};
		uint32_t from = htonl(draw_address(&rule->remote, 1, &random));

		memcpy(talk.remote, &from, 4);
		memcpy(talk.local, &(uint32_t){htonl(local[0].address)}, 4);
		header4_build(&sizes->frame4, &talk, false, (uint16_t)i, &sizes->headers4[i]);
	}
	snprintf(key, sizeof(key), "linear.%u", count);
	snprintf(label, sizeof(label), "XDP program of %u linear rules, any of them", count);
	add_peer(sizes, key, label, peer->fd);
out:
	free(rules);
	free(prefixes);
}

static void add_peers(struct sizes *sizes)
{
	static const unsigned int tries[] = {16, 1000, 100000, 1000000};
	struct prefix4 local[LOCAL_ADDRESSES];

	for (unsigned int i = 0; i < LOCAL_ADDRESSES; i++)
		local[i] = (struct prefix4){LOCAL_FIRST + i, 32};
	for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++)
		add_lpm(sizes, tries[i], local);
	add_xdpfilter(sizes, local);
	add_linear(sizes, 100, local);
	add_linear(sizes, 1000, local);
}

int suite_sizes(struct bench *bench)
{
	struct sizes *sizes = calloc(1, sizeof(*sizes));
	const struct frame_spec spec4 = {.proto = IPPROTO_TCP, .tcp_flags = 0x10, .payload = 8};
	const struct frame_spec spec6 = {
		.v6 = true, .proto = IPPROTO_TCP, .tcp_flags = 0x10, .payload = 8};
	const struct talk talk = {.lport = 443, .rport = 30000};
	int error;

	if (!sizes)
		return -ENOMEM;
	frame_build(&spec4, &talk, 1, &sizes->frame4);
	frame_build(&spec6, &talk, 1, &sizes->frame6);
	batch_begin(&sizes->batch, bench, "sizes");
	for (size_t i = 0; i < CASES && !sizes->batch.error; i++) {
		if (cases[i].full && bench->quick)
			continue;
		sizes->batch.error = subject_open(&cases[i].shape, &sizes->subject[i]);
		if (!sizes->batch.error)
			add_case(sizes, &sizes->subject[i], &cases[i]);
	}
	add_rewriters(sizes);
	add_peers(sizes);
	error = batch_measure(&sizes->batch);
	for (unsigned int i = 0; i < sizes->peers; i++)
		program_close(&sizes->peer[i]);
	for (size_t i = 0; i < CASES; i++)
		subject_close(&sizes->subject[i]);
	free(sizes);
	return error;
}
