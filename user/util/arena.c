/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Memory of one stage: blocks in a list, handed out from the front of the first one.
 * Owns the blocks. Knows nothing of what is put into them.
 */
#include "util/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 16
#define BLOCK_BYTES (64 * 1024)
#define LARGE_BYTES (BLOCK_BYTES / 4) /* a request from here on gets a block of its own */

struct arena_block {
	struct arena_block *next;
	size_t used, size; /* bytes of data[] */
	_Alignas(ALIGNMENT) unsigned char data[];
};

static struct arena_block *block_new(size_t size)
{
	struct arena_block *block;

	if (size > SIZE_MAX - sizeof(*block))
		return NULL;
	/* calloc: fresh pages of a large block come zeroed from the kernel, at no cost. */
	block = calloc(1, sizeof(*block) + size);
	if (block)
		block->size = size;
	return block;
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
	struct arena_block *block = arena->blocks;
	size_t bytes;
	void *memory;

	if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - ALIGNMENT)
		return NULL;
	/* A distinct pointer also for nothing, so that NULL means out of memory alone. */
	bytes = bytes ? (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1) : ALIGNMENT;

	if (bytes >= LARGE_BYTES) {
		struct arena_block *own = block_new(bytes);

		if (!own)
			return NULL;
		own->used = bytes;
		/* Behind the first block, whose free rest stays in use. */
		if (block) {
			own->next = block->next;
			block->next = own;
		} else {
			arena->blocks = own;
		}
		arena->used_bytes += bytes;
		return own->data;
	}
	if (!block || block->size - block->used < bytes) {
		block = block_new(BLOCK_BYTES);
		if (!block)
			return NULL;
		block->next = arena->blocks;
		arena->blocks = block;
	}
	memory = block->data + block->used;
	block->used += bytes;
	arena->used_bytes += bytes;
	return memory;
}

static char *text_copy(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1, 1);

	if (copy)
		memcpy(copy, text, length);
	return copy;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
	return text_copy(arena, text, strnlen(text, length));
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return text_copy(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		return NULL;
	text = arena_alloc(arena, (size_t)length + 1, 1);
	if (!text)
		return NULL;
	va_start(args, format);
	vsnprintf(text, (size_t)length + 1, format, args);
	va_end(args);
	return text;
}

void *arena_grow(struct arena *arena, void *old, size_t old_count, size_t new_count, size_t size)
{
	void *grown = arena_alloc(arena, new_count, size);

	if (grown && old_count)
		memcpy(grown, old, (old_count < new_count ? old_count : new_count) * size);
	return grown;
}

void arena_free(struct arena *arena)
{
	struct arena_block *block = arena->blocks;

	while (block) {
		struct arena_block *next = block->next;

		free(block);
		block = next;
	}
	arena->blocks = NULL;
	arena->used_bytes = 0;
}
