/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writes policies of a given size as text, as an operator would have them: a folder with
 * zonegate.conf, tables, lists and tcpoport.ini. Owns nothing; equal shapes give equal text.
 */
#ifndef BENCH_GENERATE_H
#define BENCH_GENERATE_H

#include <stddef.h>
#include <stdint.h>

#include "programs.h"

enum shape_kind {
	SHAPE_SHIPPED, /* the tables of configs/, on an Edge host */
	SHAPE_SIZED,   /* zones of so many prefixes, so many rules */
	SHAPE_ACL,     /* ClassBench's kinds, by a generator of our own */
	SHAPE_FW,
	SHAPE_IPC,
};

struct policy_shape {
	const char *name; /* folder, key */
	const char *label;
	enum shape_kind kind;
	unsigned int rules;
	unsigned int zones;	/* remote ones; prefixes are dealt out among them */
	unsigned int prefixes4; /* of all remote zones together */
	unsigned int prefixes6;
	unsigned int lines; /* of tcpoport.ini; 0: none */
	uint64_t flows_max; /* 0: the default */
};

/* Creates folder/name and everything in it. configs: the tree's configs/. Negative errno. */
int policy_generate(const struct policy_shape *shape, const char *configs, const char *folder);

/* The very prefixes of a SHAPE_SIZED policy, for its peers; to be freed. NULL: out of memory. */
struct prefix4 *prefixes4_draw(unsigned int count);

/* Adds the rules and zones of a ClassBench-style set. */
struct policy_files;
int generate_classbench(const struct policy_shape *shape, struct policy_files *files);

#endif
