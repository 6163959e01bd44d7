/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * SHA-256 (FIPS 180-4), for naming policies. Knows nothing of what it digests.
 */
#ifndef USER_UTIL_SHA256_H
#define USER_UTIL_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32
#define SHA256_BLOCK 64

struct sha256 {
	uint32_t state[8];
	uint64_t length_bytes;
	uint8_t block[SHA256_BLOCK]; /* what has come of the next block */
};

void sha256_start(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *data, size_t bytes);
void sha256_end(struct sha256 *sha, uint8_t ret_digest[SHA256_BYTES]);

#endif
