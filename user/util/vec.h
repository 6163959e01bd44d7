/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Growing arrays in an arena. Owns the growth alone: by doubling, so that what old copies waste in
 * the arena stays below the size of the final array.
 */
#ifndef USER_UTIL_VEC_H
#define USER_UTIL_VEC_H

#include "util/arena.h"

/*
 * Makes room for one more entry behind the count that are there. Answers the list, perhaps moved;
 * NULL when memory is out (the old list is still good).
 */
void *vec_extend(struct arena *arena, void *list, size_t count, size_t *capacity, size_t size);

#endif
