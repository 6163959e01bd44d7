/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An image in the memory of the table maps: indices moved to where a half lies, slots replaced by
 * those that rules and lines hold by identity; and back. Works on plain memory, mapped or not.
 * Knows no descriptors.
 */
#ifndef USER_KERNEL_TABLES_H
#define USER_KERNEL_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#include <zonegate/tables.h>

#include "compile/image.h"

/* How much one half holds. */
struct table_sizes {
	uint32_t nodes, leaves, pairs, comb, classes;
};

/* The memory of the table maps: both halves of each, half 1 right behind half 0. */
struct tables {
	struct table_sizes size;
	struct zg_settings *settings; /* [half] */
	struct zg_roots *roots;	      /* [half] */
	struct zg_ports *ports;	      /* [half * 2 + ZG_ACCEPT or ZG_OPEN] */
	struct zg_origin *origin;     /* [half] */
	struct zg_node *nodes;
	uint16_t *leaves;
	uint32_t *pairs; /* of the cross table; an index of a row counts from here too */
	uint32_t *comb;	 /* behind the pairs of both halves */
	struct zg_class *classes;
};

struct table_sizes image_sizes(const struct image *image);
bool table_sizes_hold(const struct table_sizes *have, const struct table_sizes *need);
struct table_sizes table_sizes_max(const struct table_sizes *a, const struct table_sizes *b);
/* Room for growth, as far as all table maps stay within memory_max_bytes; whole blocks. */
struct table_sizes table_sizes_with_headroom(const struct table_sizes *need,
					     uint64_t memory_max_bytes);
/* Bytes of all table maps, both halves. */
uint64_t table_sizes_bytes(const struct table_sizes *size);

/*
 * Writes an image that fits into a half. rule_slot[s] is the slot of the image's slot s (0 stays
 * 0), line_slot[i] that of line i; NULL: slots are the maps' already.
 */
void tables_write(const struct tables *tables, uint32_t half, const struct image *image,
		  const uint16_t *rule_slot, const uint16_t *line_slot);

/*
 * Reads a half back as an image whose slots are the maps'; used is what of the half is in use.
 * 0; -ENOMEM; -EINVAL when the tables hold indices that cannot be. To be freed by image_free().
 */
int tables_read(const struct tables *tables, uint32_t half, const struct table_sizes *used,
		struct image *ret_image);

#endif
