/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writes the next of 65,536 random headers into the packet, then tail-calls the program under test,
 * so that any program, also somebody else's, is driven by random flows. With an empty jump table it
 * answers PASS itself: that is its own cost, measured beside the programs and subtracted.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#include "headers.h"

#define PORTS4 (ETH_HLEN + sizeof(struct iphdr))
#define PORTS6 (ETH_HLEN + sizeof(struct ipv6hdr))
#define FRAGMENT6 8 /* a fragment header before the ports */

struct bench_header4 header4[BENCH_HEADERS];
struct bench_header6 header6[BENCH_HEADERS];
__u32 next4, next6;
__u8 mac[12]; /* live frames: destination, source */

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} jump_xdp SEC(".maps"), jump_frags SEC(".maps"), jump_tc SEC(".maps");

static __always_inline void write4(void *data)
{
	struct bench_header4 *header = &header4[next4++ & (BENCH_HEADERS - 1)];
	struct iphdr *ip = data + ETH_HLEN;
	__u16 *ports = data + PORTS4;

	ip->saddr = header->saddr;
	ip->daddr = header->daddr;
	ip->id = header->id;
	ip->check = header->checksum;
	ports[0] = header->sport;
	ports[1] = header->dport;
}

static __always_inline void write6(void *data, __u32 skip)
{
	struct bench_header6 *header = &header6[next6++ & (BENCH_HEADERS - 1)];
	struct ipv6hdr *ip = data + ETH_HLEN;
	__u16 *ports = data + PORTS6 + skip;

	__builtin_memcpy(&ip->saddr, header->saddr, 16);
	__builtin_memcpy(&ip->daddr, header->daddr, 16);
	if (skip)
		*(__u32 *)(data + PORTS6 + 4) = header->id;
	ports[0] = header->sport;
	ports[1] = header->dport;
}

/* The live frames are recycled after the stack, or the wire, has changed them. */
static __always_inline void write_live(void *data)
{
	struct iphdr *ip = data + ETH_HLEN;

	__builtin_memcpy(data, mac, sizeof(mac));
	((struct ethhdr *)data)->h_proto = bpf_htons(ETH_P_IP);
	ip->ttl = 64;
}

#define XDP_REWRITER(name, section, jump, bytes, ...)                                              \
	SEC(section)                                                                               \
	int name(struct xdp_md *ctx)                                                               \
	{                                                                                          \
		void *data = (void *)(long)ctx->data;                                              \
                                                                                                   \
		if (data + (bytes) > (void *)(long)ctx->data_end)                                  \
			return XDP_ABORTED;                                                        \
		__VA_ARGS__;                                                                       \
		bpf_tail_call(ctx, &jump, 0);                                                      \
		return XDP_PASS;                                                                   \
	}

XDP_REWRITER(rewrite4, "xdp", jump_xdp, PORTS4 + 4, write4(data))
XDP_REWRITER(rewrite6, "xdp", jump_xdp, PORTS6 + 4, write6(data, 0))
XDP_REWRITER(rewrite4_frags, "xdp.frags", jump_frags, PORTS4 + 4, write4(data))
XDP_REWRITER(rewrite6_frags, "xdp.frags", jump_frags, PORTS6 + 4, write6(data, 0))
XDP_REWRITER(rewrite6_fragment, "xdp.frags", jump_frags, PORTS6 + 4 + FRAGMENT6,
	     write6(data, FRAGMENT6))
XDP_REWRITER(rewrite4_live, "xdp", jump_xdp, PORTS4 + 4, write4(data); write_live(data))
XDP_REWRITER(rewrite4_live_frags, "xdp.frags", jump_frags, PORTS4 + 4, write4(data);
	     write_live(data))

#define TC_REWRITER(name, bytes, ...)                                                              \
	SEC("tc")                                                                                  \
	int name(struct __sk_buff *ctx)                                                            \
	{                                                                                          \
		void *data = (void *)(long)ctx->data;                                              \
                                                                                                   \
		if (data + (bytes) > (void *)(long)ctx->data_end)                                  \
			return TC_ACT_SHOT;                                                        \
		__VA_ARGS__;                                                                       \
		bpf_tail_call(ctx, &jump_tc, 0);                                                   \
		return TC_ACT_OK;                                                                  \
	}

TC_REWRITER(rewrite4_tc, PORTS4 + 4, write4(data))
TC_REWRITER(rewrite6_tc, PORTS6 + 4, write6(data, 0))

char _license[] SEC("license") = "GPL";
