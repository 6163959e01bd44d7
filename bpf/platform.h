/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the data plane stands on: maps, helpers and the accessors that lookup.h asks for. In a BPF
 * build the kernel's; in user space the judge's, under the same names. Must not know what a packet
 * is.
 */
#ifndef BPF_PLATFORM_H
#define BPF_PLATFORM_H

#ifndef __bpf__
#include "judge/platform.h"
#else

#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <zonegate/reasons.h>
#include <zonegate/state.h>
#include <zonegate/tables.h>

#include "maps.h"
#include "records.h"

/* A function that the verifier looks at once, by itself, however often it is called. */
#define SUBPROGRAM __noinline

/* Structs that lie in packets: see wire.h. */
#define WIRE

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* User space may store while we read: one load, whole. */
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))

#define NO_UNROLL _Pragma("clang loop unroll(disable)")

/* Bytes of a frame, wherever they lie: for what is not on the fast path. 0, or a negative errno. */
static __always_inline long frame_load(void *context, __u32 hook, __u32 offset, void *to,
				       __u32 size)
{
	return hook == ZG_INGRESS ? bpf_xdp_load_bytes(context, offset, to, size)
				  : bpf_skb_load_bytes(context, offset, to, size);
}

static __always_inline __u32 xdp_ifindex(const struct xdp_md *ctx)
{
	return ctx->ingress_ifindex;
}

static __always_inline __u32 skb_ifindex(const struct __sk_buff *skb)
{
	return skb->ifindex;
}

static __always_inline __u32 xdp_length(void *context)
{
	return bpf_xdp_get_buff_len(context);
}

/*
 * The value, and the verifier forgets what it knew of it but 0..OFFSET_MASK: paths that differ in
 * it alone are then one path. (The difference of two pointers is 0, and any number to the
 * verifier.)
 */
#define OFFSET_MASK 0x7fffu
static __always_inline __u32 forget_offset(__u32 value, const void *pointer)
{
	__u64 zero = (__u64)(long)pointer;

	asm volatile("%0 -= %1" : "+r"(zero) : "r"(pointer));
	return (value + (__u32)zero) & OFFSET_MASK;
}

#include "stores.h"
#include "tables.h"

#endif
#endif
