// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Distinct byte strings numbered in order of first appearance. Hashes are fixed, so that equal
 * input gives equal numbers on every run. Knows nothing of what the strings mean.
 */
#include <errno.h>
#include <string.h>

#include "compile/intern.h"
#include "util/array.h"

uint64_t hash_mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ull;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static inline uint64_t hash_word(uint64_t hash, const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	hash = (hash ^ word) * 0xff51afd7ed558ccdull;
	return hash ^ hash >> 32;
}

/* Long strings go by four lanes, which do not wait for each other. */
uint64_t hash_bytes(const void *data, size_t bytes)
{
	const uint8_t *p = data;
	uint64_t hash = bytes * 0x9e3779b97f4a7c15ull, word = 0;

	if (bytes >= 4 * sizeof(word)) {
		uint64_t lane[4] = {hash, hash + 1, hash + 2, hash + 3};

		for (; bytes >= sizeof(lane); bytes -= sizeof(lane), p += sizeof(lane)) {
			for (size_t i = 0; i < 4; i++)
				lane[i] = hash_word(lane[i], p + i * sizeof(word));
		}
		for (size_t i = 0; i < 4; i++)
			hash = hash_mix(hash ^ lane[i]);
	}
	for (; bytes >= sizeof(word); bytes -= sizeof(word), p += sizeof(word))
		hash = hash_word(hash, p);
	if (bytes) {
		memcpy(&word, p, bytes);
		hash = (hash ^ word) * 0xff51afd7ed558ccdull;
	}
	return hash_mix(hash);
}

static size_t string_start(const struct intern *intern, uint32_t id)
{
	return id ? intern->end[id - 1] : 0;
}

const void *intern_get(const struct intern *intern, uint32_t id, size_t *ret_bytes)
{
	size_t start = string_start(intern, id);

	*ret_bytes = intern->end[id] - start;
	return intern->bytes + start;
}

static int table_grow(struct intern *intern)
{
	size_t size = intern->table_size ? intern->table_size * 2 : 64;
	uint32_t *table = calloc(size, sizeof(*table));

	if (!table)
		return -ENOMEM;
	for (size_t i = 0; i < intern->count; i++) {
		size_t at = intern->hash[i] & (size - 1);

		while (table[at])
			at = (at + 1) & (size - 1);
		table[at] = (uint32_t)i + 1;
	}
	free(intern->table);
	intern->table = table;
	intern->table_size = size;
	return 0;
}

static int string_append(struct intern *intern, const void *string, size_t bytes, uint64_t hash)
{
	if (intern->max_bytes && bytes > intern->max_bytes - intern->size_bytes)
		return -E2BIG;
	if (array_reserve(&intern->bytes, &intern->capacity_bytes, intern->size_bytes + bytes + 1,
			  1) < 0 ||
	    array_reserve(&intern->end, &intern->capacity, intern->count + 1,
			  sizeof(*intern->end)) < 0 ||
	    array_reserve(&intern->hash, &intern->hash_capacity, intern->count + 1,
			  sizeof(*intern->hash)) < 0)
		return -ENOMEM;
	if (bytes)
		memcpy(intern->bytes + intern->size_bytes, string, bytes);
	intern->size_bytes += bytes;
	intern->end[intern->count] = intern->size_bytes;
	intern->hash[intern->count++] = hash;
	return 0;
}

int intern_add(struct intern *intern, const void *string, size_t bytes, uint32_t *ret_id)
{
	uint64_t hash = hash_bytes(string, bytes);
	size_t at;
	int err;

	if (intern->count * 2 >= intern->table_size && table_grow(intern) < 0)
		return -ENOMEM;
	for (at = hash & (intern->table_size - 1); intern->table[at];
	     at = (at + 1) & (intern->table_size - 1)) {
		uint32_t id = intern->table[at] - 1;
		size_t start = string_start(intern, id);

		if (intern->hash[id] == hash && intern->end[id] - start == bytes &&
		    (bytes == 0 || memcmp(intern->bytes + start, string, bytes) == 0)) {
			*ret_id = id;
			return 0;
		}
	}
	err = string_append(intern, string, bytes, hash);
	if (err < 0)
		return err;
	intern->table[at] = (uint32_t)intern->count;
	*ret_id = (uint32_t)intern->count - 1;
	return 1;
}

void intern_free(struct intern *intern)
{
	free(intern->bytes);
	free(intern->end);
	free(intern->hash);
	free(intern->table);
	*intern = (struct intern){0};
}
