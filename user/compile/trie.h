/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Address tries in the layout of zonegate/tables.h from an axis cut in intervals. Owns nodes and
 * leaf runs of all tries of an image; equal parts are stored once. Knows no policy.
 */
#ifndef USER_COMPILE_TRIE_H
#define USER_COMPILE_TRIE_H

#include <zonegate/tables.h>

#include "compile/intern.h"
#include "compile/intervals.h"
#include "compile/ranges.h"

struct trie_scratch;

struct trie_pool {
	struct zg_node *nodes;
	size_t node_count, node_capacity;
	struct intern leaves; /* u16 runs of nodes that have more than fit inside */
	/* Ordinals reach 32,768 nodes beyond child_base: nodes are shared inside such a window. */
	size_t window;	 /* its first node */
	uint32_t *table; /* open addressing over the window's nodes: 1 + index, 0: empty */
	struct trie_scratch *scratch;
	struct ranges ranges;
	size_t dense_bytes; /* of dense blocks */
	size_t max_bytes;   /* of nodes and leaves; 0: no limit */
};

/*
 * Fills one root (ZG_ROOT_SIZE entries), whose leaves are not placed yet. Classes must not be over
 * ZG_CLASS_MAX. -ENOMEM; -E2BIG past max_bytes.
 */
int trie_build(struct trie_pool *pool, const struct cuts *cuts, uint32_t *root);
/* How many leaves all tries have together. */
size_t trie_leaf_count(const struct trie_pool *pool);
/* Once all tries are built: writes the leaves, and where they are into roots and pool->nodes. */
void trie_finish(struct trie_pool *pool, struct zg_roots *roots, uint16_t *ret_leaves);
void trie_pool_free(struct trie_pool *pool);

#endif
