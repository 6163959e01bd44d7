// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Puts the next frame of a batch into the context of a test run and goes over to the program under
 * test, so that one system call runs it over thousands of different frames. Owns no verdict.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "replay.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, REPLAY_BATCH);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct replay_frame);
} frames SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct replay_state);
} state SEC(".maps");

/* One for each kind of program: a prog array holds one kind. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} xdp_under_test SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} tc_under_test SEC(".maps");

static __always_inline struct replay_state *state_now(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&state, &zero);
}

/* The frame that is next; NULL when it has no size that can be. */
static __always_inline struct replay_frame *frame_next(struct replay_state *now)
{
	__u32 index = now->next++;
	struct replay_frame *frame = bpf_map_lookup_elem(&frames, &index);

	if (!frame || frame->size < 14 || frame->size > REPLAY_FRAME_MAX)
		return NULL;
	return frame;
}

SEC("xdp.frags")
int replay_xdp(struct xdp_md *ctx)
{
	struct replay_state *now = state_now();
	struct replay_frame *frame = now ? frame_next(now) : NULL;
	__u32 size;

	if (!frame)
		return XDP_ABORTED;
	size = frame->size;
	if (size < 14 || size > REPLAY_FRAME_MAX)
		return XDP_ABORTED;
	if (!bpf_xdp_adjust_tail(ctx, (int)size - (int)bpf_xdp_get_buff_len(ctx)) &&
	    !bpf_xdp_store_bytes(ctx, 0, frame->byte, size))
		bpf_tail_call(ctx, &xdp_under_test, 0);
	now->failed++;
	return XDP_ABORTED;
}

SEC("tc")
int replay_tc(struct __sk_buff *skb)
{
	struct replay_state *now = state_now();
	struct replay_frame *frame = now ? frame_next(now) : NULL;
	__u32 size;

	if (!frame)
		return 2;
	size = frame->size;
	if (size < 14 || size > REPLAY_FRAME_MAX)
		return 2;
	if ((size == skb->len || !bpf_skb_change_tail(skb, size, 0)) &&
	    !bpf_skb_store_bytes(skb, 0, frame->byte, size, 0))
		bpf_tail_call(skb, &tc_under_test, 0);
	now->failed++;
	return 2;
}
