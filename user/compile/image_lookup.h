/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The walk of zonegate/lookup.h over an image in memory. The image is the one that the thread has
 * chosen by image_lookup_use(). Include it in one .c file at a time: it defines static functions.
 */
#ifndef USER_COMPILE_IMAGE_LOOKUP_H
#define USER_COMPILE_IMAGE_LOOKUP_H

#include "compile/image.h"

static _Thread_local const struct image *image_lookup_image;

static inline void image_lookup_use(const struct image *image)
{
	image_lookup_image = image;
}

/* An image has one half. */
static inline __u32 tables_root(__u32 half, __u32 trie, __u32 top)
{
	(void)half;
	return image_lookup_image->roots->entry[trie][top];
}

static inline const struct zg_node *tables_node(__u32 index)
{
	return index < image_lookup_image->node_count ? &image_lookup_image->nodes[index] : NULL;
}

static inline const __u16 *tables_leaf(__u32 index)
{
	return index < image_lookup_image->leaf_count ? &image_lookup_image->leaves[index] : NULL;
}

static inline const __u16 *tables_ranges(__u32 index)
{
	return (__u64)index + ZG_RANGES_READ <= image_lookup_image->leaf_count
		       ? &image_lookup_image->leaves[index]
		       : NULL;
}

static inline __u32 tables_node_base(__u32 half)
{
	(void)half;
	return 0;
}

static inline const __u32 *tables_pair(__u32 index)
{
	return index < image_lookup_image->pair_count ? &image_lookup_image->pairs[index] : NULL;
}

static inline const __u32 *tables_comb(__u32 index)
{
	return index < image_lookup_image->comb_count ? &image_lookup_image->comb[index] : NULL;
}

#include <zonegate/lookup.h>

#endif
