/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Numbers that a seed decides, so that every run can be had again. Owns nothing else.
 */
#ifndef TESTS_ORACLE_RANDOM_H
#define TESTS_ORACLE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
	uint64_t state;
};

/* SplitMix64 (Steele, Lea and Flood 2014). */
static inline uint64_t rng_next(struct rng *rng)
{
	uint64_t z = rng->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

/* 0 to below. */
static inline uint32_t rng_below(struct rng *rng, uint32_t below)
{
	return (uint32_t)(rng_next(rng) % below);
}

/* first to last, both included. */
static inline uint32_t rng_between(struct rng *rng, uint32_t first, uint32_t last)
{
	return first + (uint32_t)(rng_next(rng) % ((uint64_t)last - first + 1));
}

static inline bool rng_percent(struct rng *rng, uint32_t percent)
{
	return rng_below(rng, 100) < percent;
}

#endif
