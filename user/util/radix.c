// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Least-significant-digit radix sort, a byte a pass; bytes that are equal in all records (most of
 * an IPv6 address) cost no pass. Knows nothing of what the records are.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/radix.h"

#define DIGIT_VALUES 256
#define DIGITS_MAX (RADIX_WORDS_MAX * 8)
#define RECORD_BYTES_MAX 32
#define SHORT_LIST 32

static inline __attribute__((always_inline)) uint64_t word_load(const uint8_t *record,
								struct radix_word word)
{
	uint64_t wide;
	uint32_t narrow;

	if (word.bytes == 8) {
		memcpy(&wide, record + word.offset, sizeof(wide));
		return wide;
	}
	memcpy(&narrow, record + word.offset, sizeof(narrow));
	return narrow;
}

/* Does a come behind b? */
static inline __attribute__((always_inline)) bool
record_after(const uint8_t *a, const uint8_t *b, const struct radix_word *words, size_t word_count)
{
	for (size_t w = word_count; w-- > 0;) {
		uint64_t x = word_load(a, words[w]), y = word_load(b, words[w]);

		if (x != y)
			return x > y;
	}
	return false;
}

static bool records_sorted(const uint8_t *records, size_t count, size_t size,
			   const struct radix_word *words, size_t word_count)
{
	for (size_t i = 1; i < count; i++) {
		if (record_after(records + (i - 1) * size, records + i * size, words, word_count))
			return false;
	}
	return true;
}

/* For short lists, where histograms would cost more than moves. */
static void insertion_sort(uint8_t *records, size_t count, size_t size,
			   const struct radix_word *words, size_t word_count)
{
	uint8_t record[RECORD_BYTES_MAX];

	for (size_t i = 1; i < count; i++) {
		size_t to = i;

		memcpy(record, records + i * size, size);
		while (to > 0 && record_after(records + (to - 1) * size, record, words, word_count))
			to--;
		memmove(records + (to + 1) * size, records + to * size, (i - to) * size);
		memcpy(records + to * size, record, size);
	}
}

/* One digit: from -> to. size is a constant at every call, so that the copy is a few moves. */
static inline __attribute__((always_inline)) void digit_pass(const uint8_t *from, uint8_t *to,
							     size_t count, size_t size,
							     struct radix_word word, unsigned shift,
							     const size_t *histogram)
{
	size_t position[DIGIT_VALUES];
	size_t sum = 0;

	for (unsigned v = 0; v < DIGIT_VALUES; v++) {
		position[v] = sum;
		sum += histogram[v];
	}
	for (size_t i = 0; i < count; i++, from += size) {
		uint8_t digit = (uint8_t)(word_load(from, word) >> shift);

		memcpy(to + position[digit]++ * size, from, size);
	}
}

static void digit_pass_sized(const uint8_t *from, uint8_t *to, size_t count, size_t size,
			     struct radix_word word, unsigned shift, const size_t *histogram)
{
	switch (size) {
	case 8:
		digit_pass(from, to, count, 8, word, shift, histogram);
		break;
	case 16:
		digit_pass(from, to, count, 16, word, shift, histogram);
		break;
	case 24:
		digit_pass(from, to, count, 24, word, shift, histogram);
		break;
	default:
		digit_pass(from, to, count, 32, word, shift, histogram);
		break;
	}
}

/* How often each value of each digit occurs, in one pass over the records. */
static void digits_count(const uint8_t *records, size_t count, size_t size,
			 const struct radix_word *words, size_t word_count,
			 size_t histogram[][DIGIT_VALUES])
{
	for (size_t i = 0; i < count; i++) {
		unsigned digit = 0;

		for (size_t w = 0; w < word_count; w++) {
			uint64_t value = word_load(records + i * size, words[w]);

			for (unsigned b = 0; b < words[w].bytes; b++, value >>= 8)
				histogram[digit++][value & 0xff]++;
		}
	}
}

int radix_sort(void *records, size_t count, size_t size, const struct radix_word *words,
	       size_t word_count)
{
	AUTO_FREE uint8_t *scratch = NULL;
	uint8_t *from = records, *to;
	size_t histogram[DIGITS_MAX][DIGIT_VALUES];
	unsigned digit = 0;

	if ((size != 8 && size != 16 && size != 24 && size != 32) || word_count > RADIX_WORDS_MAX)
		return -EINVAL;
	if (count <= SHORT_LIST) {
		insertion_sort(records, count, size, words, word_count);
		return 0;
	}
	if (records_sorted(records, count, size, words, word_count))
		return 0;
	to = scratch = malloc(count * size);
	if (!scratch)
		return -ENOMEM;
	memset(histogram, 0, sizeof(histogram));
	digits_count(records, count, size, words, word_count, histogram);
	for (size_t w = 0; w < word_count; w++) {
		for (unsigned b = 0; b < words[w].bytes; b++, digit++) {
			uint8_t first = (uint8_t)(word_load(from, words[w]) >> (b * 8));
			uint8_t *swap = from;

			if (histogram[digit][first] == count)
				continue;
			digit_pass_sized(from, to, count, size, words[w], b * 8, histogram[digit]);
			from = to;
			to = swap;
		}
	}
	if (from != (uint8_t *)records)
		memcpy(records, from, count * size);
	return 0;
}
