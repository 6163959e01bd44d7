/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The accessors of zonegate/lookup.h over the BPF maps: an index in, a pointer out, NULL past the
 * end. Must not know what the tables mean.
 */
#ifndef BPF_TABLES_H
#define BPF_TABLES_H

#include <zonegate/tables.h>

#include "maps.h"

static __always_inline __u64 control_word(void)
{
	return READ_ONCE(control.word);
}

static __always_inline __u32 control_events_per_s(void)
{
	return READ_ONCE(control.events_per_s);
}

static __always_inline const struct zg_settings *tables_settings(__u32 half)
{
	return &settings[half & 1];
}

static __always_inline __u32 tables_root(__u32 half, __u32 trie, __u32 top)
{
	/* The compiler may know that top is small where 6.1's verifier does not: the mask stays. */
	barrier_var(top);
	return roots[half & 1].entry[trie][top & (ZG_ROOT_SIZE - 1)];
}

static __always_inline const struct zg_node *tables_node(__u32 index)
{
	return LIKELY(index < bounds.nodes) ? TABLE_BEGIN(nodes) + index : NULL;
}

static __always_inline const __u16 *tables_leaf(__u32 index)
{
	return LIKELY(index < bounds.leaves) ? TABLE_BEGIN(leaves) + index : NULL;
}

static __always_inline const __u16 *tables_ranges(__u32 index)
{
	return LIKELY(index < bounds.ranges) ? TABLE_BEGIN(leaves) + index : NULL;
}

static __always_inline __u32 tables_node_base(__u32 half)
{
	return settings[half & 1].node_base;
}

static __always_inline const __u32 *tables_pair(__u32 index)
{
	return LIKELY(index < bounds.cross) ? TABLE_BEGIN(cross) + index : NULL;
}

/* Rows lie behind the pairs, and an index counts from the pairs. */
static __always_inline const __u32 *tables_comb(__u32 index)
{
	return tables_pair(index);
}

static __always_inline const struct zg_class *tables_class(__u32 index)
{
	return bpf_map_lookup_elem(&classes, &index);
}

static __always_inline const struct zg_ports *tables_ports(__u32 half, __u32 side)
{
	return &ports[half & 1][side & 1];
}

static __always_inline const struct zg_origin *tables_origin(__u32 half)
{
	return bpf_map_lookup_elem(&origin, &half);
}

#endif
