/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Real sockets over a veth pair, with and without the filter: TCP throughput, connections a second;
 * and packets a second into native XDP from one sending core. Demonstrations: they share the
 * machine with the sender, and are no targets.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "kernel/percpu.h"
#include "util/cleanup.h"
#include "space.h"

#include <zonegate/reasons.h>

#define BURST 65536
#define FRAMES_A_CALL 200000

enum filter { FILTER_NONE, FILTER_BARE, FILTER_ZONEGATE, FILTERS };
static const char *const filter_names[FILTERS] = {"none", "bare", "zonegate"};
static const char *const filter_labels[FILTERS] = {"no filter", "bare XDP program attached",
						   "zonegate, XDP and tc"};

struct sockets {
	struct bench *bench;
	struct subject subject;
	struct talk talk; /* one that the policy accepts */
	char server_text[INET_ADDRSTRLEN], client_text[INET_ADDRSTRLEN];
	struct space server; /* zb0 is the guarded NIC, zb1 went to the client's namespace */
	int client_fd;	     /* namespace */
	uint16_t port;
	pid_t listener;
	double seconds;
};

/* ---- the listening side: a process in the server's namespace ---- */

static void serve(int listener)
{
	static char sink[1 << 18];

	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			_exit(1);
		while (read(fd, sink, sizeof(sink)) > 0)
			;
		close(fd);
	}
}

static int open_listener(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 512)) {
		close(fd);
		return -errno;
	}
	return fd;
}

/* Beside the sender, on the other CPU where there is one; gone with its parent. */
static int start_listener(struct sockets *sockets)
{
	int fd = open_listener(sockets->port);
	cpu_set_t cpus;

	if (fd < 0)
		return fd;
	sockets->listener = fork();
	if (sockets->listener < 0)
		return -errno;
	if (!sockets->listener) {
		CPU_ZERO(&cpus);
		CPU_SET(0, &cpus);
		sched_setaffinity(0, sizeof(cpus), &cpus);
		serve(fd);
	}
	close(fd);
	return 0;
}

/* ---- the sending side ---- */

static int dial(const struct sockets *sockets)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(sockets->port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(&address.sin_addr, sockets->talk.local, 4);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return -errno;
	}
	return fd;
}

/* Gigabits a second of one connection. */
static int send_bulk(const struct sockets *sockets, double *ret_gbps)
{
	static char data[BURST];
	double start = clock_wall_ns(), bytes = 0;
	int fd = dial(sockets);

	if (fd < 0)
		return fd;
	while (clock_wall_ns() - start < sockets->seconds * 1e9) {
		ssize_t sent = write(fd, data, sizeof(data));

		if (sent < 0) {
			close(fd);
			return -errno;
		}
		bytes += (double)sent;
	}
	*ret_gbps = bytes * 8 / (clock_wall_ns() - start);
	close(fd);
	return 0;
}

/* Connections opened and reset again, one after the other: no port stays in TIME_WAIT. */
static int open_many(const struct sockets *sockets, double *ret_rate)
{
	const struct linger reset = {.l_onoff = 1};
	double start = clock_wall_ns(), count = 0;

	while (clock_wall_ns() - start < sockets->seconds * 1e9) {
		int fd = dial(sockets);

		if (fd < 0)
			return fd;
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fd);
		count++;
	}
	*ret_rate = count / (clock_wall_ns() - start) * 1e9;
	return 0;
}

/* ---- the filter on the server's NIC ---- */

static int set_filter(const struct sockets *sockets, enum filter filter)
{
	const struct bench *bench = sockets->bench;
	int nic = (int)sockets->server.ifindex, error = space_enter(&sockets->server);
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = nic,
		    .attach_point = (enum bpf_tc_attach_point)(BPF_TC_INGRESS | BPF_TC_EGRESS));

	if (error)
		return error;
	bpf_tc_hook_destroy(&hook); /* clsact and all filters of it */
	bpf_xdp_detach(nic, XDP_FLAGS_DRV_MODE, NULL);
	if (filter == FILTER_BARE)
		return bpf_xdp_attach(nic, bench->bare.fd, XDP_FLAGS_DRV_MODE, NULL);
	if (filter == FILTER_ZONEGATE) {
		LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = subject_egress(&sockets->subject));

		hook.attach_point = BPF_TC_EGRESS;
		error = bpf_tc_hook_create(&hook);
		if (!error)
			error = bpf_tc_attach(&hook, &options);
		if (!error)
			error = bpf_xdp_attach(nic, subject_ingress(&sockets->subject),
					       XDP_FLAGS_DRV_MODE, NULL);
	}
	return error;
}

/* zb1 moves into a namespace of its own, the client's. */
static int open_spaces(struct sockets *sockets)
{
	struct space client;
	int error = space_open(&sockets->server);

	if (!error)
		error = space_run("ip address add %s/32 dev zb0 && ip route add %s/32 dev zb0",
				  sockets->server_text, sockets->client_text);
	if (!error)
		error = start_listener(sockets);
	if (!error)
		error = space_open(&client);
	if (error)
		return error;
	sockets->client_fd = client.fd;
	error = space_run("ip link del zb0"); /* the pair that came with the namespace */
	if (!error)
		error = space_enter(&sockets->server);
	if (!error)
		error = space_run("ip link set zb1 netns /proc/%d/fd/%d", (int)getpid(),
				  sockets->client_fd);
	if (!error)
		error = setns(sockets->client_fd, CLONE_NEWNET) ? -errno : 0;
	if (!error)
		error = space_run("ip link set zb1 up && ip address add %s/32 dev zb1 && "
				  "ip route add %s/32 dev zb1",
				  sockets->client_text, sockets->server_text);
	return error;
}

static int measure_streams(struct sockets *sockets, unsigned int rounds)
{
	struct figure *bulk[FILTERS], *rate[FILTERS];
	int error = 0;

	for (int i = 0; i < FILTERS; i++) {
		char key[64];

		snprintf(key, sizeof(key), "tcp.throughput.%s", filter_names[i]);
		bulk[i] = figure_add(&sockets->bench->figures, "real sockets over veth", key,
				     "Gbit/s", "TCP throughput, %s", filter_labels[i]);
		snprintf(key, sizeof(key), "tcp.rate.%s", filter_names[i]);
		rate[i] = figure_add(&sockets->bench->figures, "real sockets over veth", key, "/s",
				     "TCP connections, %s", filter_labels[i]);
	}
	for (unsigned int round = 0; round < rounds; round++) {
		for (int n = 0; n < FILTERS && !error; n++) {
			int i = (n + (int)round) % FILTERS;
			double value = 0;

			error = set_filter(sockets, (enum filter)i);
			if (!error && setns(sockets->client_fd, CLONE_NEWNET))
				error = -errno;
			if (!error)
				error = send_bulk(sockets, &value);
			if (!error)
				figure_sample(bulk[i], value);
			if (!error)
				error = open_many(sockets, &value);
			if (!error)
				figure_sample(rate[i], value);
		}
	}
	return error;
}

/* ---- packets a second ---- */

/* Packets that arrived and were dropped, by the receiving program's own count. */
static int count_received(const struct sockets *sockets, enum filter filter, uint64_t *ret_packets)
{
	const struct firewall_map_state bare = {
		.fd = bpf_object__find_map_fd_by_name(sockets->bench->bare.object, "received"),
	};
	const struct firewall *firewall = &sockets->subject.firewall;
	bool ours = filter == FILTER_ZONEGATE;
	uint32_t slot = ours ? ZG_REASON_INDEX(ZG_INGRESS, 0, ZG_R_NO_RULE) : 0;
	CLEANUP(percpu_close) struct percpu sums = {0};
	struct zg_reason_counter counter = {0};
	int error = percpu_open(ours ? &firewall->map[MAP_REASON_COUNTERS] : &bare, sizeof(counter),
				&sums);

	if (!error)
		error = percpu_sum(&sums, slot, (uint64_t *)&counter);
	*ret_packets = counter.packets;
	return error;
}

static int send_frames(const struct sockets *sockets, const struct run *run, enum filter filter,
		       double *ret_rate)
{
	uint64_t before, after;
	int error = count_received(sockets, filter, &before);
	double start = clock_wall_ns(), cost;

	while (clock_wall_ns() - start < sockets->seconds * 1e9 && !error)
		error = measure_once(run, FRAMES_A_CALL, &cost);
	if (!error)
		error = count_received(sockets, filter, &after);
	if (error)
		return error;
	*ret_rate = (double)(after - before) / (clock_wall_ns() - start) * 1e9 / 1e6;
	return after > before ? 0 : -ENODATA; /* nothing arrived: that is no rate */
}

/* The receiving program of a filter: it drops, so that nothing but receiving is seen. */
static int set_receiver(const struct sockets *sockets, enum filter filter)
{
	struct bpf_program *count =
		bpf_object__find_program_by_name(sockets->bench->bare.object, "count_drop");
	int error = set_filter(sockets, filter);

	if (error || filter == FILTER_ZONEGATE)
		return error;
	bpf_xdp_detach((int)sockets->server.ifindex, XDP_FLAGS_DRV_MODE, NULL);
	return bpf_xdp_attach((int)sockets->server.ifindex, bpf_program__fd(count),
			      XDP_FLAGS_DRV_MODE, NULL);
}

/* Frames that no rule permits leave zb1 by redirection, in the client's namespace. */
static int open_sender(struct sockets *sockets, struct bench_header4 *headers, struct frame *frame,
		       struct program *sender, struct run *run)
{
	const struct frame_spec frame_spec = {
		.proto = IPPROTO_TCP, .tcp_flags = 0x02, .payload = 8};
	const struct header_spec spec = {
		.kind = TALK_DENIED, .rule = -1, .distinct = BENCH_HEADERS, .seed = 31};
	struct bpf_object *bare = sockets->bench->bare.object;
	uint32_t nic = if_nametoindex("zb1"), zero = 0;
	uint8_t mac[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
	int target = bpf_program__fd(bpf_object__find_program_by_name(bare, "send_out"));
	int error = bpf_xdp_attach((int)nic, sockets->bench->bare.fd, XDP_FLAGS_DRV_MODE, NULL);

	frame_build(&frame_spec, &sockets->talk, 1, frame);
	if (!error &&
	    bpf_map_update_elem(bpf_object__find_map_fd_by_name(bare, "out"), &zero, &nic, BPF_ANY))
		error = -errno;
	if (!error)
		error = subject_headers(&sockets->subject, &spec, frame, headers, NULL, NULL);
	if (!error)
		error = rewriter_open("rewrite4_live", headers, NULL, target, mac, sender);
	*run = (struct run){.fd = sender->fd,
			    .frame = frame->data,
			    .size = frame->size,
			    .live = true,
			    .ifindex = nic,
			    .namespace_fd = sockets->client_fd};
	return error;
}

static int measure_packets(struct sockets *sockets, unsigned int rounds)
{
	static const enum filter filters[] = {FILTER_BARE, FILTER_ZONEGATE};
	struct bench_header4 *headers = calloc(BENCH_HEADERS, sizeof(*headers));
	struct program sender = {.fd = -1};
	struct figure *figure[FILTERS];
	struct frame frame;
	struct run run;
	int error = headers ? open_sender(sockets, headers, &frame, &sender, &run) : -ENOMEM;

	for (size_t i = 0; i < 2 && !error; i++) {
		enum filter filter = filters[i];
		char key[64];

		snprintf(key, sizeof(key), "veth.pps.%s", filter_names[filter]);
		figure[filter] =
			figure_add(&sockets->bench->figures, "real sockets over veth", key, "Mpps",
				   "sent by one core, dropped by %s",
				   filter == FILTER_BARE ? "a bare XDP program" : "zonegate");
	}
	for (unsigned int round = 0; round < rounds && !error; round++) {
		for (size_t i = 0; i < 2 && !error; i++) {
			enum filter filter = filters[(i + round) % 2];
			double rate = 0;

			error = set_receiver(sockets, filter);
			if (!error)
				error = send_frames(sockets, &run, filter, &rate);
			if (!error)
				figure_sample(figure[filter], rate);
		}
	}
	if (sender.object)
		program_close(&sender);
	free(headers);
	return error;
}

/* A client address and a port that a policy of a thousand prefixes accepts. */
static int prepare(struct sockets *sockets)
{
	const struct policy_shape shape = {.name = "sockets",
					   .label = "",
					   .kind = SHAPE_SIZED,
					   .rules = 40,
					   .zones = 4,
					   .prefixes4 = 1000};
	struct random random = {.state = 41};
	int error = subject_open(&shape, &sockets->subject);

	if (!error)
		error = traffic_talk(&sockets->subject.policy, TALK_ACCEPT, false, 0, &random,
				     &sockets->talk);
	sockets->port = sockets->talk.lport;
	inet_ntop(AF_INET, sockets->talk.local, sockets->server_text, sizeof(sockets->server_text));
	inet_ntop(AF_INET, sockets->talk.remote, sockets->client_text,
		  sizeof(sockets->client_text));
	return error;
}

int suite_sockets(struct bench *bench)
{
	struct sockets sockets = {.bench = bench,
				  .client_fd = -1,
				  .listener = -1,
				  .server = {.fd = -1},
				  .seconds = bench->quick ? 0.5 : 2};
	unsigned int rounds = bench->quick ? 3 : 7;
	int error = prepare(&sockets);

	fprintf(stderr, "bench: sockets: %u rounds\n", rounds);
	if (!error)
		error = open_spaces(&sockets);
	if (!error)
		error = measure_streams(&sockets, rounds);
	if (!error && setns(sockets.client_fd, CLONE_NEWNET))
		error = -errno;
	if (!error)
		error = measure_packets(&sockets, rounds);
	if (sockets.listener > 0) {
		kill(sockets.listener, SIGKILL);
		waitpid(sockets.listener, NULL, 0);
	}
	space_leave();
	if (sockets.client_fd >= 0)
		close(sockets.client_fd);
	space_close(&sockets.server);
	subject_close(&sockets.subject);
	return error;
}
