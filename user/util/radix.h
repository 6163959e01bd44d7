/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Stable sort of fixed-size records by an unsigned key of one to three words, in linear time.
 * Knows nothing of what the records are.
 */
#ifndef USER_UTIL_RADIX_H
#define USER_UTIL_RADIX_H

#include <stddef.h>

#define RADIX_WORDS_MAX 3

struct radix_word {		      /* an unsigned integer in host order inside the record */
	unsigned short offset, bytes; /* bytes: 4 or 8 */
};

/*
 * Sorts count records of size bytes (8, 16, 24 or 32) by the words, the least significant word
 * first in the list. Records that are in order already cost one pass. 0, -ENOMEM (a scratch copy is
 * needed), -EINVAL for another size.
 */
int radix_sort(void *records, size_t count, size_t size, const struct radix_word *words,
	       size_t word_count);

#endif
