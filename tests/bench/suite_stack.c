/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The stack's side, by live frames: dropping by zonegate and by nftables, and what the filter adds
 * to a packet that is forwarded or delivered. Each configuration has a namespace of its own; all
 * are measured in one batch.
 */
#include <arpa/inet.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "nft.h"
#include "space.h"

#define PREFIXES 1000u
#define SPACES 16
#define PORTS 40u

enum path { PATH_DROP, PATH_FORWARD, PATH_DELIVER };

struct stack {
	struct batch batch;
	struct subject subject;
	struct space space[SPACES];
	int sink[SPACES]; /* socket that a delivered packet ends in */
	unsigned int spaces;
	struct bench_header4 denied[BENCH_HEADERS], accepted[BENCH_HEADERS];
	struct frame frame_tcp, frame_udp; /* of a denied SYN and of an accepted datagram */
	struct prefix4 *prefixes;	   /* 100,000: the policy's are the first thousand */
	uint16_t ports[PORTS];
};

struct stack_case {
	const char *key, *label;
	enum path path;
	enum { BY_NOTHING, BY_XDP_DROP, BY_ZONEGATE, BY_NFT } by;
	enum nft_kind nft;
	unsigned int prefixes;
	bool full;
};

static const struct stack_case cases[] = {
	{"drop.xdp", "dropped by a bare XDP program", PATH_DROP, BY_XDP_DROP, 0, 0, false},
	{"drop.zonegate", "dropped by zonegate, 1,000 prefixes, 40 rules", PATH_DROP, BY_ZONEGATE,
	 0, 0, false},
	{"drop.nft.set16", "nft netdev, set of 16", PATH_DROP, BY_NFT, NFT_SET, 16, true},
	{"drop.nft.set1000", "nft netdev, set of 1,000", PATH_DROP, BY_NFT, NFT_SET, 1000, false},
	{"drop.nft.set100000", "nft netdev, set of 100,000", PATH_DROP, BY_NFT, NFT_SET, 100000,
	 true},
	{"drop.nft.linear100", "nft netdev, 100 linear rules", PATH_DROP, BY_NFT, NFT_LINEAR, 100,
	 true},
	{"drop.nft.linear1000", "nft netdev, 1,000 linear rules", PATH_DROP, BY_NFT, NFT_LINEAR,
	 1000, false},
	{"drop.nft.conntrack", "nft input, conntrack, set of 1,000", PATH_DROP, BY_NFT,
	 NFT_CONNTRACK, 1000, false},
	{"forward.none", "forwarded, no filter", PATH_FORWARD, BY_NOTHING, 0, 0, false},
	{"forward.zonegate", "forwarded, zonegate", PATH_FORWARD, BY_ZONEGATE, 0, 0, false},
	{"forward.nft.set1000", "forwarded, nft set of 1,000", PATH_FORWARD, BY_NFT, NFT_SET, 1000,
	 false},
	{"forward.nft.conntrack", "forwarded, nft conntrack", PATH_FORWARD, BY_NFT, NFT_CONNTRACK,
	 1000, false},
	{"deliver.none", "delivered to a socket, no filter", PATH_DELIVER, BY_NOTHING, 0, 0, false},
	{"deliver.zonegate", "delivered to a socket, zonegate", PATH_DELIVER, BY_ZONEGATE, 0, 0,
	 false},
	{"deliver.nft.conntrack", "delivered to a socket, nft conntrack", PATH_DELIVER, BY_NFT,
	 NFT_CONNTRACK, 1000, false},
};

/* A socket that nobody reads: its buffer is full from the first frames on, and the rest is counted
 * and freed behind the lookup. The least a delivered packet costs. */
static int open_sink(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), small = 1;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return -errno;
	}
	return fd;
}

/* Addresses, routes and switches of the namespace the thread is in. */
static int prepare_path(enum path path)
{
	int error = space_run("sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 "
			      "net.ipv4.conf.default.rp_filter=0 net.ipv4.conf.zb0.rp_filter=0 && "
			      "ip address add 10.9.0.1/24 dev zb0 && ip route add default dev zb0");

	if (error)
		return error;
	if (path == PATH_FORWARD)
		return space_run("ip link add zbd type ifb && ip link set zbd up && "
				 "ip route add 198.18.0.0/24 dev zbd");
	return space_run("for i in $(seq 1 16); do ip address add 198.18.0.$i/32 dev lo; done");
}

static int load_nft(const struct stack *stack, const struct stack_case *what)
{
	struct nft_rules rules = {.kind = what->nft,
				  .forward = what->path == PATH_FORWARD,
				  .prefix = stack->prefixes,
				  .prefixes = what->prefixes,
				  .port = stack->ports,
				  .ports = PORTS};
	char *text = nft_write(&rules);
	int error = text ? space_feed("nft -f -", text) : -ENOMEM;

	free(text);
	return error;
}

/* A receive queue takes live frames only where a native program has been attached. */
static int attach_bare(const struct stack *stack, const struct space *space)
{
	return bpf_xdp_attach((int)space->ifindex, stack->batch.bench->bare.fd, XDP_FLAGS_DRV_MODE,
			      NULL);
}

static int target_of(const struct stack *stack, const struct stack_case *what)
{
	if (what->by == BY_XDP_DROP)
		return stack->batch.bench->bare.drop_fd;
	return what->by == BY_ZONEGATE ? subject_ingress(&stack->subject) : -1;
}

static int add_case(struct stack *stack, const struct stack_case *what)
{
	struct space *space = &stack->space[stack->spaces];
	bool denied = what->path == PATH_DROP;
	struct live live = {0};
	struct batch_case batch_case = {
		.group = denied ? "dropping, whole path" : "the stack behind the filter",
		.key = what->key,
		.label = what->label,
		.expect = MEASURE_ANY,
		.target = target_of(stack, what),
		.live = &live,
		.frame = denied ? &stack->frame_tcp : &stack->frame_udp,
		.rewriter = what->by == BY_ZONEGATE ? "rewrite4_live_frags" : "rewrite4_live",
		.headers4 = denied ? stack->denied : stack->accepted,
	};
	int error = space_open(space);

	if (error)
		return error;
	stack->sink[stack->spaces] = -1;
	stack->spaces++;
	error = prepare_path(what->path);
	if (!error && what->by == BY_NFT)
		error = load_nft(stack, what);
	if (!error)
		error = attach_bare(stack, space);
	if (!error && what->path == PATH_DELIVER) {
		stack->sink[stack->spaces - 1] = open_sink(ntohs(stack->accepted[0].dport));
		if (stack->sink[stack->spaces - 1] < 0)
			error = stack->sink[stack->spaces - 1];
	}
	live.namespace_fd = space->fd;
	live.ifindex = space->ifindex;
	memcpy(live.mac, space->mac, 6);
	memcpy(live.mac + 6, "\x02\0\0\0\0\x02", 6);
	if (!error)
		batch_add(&stack->batch, &batch_case);
	return error ? error : stack->batch.error;
}

static int prepare_traffic(struct stack *stack)
{
	const struct policy_shape shape = {.name = "stack",
					   .kind = SHAPE_SIZED,
					   .rules = PORTS,
					   .zones = 4,
					   .prefixes4 = PREFIXES};
	struct header_spec spec = {
		.kind = TALK_DENIED, .rule = -1, .distinct = BENCH_HEADERS, .seed = 17};
	struct frame_spec frame = {.proto = IPPROTO_TCP, .tcp_flags = 0x02, .payload = 8};
	struct random random = {.state = 23};
	struct talk talk;
	int error = subject_open(&shape, &stack->subject);

	if (error)
		return error;
	for (size_t i = 0; i < PORTS && i < stack->subject.policy.rule_count; i++)
		stack->ports[i] = stack->subject.policy.rules[i].ports[0].first;
	error = traffic_talk(&stack->subject.policy, TALK_DENIED, false, -1, &random, &talk);
	if (error)
		return error;
	frame_build(&frame, &talk, 1, &stack->frame_tcp);
	error = subject_headers(&stack->subject, &spec, &stack->frame_tcp, stack->denied, NULL,
				NULL);
	if (error)
		return error;
	/* One port: one socket takes what is delivered. */
	spec.kind = TALK_ACCEPT;
	spec.rule = 0;
	frame.proto = IPPROTO_UDP;
	error = traffic_talk(&stack->subject.policy, TALK_ACCEPT, false, 0, &random, &talk);
	if (error)
		return error;
	frame_build(&frame, &talk, 1, &stack->frame_udp);
	return subject_headers(&stack->subject, &spec, &stack->frame_udp, stack->accepted, NULL,
			       NULL);
}

int suite_stack(struct bench *bench)
{
	struct stack *stack = calloc(1, sizeof(*stack));
	int error;

	if (!stack)
		return -ENOMEM;
	stack->prefixes = prefixes4_draw(100000);
	error = stack->prefixes ? prepare_traffic(stack) : -ENOMEM;
	batch_begin(&stack->batch, bench, "stack");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases) && !error; i++)
		if (!cases[i].full || !bench->quick)
			error = add_case(stack, &cases[i]);
	if (!stack->batch.error)
		stack->batch.error = error;
	error = batch_measure(&stack->batch);
	space_leave();
	for (unsigned int i = 0; i < stack->spaces; i++) {
		space_close(&stack->space[i]);
		if (stack->sink[i] >= 0)
			close(stack->sink[i]);
	}
	subject_close(&stack->subject);
	free(stack->prefixes);
	free(stack);
	return error;
}
