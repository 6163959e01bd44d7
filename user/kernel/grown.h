/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Tables that programs know as variables, and that are as large as the policy wants: their maps,
 * made and handed to libbpf in place of its own. Owns the way round libbpf 1.1, which makes a
 * variable's map as large as the variable. Knows no policy and no pins.
 */
#ifndef USER_KERNEL_GROWN_H
#define USER_KERNEL_GROWN_H

#include <bpf/libbpf.h>
#include <stdbool.h>

#include "kernel/object.h"

enum {
	GROWN_NODES,
	GROWN_LEAVES,
	GROWN_CROSS,
	GROWN_RULE_COUNTERS,
	GROWN_REASON_COUNTERS,
	GROWN_MAPS
};

struct grown_map {
	enum firewall_map id;
	const char *variable; /* NULL: grown_take() was not called */
	uint64_t elements, element_bytes;
	struct bpf_map *map; /* once handed over */
	int original;	     /* a map of the variable's own size */
};

struct grown {
	struct grown_map map[GROWN_MAPS];
};

/*
 * Before the object is loaded: makes the maps, with BTF so that bpftool shows what is in them, and
 * writes their sizes where programs know them as constants. Counters are predecessor's, when they
 * are as large; NULL: none is there. 0, or a negative errno, said; grown_release() either way.
 */
int grown_take(struct bpf_object *object, const struct object_sizes *sizes,
	       const struct firewall *predecessor, struct report *report, struct grown *ret_grown);
/*
 * Before the object is closed: libbpf then unmaps as many bytes as a map has, and had mapped the
 * variable's own. False: the object must not be closed, but left as it is.
 */
bool grown_release(struct grown *grown);

#endif
