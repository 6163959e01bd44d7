/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An image in the memory of the table maps: indices moved to where a half lies, slots replaced by
 * those that rules and lines hold by identity; and back. Works on plain memory. Knows no
 * descriptors.
 */
#include "kernel/tables.h"

#include <errno.h>
#include <string.h>

/* A map's element is rounded up to 8 bytes: arrays of these must be the arrays that C sees. */
#define ASSERT_DENSE(type) _Static_assert(sizeof(type) % 8 == 0, "holes between map elements")
ASSERT_DENSE(struct zg_origin);
ASSERT_DENSE(struct zg_node);
ASSERT_DENSE(struct zg_class);

/* Headroom comes in whole steps. */
#define LEAVES_STEP 256u /* lines of cache: ranges must lie in one */
#define WORDS_STEP 64u

/* Up to here room is cheap, and doubling spares the next objects. */
#define GENEROUS_BYTES (32u << 20)

struct table_sizes image_sizes(const struct image *image)
{
	return (struct table_sizes){
		.nodes = (uint32_t)image->node_count,
		.leaves = (uint32_t)image->leaf_count,
		.pairs = (uint32_t)image->pair_count,
		.comb = (uint32_t)image->comb_count,
		.classes = (uint32_t)image->class_count,
	};
}

bool table_sizes_hold(const struct table_sizes *have, const struct table_sizes *need)
{
	return need->nodes <= have->nodes && need->leaves <= have->leaves &&
	       need->pairs <= have->pairs && need->comb <= have->comb &&
	       need->classes <= have->classes;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

struct table_sizes table_sizes_max(const struct table_sizes *a, const struct table_sizes *b)
{
	return (struct table_sizes){
		.nodes = larger(a->nodes, b->nodes),
		.leaves = larger(a->leaves, b->leaves),
		.pairs = larger(a->pairs, b->pairs),
		.comb = larger(a->comb, b->comb),
		.classes = larger(a->classes, b->classes),
	};
}

uint64_t table_sizes_bytes(const struct table_sizes *size)
{
	uint64_t half = sizeof(struct zg_settings) + sizeof(struct zg_roots) +
			2 * sizeof(struct zg_ports) + sizeof(struct zg_origin);

	half += (uint64_t)size->nodes * sizeof(struct zg_node);
	half += (uint64_t)size->leaves * sizeof(uint16_t);
	half += (uint64_t)size->pairs * sizeof(uint32_t);
	half += (uint64_t)size->comb * sizeof(uint32_t);
	half += (uint64_t)size->classes * sizeof(struct zg_class);
	return ZG_HALVES * half;
}

static uint32_t whole_blocks(uint64_t count, uint32_t block)
{
	uint64_t blocks = (count + block - 1) / block;

	return (uint32_t)(blocks ? blocks : 1) * block;
}

/* At least count * percent / 100, in whole blocks. */
static uint32_t with_percent(uint32_t count, uint32_t percent, uint32_t block)
{
	return whole_blocks((uint64_t)count * percent / 100 + 1, block);
}

static uint32_t doubled(uint32_t count, uint32_t minimum)
{
	uint32_t power = minimum;

	while (power < 2 * (uint64_t)count && power < 1u << 30)
		power *= 2;
	return power;
}

struct table_sizes table_sizes_with_headroom(const struct table_sizes *need,
					     uint64_t memory_max_bytes)
{
	static const uint32_t percents[] = {200, 150, 125, 106};
	struct table_sizes size = {
		.nodes = doubled(need->nodes, 1024),
		.leaves = doubled(need->leaves, 16 * LEAVES_STEP),
		.pairs = doubled(need->pairs, 64 * WORDS_STEP),
		.comb = doubled(need->comb, 64 * WORDS_STEP),
		.classes = doubled(need->classes, 256),
	};
	if (table_sizes_bytes(&size) <= GENEROUS_BYTES &&
	    table_sizes_bytes(&size) <= memory_max_bytes)
		return size;
	for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
		size = (struct table_sizes){
			.nodes = with_percent(need->nodes, percents[i], 1),
			.leaves = with_percent(need->leaves, percents[i], LEAVES_STEP),
			.pairs = with_percent(need->pairs, percents[i], WORDS_STEP),
			.comb = with_percent(need->comb, percents[i], WORDS_STEP),
			.classes = with_percent(need->classes, percents[i], 1),
		};
		if (table_sizes_bytes(&size) <= memory_max_bytes)
			return size;
	}
	return (struct table_sizes){
		.nodes = whole_blocks(need->nodes, 1),
		.leaves = whole_blocks(need->leaves, LEAVES_STEP),
		.pairs = whole_blocks(need->pairs, WORDS_STEP),
		.comb = whole_blocks(need->comb, WORDS_STEP),
		.classes = whole_blocks(need->classes, 1),
	};
}

/* ---- writing ---- */

/* An empty array may be NULL, which memcpy() may not be given. */
static void array_copy(void *to, const void *from, size_t count, size_t size)
{
	if (count)
		memcpy(to, from, count * size);
}

static uint32_t entry_moved(uint32_t entry, uint32_t nodes_by, uint32_t leaves_by)
{
	switch (entry & ZG_ENTRY_KIND) {
	case ZG_ENTRY_NODE:
		return entry + nodes_by;
	case ZG_ENTRY_DENSE:
		return entry + leaves_by;
	case ZG_ENTRY_RANGES:
		return (entry & ~ZG_RANGES_INDEX) |
		       ((entry + leaves_by / ZG_RANGES_UNIT) & ZG_RANGES_INDEX);
	default:
		return entry;
	}
}

static struct zg_node node_moved(const struct zg_node *node, uint32_t nodes_by, uint32_t leaves_by)
{
	struct zg_node moved = *node;

	if (node->kind == ZG_NODE_PREFIX) {
		moved.match = entry_moved(node->match, nodes_by, leaves_by);
		moved.miss = entry_moved(node->miss, nodes_by, leaves_by);
		return moved;
	}
	moved.child_base += nodes_by;
	if (node->leaf_base != ZG_LEAVES_INLINE)
		moved.leaf_base += leaves_by;
	return moved;
}

static void roots_write(struct zg_roots *to, const struct zg_roots *from, uint32_t nodes_by,
			uint32_t leaves_by)
{
	for (uint32_t trie = 0; trie < ZG_TRIES; trie++)
		for (uint32_t i = 0; i < ZG_ROOT_SIZE; i++)
			to->entry[trie][i] = entry_moved(from->entry[trie][i], nodes_by, leaves_by);
}

static void pairs_write(uint32_t *to, const uint32_t *from, size_t count, uint32_t by)
{
	for (size_t i = 0; i < count; i++)
		to[i] = from[i] & ZG_PAIR_REASON ? from[i] : from[i] + by;
}

static void comb_write(uint32_t *to, const uint32_t *from, size_t count, const uint16_t *slot)
{
	if (!slot) {
		array_copy(to, from, count, sizeof(*to));
		return;
	}
	for (size_t i = 0; i < count; i++)
		to[i] = from[i] ? ZG_CELL(ZG_CELL_COLUMN(from[i]), slot[ZG_CELL_SLOT(from[i])]) : 0;
}

static void origin_write(struct zg_origin *to, const struct zg_origin *from, const uint16_t *slot)
{
	memcpy(to, from, sizeof(*to));
	for (uint32_t i = 0; slot && i < from->lines && i < ZG_LINES_MAX; i++)
		to->line[i].slot = slot[i];
}

void tables_write(const struct tables *tables, uint32_t half, const struct image *image,
		  const uint16_t *rule_slot, const uint16_t *line_slot)
{
	const struct table_sizes *size = &tables->size;
	uint32_t node_base = half * size->nodes, leaf_base = half * size->leaves;
	uint32_t pair_base = half * size->pairs, comb_base = half * size->comb;
	uint32_t class_base = half * size->classes;
	struct zg_settings settings = image->settings;

	for (uint32_t role = 0; role < ZG_ROLES; role++)
		settings.pair_base[role] += pair_base;
	settings.class_base += class_base;
	settings.node_base = node_base;
	tables->settings[half] = settings;
	roots_write(&tables->roots[half], image->roots, node_base, leaf_base);
	memcpy(&tables->ports[half * 2], image->ports, 2 * sizeof(*tables->ports));
	origin_write(&tables->origin[half], image->origin, line_slot);
	for (size_t i = 0; i < image->node_count; i++)
		tables->nodes[node_base + i] = node_moved(&image->nodes[i], node_base, leaf_base);
	array_copy(tables->leaves + leaf_base, image->leaves, image->leaf_count,
		   sizeof(*tables->leaves));
	pairs_write(tables->pairs + pair_base, image->pairs, image->pair_count,
		    ZG_HALVES * size->pairs + comb_base);
	comb_write(tables->comb + comb_base, image->comb, image->comb_count, rule_slot);
	array_copy(tables->classes + class_base, image->classes, image->class_count,
		   sizeof(*tables->classes));
}

/* ---- reading back ---- */

static int image_allocate(const struct table_sizes *used, struct image *image)
{
	struct arena *arena = &image->arena;

	image->node_count = used->nodes;
	image->leaf_count = used->leaves;
	image->pair_count = used->pairs;
	image->comb_count = used->comb;
	image->class_count = used->classes;
	image->roots = arena_alloc(arena, 1, sizeof(*image->roots));
	image->ports = arena_alloc(arena, 2, sizeof(*image->ports));
	image->origin = arena_alloc(arena, 1, sizeof(*image->origin));
	image->nodes = arena_alloc(arena, used->nodes + 1, sizeof(*image->nodes));
	image->leaves = arena_alloc(arena, used->leaves + 1, sizeof(*image->leaves));
	image->pairs = arena_alloc(arena, used->pairs + 1, sizeof(*image->pairs));
	image->comb = arena_alloc(arena, used->comb + 1, sizeof(*image->comb));
	image->classes = arena_alloc(arena, used->classes + 1, sizeof(*image->classes));
	if (!image->roots || !image->ports || !image->origin || !image->nodes || !image->leaves ||
	    !image->pairs || !image->comb || !image->classes)
		return -ENOMEM;
	return 0;
}

int tables_read(const struct tables *tables, uint32_t half, const struct table_sizes *used,
		struct image *ret_image)
{
	const struct table_sizes *size = &tables->size;
	uint32_t node_base = half * size->nodes, leaf_base = half * size->leaves;
	uint32_t pair_base = half * size->pairs, comb_base = half * size->comb;
	uint32_t class_base = half * size->classes;
	struct image image = {0};
	int error;

	if (!table_sizes_hold(size, used))
		return -EINVAL;
	error = image_allocate(used, &image);
	if (error) {
		arena_free(&image.arena);
		return error;
	}
	image.settings = tables->settings[half];
	for (uint32_t role = 0; role < ZG_ROLES; role++)
		image.settings.pair_base[role] -= pair_base;
	image.settings.class_base -= class_base;
	image.settings.node_base = 0;
	/* Moving back is moving on by the two's complement. */
	roots_write(image.roots, &tables->roots[half], 0u - node_base, 0u - leaf_base);
	memcpy(image.ports, &tables->ports[half * 2], 2 * sizeof(*image.ports));
	memcpy(image.origin, &tables->origin[half], sizeof(*image.origin));
	for (size_t i = 0; i < used->nodes; i++)
		image.nodes[i] =
			node_moved(&tables->nodes[node_base + i], 0u - node_base, 0u - leaf_base);
	memcpy(image.leaves, tables->leaves + leaf_base, used->leaves * sizeof(*image.leaves));
	pairs_write(image.pairs, tables->pairs + pair_base, used->pairs,
		    0u - (ZG_HALVES * size->pairs + comb_base));
	memcpy(image.comb, tables->comb + comb_base, used->comb * sizeof(*image.comb));
	memcpy(image.classes, tables->classes + class_base, used->classes * sizeof(*image.classes));
	*ret_image = image;
	return 0;
}
