// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * First fit, longest rows first, 64 bases tried at once on bitmaps of what is taken. Knows cells,
 * not what they mean.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/tables.h>

#include "compile/comb.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/radix.h"

/*
 * How far behind the end holes are still looked for, in words of 64 cells: bounds the time. A long
 * row does not fit between others, a short one fits anywhere.
 */
static size_t look_back_words(size_t cells)
{
	return 32 + 4096 / (cells + 1);
}

struct fit {
	uint64_t *cells, *bases; /* bit i: cell i is written, base i is a row's */
	size_t cells_capacity, bases_capacity, words; /* words are in use in both */
	size_t end;				      /* no cell at or beyond */
	uint64_t pattern;			      /* of the last row's columns */
	size_t pattern_word; /* where it was found to fit: bitmaps only fill up */
};

/* Bits at..at + 63. */
static inline uint64_t bits_at(const uint64_t *bits, size_t at)
{
	uint64_t low = bits[at / 64] >> (at % 64);

	return at % 64 ? low | bits[at / 64 + 1] << (64 - at % 64) : low;
}

static int fit_reserve(struct fit *fit, size_t cells)
{
	size_t words = cells / 64 + 3; /* bits_at() reads a word ahead */

	if (words <= fit->words)
		return 0;
	if (array_reserve(&fit->cells, &fit->cells_capacity, words, sizeof(*fit->cells)) < 0 ||
	    array_reserve(&fit->bases, &fit->bases_capacity, words, sizeof(*fit->bases)) < 0)
		return -ENOMEM;
	memset(fit->cells + fit->words, 0, (words - fit->words) * sizeof(*fit->cells));
	memset(fit->bases + fit->words, 0, (words - fit->words) * sizeof(*fit->bases));
	fit->words = words;
	return 0;
}

static uint64_t pattern_of(const uint32_t *row, size_t cells)
{
	uint64_t hash = cells;

	for (size_t i = 0; i < cells; i++)
		hash = (hash ^ ZG_CELL_COLUMN(row[i])) * 0x9e3779b97f4a7c15ull;
	return hash_mix(hash);
}

/* The lowest base that leaves every cell of the row free. */
static int base_find(struct fit *fit, const uint32_t *row, size_t cells, uint64_t pattern,
		     size_t *ret_base)
{
	size_t span = cells ? ZG_CELL_COLUMN(row[cells - 1]) : 0;
	size_t word = fit->end / 64, back = look_back_words(cells) + span / 64;

	word = word > back ? word - back : 0;

	if (pattern == fit->pattern && fit->pattern_word > word)
		word = fit->pattern_word;
	for (;; word++) {
		uint64_t taken;

		if (fit_reserve(fit, word * 64 + span + 64) < 0)
			return -ENOMEM;
		if (!fit->bases) /* nothing was reserved: a row without a span */
			return -EINVAL;
		taken = fit->bases[word];
		for (size_t i = 0; i < cells && taken != UINT64_MAX; i++)
			taken |= bits_at(fit->cells, word * 64 + ZG_CELL_COLUMN(row[i]));
		if (taken != UINT64_MAX) {
			*ret_base = word * 64 + (size_t)__builtin_ctzll(~taken);
			fit->pattern = pattern;
			fit->pattern_word = word;
			return 0;
		}
	}
}

static void row_mark(struct fit *fit, const uint32_t *row, size_t cells, size_t base)
{
	fit->bases[base / 64] |= 1ull << (base % 64);
	for (size_t i = 0; i < cells; i++) {
		size_t at = base + ZG_CELL_COLUMN(row[i]);

		fit->cells[at / 64] |= 1ull << (at % 64);
		if (at >= fit->end)
			fit->end = at + 1;
	}
}

struct order {
	uint32_t rest; /* UINT32_MAX - cells: long rows come first */
	uint32_t row;
	uint64_t pattern; /* equal columns stand together and go on where the last one fitted */
};

static int order_build(const struct intern *rows, struct order *order)
{
	static const struct radix_word key[] = {{offsetof(struct order, pattern), 8},
						{offsetof(struct order, rest), 4}};

	for (size_t i = 0; i < rows->count; i++) {
		size_t bytes;
		const uint32_t *row = intern_get(rows, (uint32_t)i, &bytes);
		size_t cells = bytes / sizeof(*row);

		order[i] = (struct order){UINT32_MAX - (uint32_t)cells, (uint32_t)i,
					  pattern_of(row, cells)};
	}
	return radix_sort(order, rows->count, sizeof(*order), key, 2);
}

static int rows_place(const struct intern *rows, struct fit *fit, size_t max_cells, uint32_t *base)
{
	AUTO_FREE struct order *order = malloc((rows->count + 1) * sizeof(*order));

	if (!order || order_build(rows, order) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < rows->count; i++) {
		size_t bytes, at;
		const uint32_t *row = intern_get(rows, order[i].row, &bytes);

		if (base_find(fit, row, bytes / sizeof(*row), order[i].pattern, &at) < 0)
			return -ENOMEM;
		if (at > max_cells)
			return -E2BIG;
		row_mark(fit, row, bytes / sizeof(*row), at);
		base[order[i].row] = (uint32_t)at;
	}
	return 0;
}

int comb_build(const struct intern *rows, size_t columns, size_t max_cells, struct arena *arena,
	       struct comb *ret_comb)
{
	CLEANUP(comb_free) struct comb comb = {0};
	struct fit fit = {0};
	size_t last = 0;
	int err = -ENOMEM;

	comb.base = malloc((rows->count + 1) * sizeof(*comb.base));
	if (comb.base)
		err = rows_place(rows, &fit, max_cells, comb.base);
	free(fit.cells);
	free(fit.bases);
	if (err < 0)
		return err;
	for (size_t i = 0; i < rows->count; i++) {
		if (comb.base[i] > last)
			last = comb.base[i];
	}
	comb.count = last + (columns ? columns : 1);
	if (comb.count > max_cells)
		return -E2BIG;
	comb.cell = arena_alloc(arena, comb.count, sizeof(*comb.cell));
	if (!comb.cell)
		return -ENOMEM;
	for (size_t i = 0; i < rows->count; i++) {
		size_t bytes;
		const uint32_t *row = intern_get(rows, (uint32_t)i, &bytes);

		for (size_t c = 0; c < bytes / sizeof(*row); c++)
			comb.cell[comb.base[i] + ZG_CELL_COLUMN(row[c])] = row[c];
	}
	*ret_comb = comb;
	comb = (struct comb){0};
	return 0;
}

void comb_free(struct comb *comb)
{
	free(comb->base);
	*comb = (struct comb){0};
}
