/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Equivalence classes: which sets of members are in force together anywhere on an axis. A sweep
 * toggles members and asks for the number of what is then active. Knows no axis.
 */
#ifndef USER_COMPILE_CLASSES_H
#define USER_COMPILE_CLASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct class_sets {
	size_t members, words; /* words of a bitmap */
	size_t count;	       /* classes so far */
	uint64_t *bits;	       /* class c: bits[c * words], bit m: member m is in it */
	uint64_t *hash;	       /* two words a class */
	size_t bits_capacity, hash_capacity;
	uint32_t *table; /* open addressing: 1 + class, 0: empty */
	size_t table_size;
	uint64_t *active;	 /* bitmap under the sweep */
	uint64_t *key;		 /* two fixed random words a member */
	uint64_t active_hash[2]; /* xor of the keys of what is active (Zobrist 1970) */
};

/* Class 0 is the empty set. -ENOMEM. */
int class_sets_init(struct class_sets *sets, size_t members);
void class_sets_free(struct class_sets *sets);
/* Nothing is active: a new axis begins. */
void class_sets_reset(struct class_sets *sets);
void class_sets_toggle(struct class_sets *sets, size_t member);
/* The class of what is active; equal sets have equal classes, numbered by first appearance.
 * -ENOMEM; -E2BIG when the bitmaps would take more than CLASS_SETS_MAX_BYTES. */
int class_sets_current(struct class_sets *sets, uint32_t *ret_class);

#define CLASS_SETS_MAX_BYTES ((size_t)256 << 20)

static inline const uint64_t *class_sets_bits(const struct class_sets *sets, uint32_t class)
{
	return sets->bits + class * sets->words;
}

static inline bool class_sets_has(const struct class_sets *sets, uint32_t class, size_t member)
{
	return class_sets_bits(sets, class)[member / 64] >> (member % 64) & 1;
}

#endif
