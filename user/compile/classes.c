// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Equivalence classes by an incremental hash of the active set; a hit is verified on the bitmap, so
 * no choice of addresses can make two sets one. Knows no axis.
 */
#include <errno.h>
#include <string.h>

#include "compile/classes.h"
#include "compile/intern.h"
#include "util/array.h"

int class_sets_init(struct class_sets *sets, size_t members)
{
	uint32_t empty;

	*sets = (struct class_sets){.members = members, .words = (members + 63) / 64};
	if (sets->words == 0)
		sets->words = 1;
	sets->active = calloc(sets->words, sizeof(*sets->active));
	sets->key = malloc((members + 1) * 2 * sizeof(*sets->key));
	if (!sets->active || !sets->key)
		return -ENOMEM;
	for (size_t i = 0; i < 2 * members; i++)
		sets->key[i] = hash_mix(i);
	return class_sets_current(sets, &empty);
}

void class_sets_free(struct class_sets *sets)
{
	free(sets->bits);
	free(sets->hash);
	free(sets->table);
	free(sets->active);
	free(sets->key);
	*sets = (struct class_sets){0};
}

void class_sets_reset(struct class_sets *sets)
{
	memset(sets->active, 0, sets->words * sizeof(*sets->active));
	sets->active_hash[0] = sets->active_hash[1] = 0;
}

void class_sets_toggle(struct class_sets *sets, size_t member)
{
	sets->active[member / 64] ^= 1ull << (member % 64);
	sets->active_hash[0] ^= sets->key[2 * member];
	sets->active_hash[1] ^= sets->key[2 * member + 1];
}

static int table_grow(struct class_sets *sets)
{
	size_t size = sets->table_size ? sets->table_size * 2 : 64;
	uint32_t *table = calloc(size, sizeof(*table));

	if (!table)
		return -ENOMEM;
	for (size_t i = 0; i < sets->count; i++) {
		size_t at = sets->hash[2 * i] & (size - 1);

		while (table[at])
			at = (at + 1) & (size - 1);
		table[at] = (uint32_t)i + 1;
	}
	free(sets->table);
	sets->table = table;
	sets->table_size = size;
	return 0;
}

static int class_append(struct class_sets *sets)
{
	size_t bytes = sets->words * sizeof(*sets->bits);

	if ((sets->count + 1) * bytes > CLASS_SETS_MAX_BYTES)
		return -E2BIG;
	if (array_reserve(&sets->bits, &sets->bits_capacity, (sets->count + 1) * sets->words,
			  sizeof(*sets->bits)) < 0 ||
	    array_reserve(&sets->hash, &sets->hash_capacity, (sets->count + 1) * 2,
			  sizeof(*sets->hash)) < 0)
		return -ENOMEM;
	memcpy(sets->bits + sets->count * sets->words, sets->active, bytes);
	memcpy(sets->hash + sets->count * 2, sets->active_hash, sizeof(sets->active_hash));
	sets->count++;
	return 0;
}

int class_sets_current(struct class_sets *sets, uint32_t *ret_class)
{
	size_t at;
	int err;

	if (sets->count * 2 >= sets->table_size && table_grow(sets) < 0)
		return -ENOMEM;
	for (at = sets->active_hash[0] & (sets->table_size - 1); sets->table[at];
	     at = (at + 1) & (sets->table_size - 1)) {
		uint32_t class = sets->table[at] - 1;

		if (sets->hash[2 * class] == sets->active_hash[0] &&
		    sets->hash[2 * class + 1] == sets->active_hash[1] &&
		    memcmp(class_sets_bits(sets, class), sets->active,
			   sets->words * sizeof(*sets->active)) == 0) {
			*ret_class = class;
			return 0;
		}
	}
	err = class_append(sets);
	if (err < 0)
		return err;
	sets->table[at] = (uint32_t)sets->count;
	*ret_class = (uint32_t)sets->count - 1;
	return 0;
}
