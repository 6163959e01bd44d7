// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Builds address tries bottom-up. An address is read as 128 bits, an IPv4 address in the first 32,
 * so that both families are one code. Equal nodes are stored once where an ordinal can reach them.
 * Knows no policy.
 */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "compile/trie.h"
#include "util/array.h"

typedef unsigned __int128 wide;

#define ADDRESS_BITS 128
#define WINDOW_NODES 32768u /* ordinals of ZG_RUN_CHILD entries */
#define TABLE_SIZE (4 * WINDOW_NODES)
#define DENSE_PART 3 /* of the memory that there is, for dense blocks */
#define ROOT_BYTES 2 /* of the address, taken by the root */

/* What a block of addresses comes to: a class, or a node that is not placed yet. */
struct subtree {
	bool is_node;
	uint32_t class;
	struct zg_node node;
};

/* A branch node under construction; one for each byte position, since they nest. */
struct branch {
	size_t runs, children;
	uint8_t first[256];  /* first byte value of each run */
	uint32_t value[256]; /* class, or CHILD | index of child */
	uint32_t place[256]; /* ordinal of each child, once placed */
	uint16_t entry[256]; /* the run as it is written */
	struct zg_node child[256];
};
#define CHILD 0x80000000u

struct trie_scratch {
	struct branch branch[16];
};

/* Addresses base to last, whose intervals are from to until, both included. */
struct block {
	wide base, last;
	size_t from, until;
	unsigned pos; /* the byte that a branch would take */
};

static inline wide cut_start(const struct cuts *cuts, size_t i)
{
	if (cuts->six)
		return (wide)cuts->start6[i].high << 64 | cuts->start6[i].low;
	return (wide)cuts->start4[i] << (ADDRESS_BITS - 32);
}

static inline wide block_mask(unsigned bits)
{
	return bits == 0 ? 0 : ~(wide)0 << (ADDRESS_BITS - bits);
}

/* ---- placing nodes ---- */

static int window_open(struct trie_pool *pool)
{
	if (!pool->table) {
		pool->table = calloc(TABLE_SIZE, sizeof(*pool->table));
		if (!pool->table)
			return -ENOMEM;
	} else {
		memset(pool->table, 0, TABLE_SIZE * sizeof(*pool->table));
	}
	pool->window = pool->node_count;
	return 0;
}

/* The index of an equal node of the window, or of a new one. The caller has made room. */
static uint32_t node_place(struct trie_pool *pool, const struct zg_node *node)
{
	size_t at = hash_bytes(node, sizeof(*node)) & (TABLE_SIZE - 1);

	for (; pool->table[at]; at = (at + 1) & (TABLE_SIZE - 1)) {
		uint32_t index = pool->table[at] - 1;

		if (memcmp(&pool->nodes[index], node, sizeof(*node)) == 0)
			return index;
	}
	pool->nodes[pool->node_count++] = *node;
	pool->table[at] = (uint32_t)pool->node_count;
	return (uint32_t)pool->node_count - 1;
}

/* Places nodes so that all lie in one window: index = window + ordinal. */
static int nodes_place(struct trie_pool *pool, const struct zg_node *nodes, size_t count,
		       uint32_t *ret_ordinals)
{
	if (pool->max_bytes &&
	    (pool->node_count + count) * sizeof(*nodes) + pool->leaves.size_bytes > pool->max_bytes)
		return -E2BIG;
	if (array_reserve(&pool->nodes, &pool->node_capacity, pool->node_count + count,
			  sizeof(*nodes)) < 0)
		return -ENOMEM;
	if (!pool->table || pool->node_count + count > pool->window + WINDOW_NODES) {
		if (window_open(pool) < 0)
			return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++)
		ret_ordinals[i] = node_place(pool, &nodes[i]) - (uint32_t)pool->window;
	return 0;
}

/* What a root or prefix-node entry says for a subtree. */
static int subtree_entry(struct trie_pool *pool, const struct subtree *subtree, uint32_t *ret_entry)
{
	uint32_t ordinal;
	int err;

	if (!subtree->is_node) {
		*ret_entry = subtree->class;
		return 0;
	}
	err = nodes_place(pool, &subtree->node, 1, &ordinal);
	if (err < 0)
		return err;
	*ret_entry = ZG_ENTRY_NODE | ((uint32_t)pool->window + ordinal);
	return 0;
}

/* ---- branch nodes ---- */

static void branch_add(struct branch *branch, unsigned byte, uint32_t value)
{
	if (branch->runs > 0 && branch->value[branch->runs - 1] == value)
		return;
	branch->first[branch->runs] = (uint8_t)byte;
	branch->value[branch->runs++] = value;
}

/* Children are placed and become ordinals; equal ones have one, so runs may join. */
static int branch_resolve(struct trie_pool *pool, struct branch *branch)
{
	size_t kept = 0;
	int err;

	if (branch->children > 0) {
		err = nodes_place(pool, branch->child, branch->children, branch->place);
		if (err < 0)
			return err;
	}
	for (size_t i = 0; i < branch->runs; i++) {
		uint32_t value = branch->value[i];
		uint16_t entry = value & CHILD
					 ? (uint16_t)(ZG_RUN_CHILD | branch->place[value & ~CHILD])
					 : (uint16_t)value;

		if (kept > 0 && branch->entry[kept - 1] == entry)
			continue;
		branch->entry[kept] = entry;
		branch->first[kept++] = branch->first[i];
	}
	branch->runs = kept;
	return 0;
}

/* Runs into leaves, equal ones once. */
static int leaves_place(struct trie_pool *pool, const uint16_t *runs, size_t count,
			uint32_t *ret_base)
{
	struct intern *leaves = &pool->leaves;
	uint32_t id;
	int err = intern_add(leaves, runs, count * sizeof(*runs), &id);

	if (err < 0)
		return err;
	*ret_base = (uint32_t)((id ? leaves->end[id - 1] : 0) / sizeof(*runs));
	return 0;
}

static int branch_node(struct trie_pool *pool, const struct branch *branch, unsigned pos,
		       struct zg_node *ret_node)
{
	struct zg_node node = {.kind = ZG_NODE_BRANCH, .pos = (uint8_t)pos};
	size_t rank = 0;

	if (branch->children > 0)
		node.child_base = (uint32_t)pool->window;
	for (size_t i = 1; i < branch->runs; i++)
		node.bits[branch->first[i] / 64] |= 1ull << (branch->first[i] % 64);
	for (size_t w = 0; w < 4; w++) {
		node.rank[w] = (uint8_t)rank;
		rank += (size_t)__builtin_popcountll(node.bits[w]);
	}
	node.leaf_base = ZG_LEAVES_INLINE;
	*ret_node = node;
	if (branch->runs > ZG_NODE_RUNS)
		return leaves_place(pool, branch->entry, branch->runs, &ret_node->leaf_base);
	memcpy(ret_node->run, branch->entry, branch->runs * sizeof(*node.run));
	return 0;
}

/* Runs that fit into one node need no more than its line of cache either. */
static bool dense_pays(const struct trie_pool *pool, const struct branch *branch)
{
	return branch->runs > ZG_NODE_RUNS &&
	       (!pool->max_bytes || pool->dense_bytes + ZG_DENSE_LEAVES * sizeof(uint16_t) <=
					    pool->max_bytes / DENSE_PART);
}

/* A root's entry for a branch as a dense block. */
static int dense_place(struct trie_pool *pool, const struct branch *branch, uint32_t *ret_entry)
{
	size_t leaves_before = pool->leaves.size_bytes, run = 0;
	uint32_t children = branch->children > 0 ? (uint32_t)pool->window : 0, base;
	uint16_t entries[ZG_DENSE_LEAVES];
	int err;

	for (unsigned byte = 0; byte < ZG_DENSE_CHILDREN; byte++) {
		if (run + 1 < branch->runs && branch->first[run + 1] == byte)
			run++;
		entries[byte] = branch->entry[run];
	}
	entries[ZG_DENSE_CHILDREN] = (uint16_t)children;
	entries[ZG_DENSE_CHILDREN + 1] = (uint16_t)(children >> 16);
	err = leaves_place(pool, entries, ZG_DENSE_LEAVES, &base);
	if (err < 0)
		return err;
	pool->dense_bytes += pool->leaves.size_bytes - leaves_before;
	*ret_entry = ZG_ENTRY_DENSE | base;
	return 0;
}

static int subtree_build(struct trie_pool *pool, const struct cuts *cuts, const struct block *block,
			 struct subtree *ret_subtree);

/* The branch of a block, in the scratch space of its position. */
static int branch_fill(struct trie_pool *pool, const struct cuts *cuts, const struct block *block)
{
	struct branch *branch = &pool->scratch->branch[block->pos];
	unsigned shift = ADDRESS_BITS - 8 - 8 * block->pos;
	size_t at = block->from;
	int err;

	if (block->pos >=
	    ADDRESS_BITS / 8) /* an address has no more bytes: cuts that are no cuts */
		return -EINVAL;

	branch->runs = branch->children = 0;
	for (unsigned byte = 0; byte < 256;) {
		struct block part = {.base = block->base + ((wide)byte << shift),
				     .pos = block->pos + 1};
		struct subtree subtree;

		part.last = part.base + (((wide)1 << shift) - 1);
		while (at < block->until && cut_start(cuts, at + 1) <= part.base)
			at++;
		part.from = at;
		while (at < block->until && cut_start(cuts, at + 1) <= part.last)
			at++;
		part.until = at;
		if (part.from == part.until) {
			branch_add(branch, byte, cuts->class[at]);
			if (at == block->until)
				break;
			/* Straight on to the byte in which the interval ends. */
			byte = (unsigned)((cut_start(cuts, at + 1) - block->base) >> shift);
			continue;
		}
		err = subtree_build(pool, cuts, &part, &subtree);
		if (err < 0)
			return err;
		branch->child[branch->children] = subtree.node;
		branch_add(branch, byte, CHILD | (uint32_t)branch->children++);
		byte++;
	}
	return branch_resolve(pool, branch);
}

static int branch_build(struct trie_pool *pool, const struct cuts *cuts, const struct block *block,
			struct subtree *ret_subtree)
{
	int err = branch_fill(pool, cuts, block);

	if (err < 0)
		return err;
	ret_subtree->is_node = true;
	return branch_node(pool, &pool->scratch->branch[block->pos], block->pos,
			   &ret_subtree->node);
}

/* ---- prefix nodes ---- */

/*
 * The longest prefix outside which the block has one class: its length in bits, or 0 when there is
 * none longer than what one branch decides.
 */
static unsigned prefix_bits(const struct cuts *cuts, const struct block *block)
{
	wide first = cut_start(cuts, block->from + 1);
	wide last = cut_start(cuts, block->until) - 1, differ = first ^ last;
	unsigned bits = ADDRESS_BITS;

	if (block->until - block->from < 2 || cuts->class[block->from] != cuts->class[block->until])
		return 0;
	if (differ >> 64)
		bits = (unsigned)__builtin_clzll((uint64_t)(differ >> 64));
	else if (differ)
		bits = 64 + (unsigned)__builtin_clzll((uint64_t)differ);
	return bits > 8 * (block->pos + 1) ? bits : 0;
}

static void prefix_write(uint8_t *bytes, wide value)
{
	uint64_t words[2] = {htobe64((uint64_t)(value >> 64)), htobe64((uint64_t)value)};

	memcpy(bytes, words, sizeof(words));
}

static int prefix_build(struct trie_pool *pool, const struct cuts *cuts, const struct block *block,
			unsigned bits, struct subtree *ret_subtree)
{
	wide mask = block_mask(bits), base = cut_start(cuts, block->from + 1) & mask;
	struct zg_node node = {.kind = ZG_NODE_PREFIX, .miss = cuts->class[block->from]};
	struct block inner = {
		.base = base & block_mask(bits / 8 * 8), /* branches are by whole bytes */
		.pos = bits / 8,
		.from = block->from,
		.until = block->until,
	};
	struct subtree match = {.class = cuts->class[block->from + 1]};
	int err;

	inner.last = inner.base | ~block_mask(inner.pos * 8);
	if (block->until - block->from > 2 || cut_start(cuts, block->from + 1) != base ||
	    cut_start(cuts, block->until) - 1 != (base | ~mask)) {
		err = branch_build(pool, cuts, &inner, &match);
		if (err < 0)
			return err;
	}
	err = subtree_entry(pool, &match, &node.match);
	if (err < 0)
		return err;
	prefix_write(node.prefix.key, base);
	prefix_write(node.prefix.mask, mask);
	*ret_subtree = (struct subtree){.is_node = true, .node = node};
	return 0;
}

/* Of a block with more than one interval. */
static int subtree_build(struct trie_pool *pool, const struct cuts *cuts, const struct block *block,
			 struct subtree *ret_subtree)
{
	unsigned bits = prefix_bits(cuts, block);

	if (bits)
		return prefix_build(pool, cuts, block, bits, ret_subtree);
	return branch_build(pool, cuts, block, ret_subtree);
}

/* A root's entry for a block with more than one interval. */
static int root_build(struct trie_pool *pool, const struct cuts *cuts, const struct block *block,
		      uint32_t *ret_entry)
{
	unsigned bits = prefix_bits(cuts, block);
	struct subtree subtree = {.is_node = true};
	const struct branch *branch;
	int err;

	if (!cuts->six) {
		err = ranges_place(&pool->ranges, cuts, block->from, block->until, ret_entry);
		if (err <= 0)
			return err;
	}
	if (bits) {
		err = prefix_build(pool, cuts, block, bits, &subtree);
		return err < 0 ? err : subtree_entry(pool, &subtree, ret_entry);
	}
	err = branch_fill(pool, cuts, block);
	if (err < 0)
		return err;
	branch = &pool->scratch->branch[block->pos];
	if (dense_pays(pool, branch))
		return dense_place(pool, branch, ret_entry);
	err = branch_node(pool, branch, block->pos, &subtree.node);
	return err < 0 ? err : subtree_entry(pool, &subtree, ret_entry);
}

int trie_build(struct trie_pool *pool, const struct cuts *cuts, uint32_t *root)
{
	const unsigned shift = ADDRESS_BITS - 8 * ROOT_BYTES;
	size_t at = 0;

	if (!pool->scratch) {
		pool->scratch = malloc(sizeof(*pool->scratch));
		if (!pool->scratch)
			return -ENOMEM;
	}
	pool->leaves.max_bytes = pool->ranges.max_bytes = pool->max_bytes;
	for (uint32_t top = 0; top < ZG_ROOT_SIZE; top++) {
		struct block block = {.base = (wide)top << shift, .pos = ROOT_BYTES};
		int err;

		block.last = block.base | ~block_mask(8 * ROOT_BYTES);
		while (at + 1 < cuts->count && cut_start(cuts, at + 1) <= block.base)
			at++;
		block.from = at;
		while (at + 1 < cuts->count && cut_start(cuts, at + 1) <= block.last)
			at++;
		block.until = at;
		root[top] = cuts->class[at];
		if (block.from == block.until)
			continue;
		err = root_build(pool, cuts, &block, &root[top]);
		if (err < 0)
			return err;
	}
	return 0;
}

/* ---- one array of leaves ---- */

/* Ranges first, which lie in lines of cache, then the others. */
size_t trie_leaf_count(const struct trie_pool *pool)
{
	size_t count =
		ranges_leaf_count(&pool->ranges) + pool->leaves.size_bytes / sizeof(uint16_t);

	/* Whole lines, so that the other half begins with one, and what a lookup may touch. */
	if (count > 0)
		count = (count + ZG_RANGES_READ - 1) / ZG_RANGES_READ * ZG_RANGES_READ +
			ZG_RANGES_READ;
	return count;
}

static uint32_t entry_finish(const struct trie_pool *pool, uint32_t entry, uint32_t others)
{
	switch (entry & ZG_ENTRY_KIND) {
	case ZG_ENTRY_DENSE:
		return entry + others;
	case ZG_ENTRY_RANGES:
		return ranges_entry(&pool->ranges, entry);
	default:
		return entry;
	}
}

void trie_finish(struct trie_pool *pool, struct zg_roots *roots, uint16_t *ret_leaves)
{
	uint32_t others = (uint32_t)ranges_leaf_count(&pool->ranges);

	memset(ret_leaves, 0, trie_leaf_count(pool) * sizeof(*ret_leaves));
	ranges_copy(&pool->ranges, ret_leaves);
	if (pool->leaves.size_bytes)
		memcpy(ret_leaves + others, pool->leaves.bytes, pool->leaves.size_bytes);
	for (size_t i = 0; i < pool->node_count; i++) {
		struct zg_node *node = &pool->nodes[i];

		if (node->kind == ZG_NODE_BRANCH && node->leaf_base != ZG_LEAVES_INLINE)
			node->leaf_base += others;
	}
	for (uint32_t trie = 0; trie < ZG_TRIES; trie++)
		for (uint32_t top = 0; top < ZG_ROOT_SIZE; top++)
			roots->entry[trie][top] =
				entry_finish(pool, roots->entry[trie][top], others);
}

void trie_pool_free(struct trie_pool *pool)
{
	free(pool->nodes);
	free(pool->table);
	free(pool->scratch);
	intern_free(&pool->leaves);
	ranges_free(&pool->ranges);
	*pool = (struct trie_pool){0};
}
