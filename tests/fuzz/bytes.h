/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The fuzzer's bytes, taken from the front; 0 behind their end. Owns the cursor.
 */
#ifndef TESTS_FUZZ_BYTES_H
#define TESTS_FUZZ_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
	const uint8_t *at;
	size_t left;
};

static inline uint8_t bytes_u8(struct bytes *bytes)
{
	if (!bytes->left)
		return 0;
	bytes->left--;
	return *bytes->at++;
}

static inline uint16_t bytes_u16(struct bytes *bytes)
{
	uint16_t high = bytes_u8(bytes);

	return (uint16_t)(high << 8 | bytes_u8(bytes));
}

/* At most size of them; answers where they stand. */
static inline const uint8_t *bytes_take(struct bytes *bytes, size_t *size)
{
	const uint8_t *at = bytes->at;

	if (*size > bytes->left)
		*size = bytes->left;
	bytes->at += *size;
	bytes->left -= *size;
	return at;
}

#endif
