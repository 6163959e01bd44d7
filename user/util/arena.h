/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Memory of one stage: many allocations, one free.
 * Owns its blocks. Memory comes zeroed and aligned to 16 bytes; large requests get a block of their
 * own.
 */
#ifndef USER_UTIL_ARENA_H
#define USER_UTIL_ARENA_H

#include <stddef.h>

struct arena_block;
struct arena {
	struct arena_block *blocks;
	size_t used_bytes; /* handed out, for memory reports */
};

/* NULL when memory is out, or when count * size overflows. */
void *arena_alloc(struct arena *arena, size_t count, size_t size);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Grows an array that was the arena's: copies; the old memory goes with the arena. */
void *arena_grow(struct arena *arena, void *old, size_t old_count, size_t new_count, size_t size);
void arena_free(struct arena *arena);

#endif
