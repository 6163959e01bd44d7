/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The programs that every figure is a ratio to: they pass, or drop, and do nothing else. Also the
 * sender and the counting receiver of the veth demonstration.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#include "headers.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bench_counter);
} received SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32); /* interface index */
} out SEC(".maps");

SEC("xdp")
int bare_pass(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp")
int bare_drop(struct xdp_md *ctx)
{
	return XDP_DROP;
}

SEC("xdp.frags")
int bare_pass_frags(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("tc")
int bare_ok(struct __sk_buff *ctx)
{
	return TC_ACT_OK;
}

/* Sends the frame out of one end of a veth pair. */
SEC("xdp")
int send_out(struct xdp_md *ctx)
{
	__u32 zero = 0, *nic = bpf_map_lookup_elem(&out, &zero);

	return nic ? bpf_redirect(*nic, 0) : XDP_ABORTED;
}

/* The other end: counts, so that what got lost on the way is not taken for received. */
SEC("xdp")
int count_drop(struct xdp_md *ctx)
{
	struct bench_counter *counter;
	__u32 key = 0;

	counter = bpf_map_lookup_elem(&received, &key);
	if (counter) {
		counter->packets++;
		counter->bytes += ctx->data_end - ctx->data;
	}
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
