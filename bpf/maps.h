/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every map that a program touches. What every packet reads and has a fixed size is a global
 * variable, so that its address is a constant: no lookup. (libbpf 1.1 knows one ".bss" only, and
 * names of one's own for ".data" alone.) So are the tables of a packet's way that grow with the
 * policy: declared with one element, as large as user space makes them before it loads, with
 * the counts in bounds, which the verifier knows as constants. What is asked less often is an array
 * whose max_entries user space sets. Owns storage; must not know what is looked up in it.
 */
#ifndef BPF_MAPS_H
#define BPF_MAPS_H

#include <zonegate/connect.h>
#include <zonegate/state.h>
#include <zonegate/tables.h>

/* Maps ".data.control", ".data.settings", ".bss": written by user space through a memory mapping.
 */
struct zg_control control SEC(".data.control");
struct zg_settings settings[ZG_HALVES] SEC(".data.settings");
struct zg_connect host SEC(".data.host"); /* read by connect() alone */
struct zg_roots roots[ZG_HALVES];
struct zg_ports ports[ZG_HALVES][2]; /* ZG_ACCEPT, ZG_OPEN */

/* Half 1 right behind half 0. Cross: the pairs of both halves, then the rows (comb) of both. */
struct zg_node nodes[1] SEC(".data.nodes");
__u16 leaves[4] SEC(".data.leaves"); /* 8 bytes: an element of a map is no smaller */
__u32 cross[2] SEC(".data.cross");
/* A row of slots for each CPU: a percpu array would cost a key and a pointer of its own a slot. */
struct zg_rule_counter rule_counters[1] SEC(".data.rules");
struct zg_reason_counter reason_counters[1] SEC(".data.reasons");
const volatile struct zg_bounds bounds SEC(".rodata.bounds") = {1, 4, 2, 0, 1, 1, 1};

/* Index: half. Read for new connections alone. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ZG_HALVES);
	__type(key, __u32);
	__type(value, struct zg_origin);
	__uint(map_flags, BPF_F_MMAPABLE);
} origin SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct zg_class);
	__uint(map_flags, BPF_F_MMAPABLE);
} classes SEC(".maps");

/* Written by the programs. Adopted connections are added by user space, with BPF_NOEXIST. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct zg_flow_key);
	__type(value, struct zg_flow);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct zg_fragment_key);
	__type(value, struct zg_fragment);
} fragments SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct zg_address);
	__type(value, struct zg_limit);
} limits SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct zg_line_counter);
} line_counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct zg_flow_counter);
} flow_counters SEC(".maps");

/* By socket cookie. A process that passes its socket on is told as the one that connected it. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct zg_owner);
} owners SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

/* How many events this CPU sent in which second: the bound of zg_control.events_per_s. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct zg_event_rate);
} event_rate SEC(".maps");

/* The compiler knows these as arrays of one element, and must not draw conclusions from it. */
#define TABLE_BEGIN(table)                                                                         \
	({                                                                                         \
		__typeof__(&(table)[0]) begin = (table);                                           \
		barrier_var(begin);                                                                \
		__builtin_assume(begin != NULL);                                                   \
		begin;                                                                             \
	})

#endif
