/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Access to what lives longer than a packet: flows, fragments, limiters, counters, events, clocks.
 * Each map under a typed name, so that user space can stand in. Must not know what they mean.
 */
#ifndef BPF_STORES_H
#define BPF_STORES_H

#include "maps.h"

static __always_inline struct zg_flow *flow_lookup(const struct zg_flow_key *key)
{
	return bpf_map_lookup_elem(&flows, key);
}

static __always_inline long flow_update(const struct zg_flow_key *key, const struct zg_flow *flow)
{
	return bpf_map_update_elem(&flows, key, flow, BPF_ANY);
}

static __always_inline long flow_delete(const struct zg_flow_key *key)
{
	return bpf_map_delete_elem(&flows, key);
}

static __always_inline struct zg_fragment *fragment_lookup(const struct zg_fragment_key *key)
{
	return bpf_map_lookup_elem(&fragments, key);
}

static __always_inline long fragment_update(const struct zg_fragment_key *key,
					    const struct zg_fragment *fragment)
{
	return bpf_map_update_elem(&fragments, key, fragment, BPF_ANY);
}

static __always_inline struct zg_limit *limit_lookup(const struct zg_address *key)
{
	return bpf_map_lookup_elem(&limits, key);
}

static __always_inline long limit_update(const struct zg_address *key, const struct zg_limit *limit)
{
	return bpf_map_update_elem(&limits, key, limit, BPF_ANY);
}

static __always_inline struct zg_rule_counter *rule_counter(__u32 slot)
{
	__u32 index = bpf_get_smp_processor_id() * bounds.rule_slots + slot;

	return LIKELY(index < bounds.rule_counters) ? TABLE_BEGIN(rule_counters) + index : NULL;
}

static __always_inline struct zg_reason_counter *reason_counter(__u32 index)
{
	__u32 row = bpf_get_smp_processor_id() * ZG_REASON_COUNTERS;

	/* An addition, not an "or" of bits that do not meet: 6.1 forgets a register's upper half
	 * there. */
	barrier_var(row);
	index += row;
	return LIKELY(index < bounds.reason_counters) ? TABLE_BEGIN(reason_counters) + index : NULL;
}

static __always_inline struct zg_line_counter *line_counter(__u32 slot)
{
	return bpf_map_lookup_elem(&line_counters, &slot);
}

static __always_inline struct zg_flow_counter *flow_counter(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&flow_counters, &zero);
}

static __always_inline struct zg_event_rate *event_rate_lookup(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&event_rate, &zero);
}

static __always_inline const struct zg_owner *owner_lookup(__u64 socket)
{
	return bpf_map_lookup_elem(&owners, &socket);
}

static __always_inline void owner_update(__u64 socket, const struct zg_owner *owner)
{
	bpf_map_update_elem(&owners, &socket, owner, BPF_ANY);
}

static __always_inline struct zg_event *event_reserve(void)
{
	return bpf_ringbuf_reserve(&events, sizeof(struct zg_event), 0);
}

static __always_inline void event_submit(struct zg_event *event)
{
	bpf_ringbuf_submit(event, 0);
}

/* CLOCK_MONOTONIC; coarse: as of the last tick, and cheaper. */
static __always_inline __u64 clock_ns(void)
{
	return bpf_ktime_get_ns();
}

static __always_inline __u64 clock_coarse_ns(void)
{
	return bpf_ktime_get_coarse_ns();
}

#endif
