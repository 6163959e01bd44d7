/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What zonegate is held against: the same decision by two of the kernel's LPM tries (remote and
 * local address to zone), a hash for the rule and a per-CPU counter; and the two lookups alone.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/in.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#include "headers.h"

struct lpm_key {
	__u32 bits;
	__u32 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1 << 20);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct lpm_key);
	__type(value, __u32);
} remote SEC(".maps"), local SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct bench_counter);
} counters SEC(".maps");

/* Remote and local address looked up in tries of the same prefixes, as in the reference figures. */
SEC("xdp")
int lpm_two(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);
	struct lpm_key key = {.bits = 32};
	struct bench_counter *counter;
	__u32 *a, *b, slot;

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_DROP;
	key.address = ip->saddr;
	a = bpf_map_lookup_elem(&remote, &key);
	key.address = ip->daddr;
	b = bpf_map_lookup_elem(&local, &key);
	if (!a || !b)
		return XDP_DROP;
	slot = (*a * 16 + *b) & 255;
	counter = bpf_map_lookup_elem(&counters, &slot);
	if (!counter)
		return XDP_DROP;
	counter->packets++;
	counter->bytes += end - data;
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
