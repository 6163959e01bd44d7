/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Maps that no program touches: the object's records about itself, see zonegate/names.h. They are
 * here for their BTF, so that bpftool shows them with names. User space sizes rule_names.
 */
#ifndef BPF_RECORDS_H
#define BPF_RECORDS_H

#include <zonegate/names.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct zg_rule_name);
	__uint(map_flags, BPF_F_MMAPABLE);
} rule_names SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ZG_LINE_SLOTS);
	__type(key, __u32);
	__type(value, struct zg_line_name);
	__uint(map_flags, BPF_F_MMAPABLE);
} line_names SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct zg_about);
	__uint(map_flags, BPF_F_MMAPABLE);
} about SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ZG_NICS_MAX);
	__type(key, __u32);
	__type(value, struct zg_nic);
	__uint(map_flags, BPF_F_MMAPABLE);
} nics SEC(".maps");

#endif
