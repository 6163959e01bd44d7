/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What bpf/ stands on in user space: the names of bpf/platform.h, tables.h and stores.h over a
 * struct judge. Included by one .c file, judge/hooks.c. Owns nothing.
 */
#ifndef USER_JUDGE_PLATFORM_H
#define USER_JUDGE_PLATFORM_H

#include <arpa/inet.h>
#include <endian.h>
#include <stdbool.h>
#include <string.h>

#include "compile/image_lookup.h"
#include "judge/judge.h"

/* The judge whose frame is being judged. */
static _Thread_local struct judge *judge_current;

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#define SUBPROGRAM static __attribute__((noinline))
#define NO_UNROLL
/* Headers lie at any address in a frame. */
#define WIRE __attribute__((packed))
/* Keeps a mask or a bound standing for the verifier; here nobody needs it. */
#define barrier_var(number) ((void)(number))

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

#define bpf_htons(x) htons(x)
#define bpf_ntohs(x) ntohs(x)
#define bpf_ntohl(x) ntohl(x)
#define bpf_htonl(x) htonl(x)
#define bpf_cpu_to_be64(x) htobe64(x)

/* Contexts of the kernel's; here they are a struct judge_frame. */
struct xdp_md;
struct __sk_buff;

static inline const struct judge_frame *context_frame(const void *context)
{
	return context;
}

static inline __u32 xdp_length(const void *context)
{
	return (__u32)context_frame(context)->size;
}

/* A NIC without a bound zone has an index too: 0 stands for unused groups in the settings. */
static inline __u32 context_ifindex(const void *context)
{
	__u32 group = context_frame(context)->ifgroup;

	return group ? group : ZG_IFGROUPS_MAX + 1;
}

static inline __u32 xdp_ifindex(const struct xdp_md *context)
{
	return context_ifindex(context);
}

static inline __u32 skb_ifindex(const struct __sk_buff *context)
{
	return context_ifindex(context);
}

static inline long frame_load(const void *context, __u32 hook, __u32 offset, void *to, __u32 size)
{
	const struct judge_frame *frame = context_frame(context);

	(void)hook;
	if (offset > frame->size || size > frame->size - offset)
		return -1;
	memcpy(to, (const __u8 *)frame->data + offset, size);
	return 0;
}

#define OFFSET_MASK 0x7fffu
static inline __u32 forget_offset(__u32 value, const void *pointer)
{
	(void)pointer;
	return value & OFFSET_MASK;
}

/* ---- tables ---- */

static inline __u64 control_word(void)
{
	return judge_current->control.word;
}

static inline __u32 control_events_per_s(void)
{
	return judge_current->control.events_per_s;
}

static inline const struct zg_settings *tables_settings(__u32 half)
{
	(void)half;
	return &judge_current->settings;
}

static inline const struct zg_class *tables_class(__u32 index)
{
	return index < judge_current->image->class_count ? &judge_current->image->classes[index]
							 : NULL;
}

static inline const struct zg_ports *tables_ports(__u32 half, __u32 side)
{
	(void)half;
	return &judge_current->image->ports[side & 1];
}

static inline const struct zg_origin *tables_origin(__u32 half)
{
	(void)half;
	return judge_current->image->origin;
}

/* ---- stores ---- */

static inline struct zg_flow *flow_lookup(const struct zg_flow_key *key)
{
	return store_lookup(&judge_current->flows, key);
}

static inline long flow_update(const struct zg_flow_key *key, const struct zg_flow *flow)
{
	return store_update(&judge_current->flows, key, flow);
}

static inline long flow_delete(const struct zg_flow_key *key)
{
	return store_remove(&judge_current->flows, key);
}

static inline struct zg_fragment *fragment_lookup(const struct zg_fragment_key *key)
{
	return store_lookup(&judge_current->fragments, key);
}

static inline long fragment_update(const struct zg_fragment_key *key,
				   const struct zg_fragment *fragment)
{
	return store_update(&judge_current->fragments, key, fragment);
}

static inline struct zg_limit *limit_lookup(const struct zg_address *key)
{
	return store_lookup(&judge_current->limits, key);
}

static inline long limit_update(const struct zg_address *key, const struct zg_limit *limit)
{
	return store_update(&judge_current->limits, key, limit);
}

static inline struct zg_rule_counter *rule_counter(__u32 slot)
{
	return slot <= judge_current->image->rule_count ? &judge_current->rules[slot] : NULL;
}

static inline struct zg_reason_counter *reason_counter(__u32 index)
{
	return index < ZG_REASON_COUNTERS ? &judge_current->reasons[index] : NULL;
}

static inline struct zg_line_counter *line_counter(__u32 slot)
{
	return slot < judge_current->image->line_count ? &judge_current->lines[slot] : NULL;
}

static inline struct zg_flow_counter *flow_counter(void)
{
	return &judge_current->flow_counter;
}

static inline struct zg_event_rate *event_rate_lookup(void)
{
	return &judge_current->event_rate;
}

/* Questions come from no process. */
static inline const struct zg_owner *owner_lookup(__u64 socket)
{
	(void)socket;
	return NULL;
}

static inline struct zg_event *event_reserve(void)
{
	return &judge_current->event;
}

static inline void event_submit(struct zg_event *event)
{
	(void)event;
	judge_current->events++;
}

static inline __u64 clock_ns(void)
{
	return judge_current->now_ns;
}

static inline __u64 clock_coarse_ns(void)
{
	return judge_current->now_ns;
}

#endif
