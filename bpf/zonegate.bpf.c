/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The programs: each takes its context apart, asks its list of stages and answers the kernel.
 * Owns entry points. Everything that is decided is decided in the headers.
 */
#include "platform.h"

#include "connect.h"
#include "fast.h"
#include "hooks.h"
#include "linear.h"
#include "sockopt.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* linux/pkt_cls.h has them as macros. UNSPEC lets other programs of the hook go on. */
#define TC_UNSPEC (-1)
#define TC_SHOT 2

#define PAGE_BYTES 4096

static __always_inline int ingress_stages(struct xdp_md *ctx)
{
	struct frame frame = {
		.begin = (const __u8 *)(long)ctx->data,
		.end = (const __u8 *)(long)ctx->data_end,
		.context = ctx,
		.segments = 1,
		.ifindex = ctx->ingress_ifindex,
		.hook = ZG_INGRESS,
	};
	struct verdict verdict = {};

	return ingress_hook(&frame, &verdict) ? XDP_PASS : XDP_DROP;
}

SEC("xdp.frags")
int zg_ingress(struct xdp_md *ctx)
{
	__u32 answer = fast_ingress(ctx);

	if (LIKELY(answer == FAST_PASS))
		return XDP_PASS;
	return answer == FAST_DROP ? XDP_DROP : ingress_stages(ctx);
}

static __always_inline void egress_frame(struct __sk_buff *skb, struct frame *ret_frame)
{
	ret_frame->begin = (const __u8 *)(long)skb->data;
	ret_frame->end = (const __u8 *)(long)skb->data_end;
	ret_frame->context = skb;
	ret_frame->length = skb->len;
	ret_frame->bytes = skb->wire_len;
	ret_frame->segments = skb->gso_segs ? skb->gso_segs : 1;
	ret_frame->ifindex = skb->ifindex;
	ret_frame->hook = ZG_EGRESS;
	ret_frame->tags = skb->vlan_present;
	ret_frame->gso = skb->gso_size;
	ret_frame->socket = UNLIKELY(control_events_per_s()) ? bpf_get_socket_cookie(skb) : 0;
}

static __always_inline int egress_stages(struct __sk_buff *skb)
{
	struct verdict verdict = {};
	struct frame frame;

	headers_make_linear(skb);
	egress_frame(skb, &frame);
	return egress_hook(&frame, &verdict) ? TC_UNSPEC : TC_SHOT;
}

SEC("tc")
int zg_egress(struct __sk_buff *skb)
{
	return LIKELY(fast_egress(skb) == FAST_PASS) ? TC_UNSPEC : egress_stages(skb);
}

SEC("cgroup/setsockopt")
int zg_setsockopt(struct bpf_sockopt *ctx)
{
	if (sockopt_refused(ctx->level, ctx->optname)) {
		reason_count(ZG_REASON_INDEX(ZG_CONNECT, 0, ZG_R_REFUSED_OPTION), 1, 0);
		return 0; /* EPERM */
	}
	/* The kernel shows a program one page of a value and refuses the call (EFAULT) when the
	 * program leaves a longer length standing: 0 says "as it was". */
	if (ctx->optlen > PAGE_BYTES)
		ctx->optlen = 0;
	return 1;
}

SEC("cgroup/connect4")
int zg_connect4(struct bpf_sock_addr *ctx)
{
	struct connect connect = {};

	if (!connect_is_ours(ctx))
		return 1;
	connect_take4(ctx, &connect);
	return connect_answer(ctx, &connect);
}

SEC("cgroup/connect6")
int zg_connect6(struct bpf_sock_addr *ctx)
{
	struct connect connect = {};

	if (!connect_is_ours(ctx))
		return 1;
	connect_take6(ctx, &connect);
	return connect_answer(ctx, &connect);
}
