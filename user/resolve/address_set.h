/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sets of addresses as sorted, disjoint, maximal ranges: what a zone is after its algebra.
 * Owns set operations. Knows no zone names, prefixes of text or BPF.
 */
#ifndef USER_RESOLVE_ADDRESS_SET_H
#define USER_RESOLVE_ADDRESS_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/address.h"
#include "util/arena.h"

struct address_set {
	struct range4 *v4;
	size_t count4;
	struct range6 *v6;
	size_t count6;
};

/* A set under construction: ranges in any order, overlapping as they like. */
struct address_set_builder {
	struct range4 *v4;
	size_t count4, capacity4;
	struct range6 *v6;
	size_t count6, capacity6;
};

/* -ENOMEM. The builder owns its memory until address_set_builder_free(). */
int address_set_builder_add4(struct address_set_builder *builder, uint32_t first, uint32_t last);
int address_set_builder_add6(struct address_set_builder *builder, struct addr6 first,
			     struct addr6 last);
/* All addresses of a set. */
int address_set_builder_add_set(struct address_set_builder *builder, const struct address_set *set);
void address_set_builder_free(struct address_set_builder *builder);

/* Sorts (radix: a million ranges in well under 0.1 s) and merges; the result lives in the arena.
 * -ENOMEM. */
int address_set_build(struct address_set_builder *builder, struct arena *arena,
		      struct address_set *ret_set);
/* a less b, in linear time. -ENOMEM. */
int address_set_subtract(const struct address_set *a, const struct address_set *b,
			 struct arena *arena, struct address_set *ret_set);

bool address_set_has4(const struct address_set *set, uint32_t address);
bool address_set_has6(const struct address_set *set, struct addr6 address);
bool address_set_is_empty(const struct address_set *set);
bool address_set_intersects(const struct address_set *a, const struct address_set *b);

#endif
