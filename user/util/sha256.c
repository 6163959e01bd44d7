// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * SHA-256 by the text of FIPS 180-4, section 6.2. Knows nothing of what it digests.
 */
#include <string.h>

#include "util/sha256.h"

/* Section 4.2.2: fractional parts of the cube roots of the first 64 primes. */
static const uint32_t round_constant[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

static uint32_t rotate_right(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

static uint32_t load_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void store_be32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* One round; the caller turns the names of the variables instead of moving their values. */
static inline __attribute__((always_inline)) void round_digest(uint32_t a, uint32_t b, uint32_t c,
							       uint32_t *d, uint32_t e, uint32_t f,
							       uint32_t g, uint32_t *h, uint32_t kw)
{
	uint32_t s1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
	uint32_t s0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
	uint32_t t1 = *h + s1 + ((e & f) ^ (~e & g)) + kw;

	*d += t1;
	*h = t1 + s0 + ((a & b) ^ (a & c) ^ (b & c));
}

static void block_digest(uint32_t state[8], const uint8_t *block)
{
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
	uint32_t w[64];

	for (int t = 0; t < 16; t++)
		w[t] = load_be32(block + 4 * t);
	for (int t = 16; t < 64; t++) {
		uint32_t x = w[t - 15], y = w[t - 2];
		uint32_t s0 = rotate_right(x, 7) ^ rotate_right(x, 18) ^ x >> 3;
		uint32_t s1 = rotate_right(y, 17) ^ rotate_right(y, 19) ^ y >> 10;

		w[t] = w[t - 16] + s0 + w[t - 7] + s1;
	}
	for (int t = 0; t < 64; t += 8) {
		const uint32_t *k = round_constant + t;

		round_digest(a, b, c, &d, e, f, g, &h, k[0] + w[t]);
		round_digest(h, a, b, &c, d, e, f, &g, k[1] + w[t + 1]);
		round_digest(g, h, a, &b, c, d, e, &f, k[2] + w[t + 2]);
		round_digest(f, g, h, &a, b, c, d, &e, k[3] + w[t + 3]);
		round_digest(e, f, g, &h, a, b, c, &d, k[4] + w[t + 4]);
		round_digest(d, e, f, &g, h, a, b, &c, k[5] + w[t + 5]);
		round_digest(c, d, e, &f, g, h, a, &b, k[6] + w[t + 6]);
		round_digest(b, c, d, &e, f, g, h, &a, k[7] + w[t + 7]);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

void sha256_start(struct sha256 *sha)
{
	/* Section 5.3.3: fractional parts of the square roots of the first eight primes. */
	static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
					    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

	*sha = (struct sha256){0};
	memcpy(sha->state, initial, sizeof(initial));
}

void sha256_add(struct sha256 *sha, const void *data, size_t bytes)
{
	const uint8_t *p = data;
	size_t held = sha->length_bytes % SHA256_BLOCK;

	sha->length_bytes += bytes;
	if (held) {
		size_t part = SHA256_BLOCK - held < bytes ? SHA256_BLOCK - held : bytes;

		memcpy(sha->block + held, p, part);
		p += part;
		bytes -= part;
		if (held + part < SHA256_BLOCK)
			return;
		block_digest(sha->state, sha->block);
	}
	for (; bytes >= SHA256_BLOCK; bytes -= SHA256_BLOCK, p += SHA256_BLOCK)
		block_digest(sha->state, p);
	if (bytes)
		memcpy(sha->block, p, bytes);
}

void sha256_end(struct sha256 *sha, uint8_t ret_digest[SHA256_BYTES])
{
	uint64_t length_bits = sha->length_bytes * 8;
	size_t held = sha->length_bytes % SHA256_BLOCK;
	uint8_t tail[2 * SHA256_BLOCK] = {0x80};
	size_t tail_bytes = (held < 56 ? SHA256_BLOCK : 2 * SHA256_BLOCK) - held;

	store_be32(tail + tail_bytes - 8, (uint32_t)(length_bits >> 32));
	store_be32(tail + tail_bytes - 4, (uint32_t)length_bits);
	sha256_add(sha, tail, tail_bytes);
	for (int i = 0; i < 8; i++)
		store_be32(ret_digest + 4 * i, sha->state[i]);
}
