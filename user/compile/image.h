/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A compiled policy: the tables of include/zonegate/tables.h as plain arrays, indices counting from
 * 0, rule slots and line slots being 1 + index of the rule and index of the line. kernel/ moves
 * indices and slots when it loads. Owns the arrays. No BPF in it: built and tested without root.
 */
#ifndef USER_COMPILE_IMAGE_H
#define USER_COMPILE_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include <zonegate/tables.h>

#include "resolve/resolved.h"
#include "util/diag.h"

struct image {
	struct zg_settings
		settings; /* bases count from 0; ifindex[] is filled by kernel/ from ifgroup_name */
	char ifgroup_name[ZG_IFGROUPS_MAX][IF_NAMESIZE];
	struct zg_roots *roots;
	struct zg_ports *ports; /* [2]: ZG_ACCEPT, ZG_OPEN */
	struct zg_origin *origin;
	struct zg_node *nodes;
	uint16_t *leaves;
	uint32_t *pairs;
	uint32_t *comb;
	struct zg_class *classes;
	size_t node_count, leaf_count, pair_count, comb_count,
		class_count;	       /* class_count: remote classes */
	size_t rule_count, line_count; /* slots used: rules 1..rule_count, lines 0..line_count-1 */
	struct arena arena;
};

/*
 * Compiles; equal input gives an equal image, byte for byte, and an equal settings.policy_hash
 * (SHA-256 over tables, settings and the identities of rules and lines). 0; -ENOMEM; -E2BIG when a
 * limit of tables.h or memory_max_bytes is passed (said in diags, with sizes and what to do).
 */
int image_build(const struct resolved *policy, struct diags *diags, struct image *ret_image);
void image_free(struct image *image);

/* Bytes of one half of all tables, as maps would hold them. */
size_t image_size_bytes(const struct image *image);

#endif
