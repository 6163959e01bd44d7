/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the evaluator remembers between packets: entries by key, in a list for each hash value.
 * Never forgets. Owns its entries.
 */
#ifndef TESTS_ORACLE_MEMORY_H
#define TESTS_ORACLE_MEMORY_H

#include "model.h"

struct memory_key {
	struct host a, b;
	uint32_t x, y;
};

struct memory_entry {
	struct memory_entry *next;
	struct memory_key key;
	int rule;
	int state;
	unsigned int count;
};

struct memory {
	struct memory_entry *list[4096];
};

/* NULL: there is none. */
struct memory_entry *memory_find(struct memory *memory, const struct memory_key *key);
/* There is one afterwards. The program ends when memory is out. */
struct memory_entry *memory_put(struct memory *memory, const struct memory_key *key);
void memory_free(struct memory *memory);

#endif
