// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Rows by ranks: the least rank of a column wins. Dense rows are joined eight columns at a time,
 * sparse ones as merged lists. Knows columns and ranks, no zones.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/tables.h>

#include "compile/paint.h"
#include "util/array.h"

#define LANES 8
#define DENSE_PART 4	/* a list of a quarter of the columns is worth a dense form */
#define SPARSE_PART 16	/* below a sixteenth, looking at each column costs more than merging */
#define SPARSE_LISTS 16 /* merged one after the other: more cost more than a column each */
#define DENSE_MAX_BYTES ((size_t)64 << 20)

typedef int16_t lanes __attribute__((vector_size(LANES * sizeof(int16_t)), may_alias));

static size_t columns_padded(size_t columns)
{
	return (columns + LANES - 1) / LANES * LANES;
}

static void best_clear(struct painter *painter)
{
	for (size_t c = 0; c < painter->columns; c++)
		painter->best[c] = INT16_MAX;
}

int painter_init(struct painter *painter, size_t columns, const uint32_t *rank, size_t rules)
{
	*painter = (struct painter){.columns = columns_padded(columns)};
	painter->best =
		aligned_alloc(sizeof(lanes), (painter->columns + LANES) * sizeof(*painter->best));
	painter->slot = calloc(UINT16_MAX + 1, sizeof(*painter->slot));
	painter->cells = malloc((painter->columns + 1) * sizeof(*painter->cells));
	if (!painter->best || !painter->slot || !painter->cells)
		return -ENOMEM;
	best_clear(painter);
	for (size_t i = 0; i < rules; i++)
		painter->slot[rank[i]] = (uint16_t)(i + 1);
	return 0;
}

void painter_free(struct painter *painter)
{
	free(painter->best);
	free(painter->slot);
	free(painter->cells);
	free(painter->list[0]);
	free(painter->list[1]);
	*painter = (struct painter){.columns = 0};
}

static inline uint32_t rank_of(int16_t value)
{
	return (uint32_t)((int32_t)value - INT16_MIN);
}

int painter_take(struct painter *painter, size_t columns, struct painted *ret_painted)
{
	struct painted painted = {.count = 0};
	size_t dense_bytes = columns_padded(columns) * sizeof(*painted.dense);

	for (size_t c = 0; c < columns; c++) {
		painter->cells[painted.count] = ZG_CELL((uint32_t)c, rank_of(painter->best[c]));
		painted.count += painter->best[c] != INT16_MAX;
	}
	painter->list_bytes += painted.count * sizeof(*painted.word);
	painted.word = malloc((painted.count + 1) * sizeof(*painted.word));
	if (!painted.word)
		return -ENOMEM;
	memcpy(painted.word, painter->cells, painted.count * sizeof(*painted.word));
	if (painted.count * DENSE_PART >= columns &&
	    painter->dense_bytes + dense_bytes <= DENSE_MAX_BYTES) {
		painted.dense = aligned_alloc(sizeof(lanes), dense_bytes + sizeof(lanes));
		if (!painted.dense) {
			painted_free(&painted);
			return -ENOMEM;
		}
		memcpy(painted.dense, painter->best, dense_bytes);
		painter->dense_bytes += dense_bytes;
	}
	best_clear(painter);
	*ret_painted = painted;
	return 0;
}

void painted_free(struct painted *painted)
{
	free(painted->word);
	free(painted->dense);
	*painted = (struct painted){.count = 0};
}

/* ---- joining ---- */

static void dense_join(struct painter *painter, const struct painted *part, size_t columns)
{
	lanes *best = (lanes *)painter->best;
	const lanes *other = (const lanes *)part->dense;

	for (size_t i = 0; i < columns_padded(columns) / LANES; i++) {
		lanes less = other[i] < best[i];

		best[i] = (other[i] & less) | (best[i] & ~less);
	}
}

static void part_add(struct painter *painter, const struct painted *part, size_t columns)
{
	if (part->dense) {
		dense_join(painter, part, columns);
		return;
	}
	for (size_t c = 0; c < part->count; c++)
		painter_add(painter, ZG_CELL_COLUMN(part->word[c]), ZG_CELL_SLOT(part->word[c]));
}

/* Parts have nothing behind their columns, so the last vector's rest stays clear. */
static size_t by_column(struct painter *painter, const struct painted *const *parts, size_t count,
			size_t columns)
{
	size_t cells = 0;

	for (size_t i = 0; i < count; i++)
		part_add(painter, parts[i], columns);
	for (size_t c = 0; c < columns; c++) {
		int16_t value = painter->best[c];

		painter->best[c] = INT16_MAX;
		painter->cells[cells] = ZG_CELL((uint32_t)c, painter->slot[rank_of(value)]);
		cells += value != INT16_MAX;
	}
	return cells;
}

int painter_less(struct painter *painter, const struct painted *part,
		 const struct painted *const *others, size_t count, size_t columns,
		 struct painted *ret_painted)
{
	size_t cells = 0;

	for (size_t i = 0; i < count; i++)
		part_add(painter, others[i], columns);
	for (size_t c = 0; c < part->count; c++) {
		uint32_t rank = ZG_CELL_SLOT(part->word[c]);

		painter->cells[cells] = part->word[c];
		cells += rank < rank_of(painter->best[ZG_CELL_COLUMN(part->word[c])]);
	}
	best_clear(painter);
	for (size_t c = 0; c < cells; c++)
		painter_add(painter, ZG_CELL_COLUMN(painter->cells[c]),
			    ZG_CELL_SLOT(painter->cells[c]));
	return painter_take(painter, columns, ret_painted);
}

/* Two ascending lists as one; of two words of a column the lesser rank stays. */
static size_t lists_merge(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count,
			  uint32_t *out)
{
	size_t i = 0, k = 0, count = 0;

	while (i < a_count && k < b_count) {
		uint32_t word = a[i] < b[k] ? a[i] : b[k];
		uint32_t column = ZG_CELL_COLUMN(word);

		out[count++] = word;
		i += ZG_CELL_COLUMN(a[i]) == column;
		k += ZG_CELL_COLUMN(b[k]) == column;
	}
	for (; i < a_count; i++)
		out[count++] = a[i];
	for (; k < b_count; k++)
		out[count++] = b[k];
	return count;
}

static int by_lists(struct painter *painter, const struct painted *const *parts, size_t count,
		    size_t *ret_cells)
{
	const uint32_t *merged = parts[0]->word;
	size_t cells = parts[0]->count;

	for (size_t i = 1; i < count; i++) {
		uint32_t **out = &painter->list[i % 2];

		if (array_reserve(out, &painter->capacity[i % 2], cells + parts[i]->count,
				  sizeof(**out)) < 0)
			return -ENOMEM;
		cells = lists_merge(merged, cells, parts[i]->word, parts[i]->count, *out);
		merged = *out;
	}
	for (size_t c = 0; c < cells; c++)
		painter->cells[c] =
			ZG_CELL(ZG_CELL_COLUMN(merged[c]), painter->slot[ZG_CELL_SLOT(merged[c])]);
	*ret_cells = cells;
	return 0;
}

int painter_join(struct painter *painter, const struct painted *const *parts, size_t count,
		 size_t columns, const uint32_t **ret_cells, size_t *ret_count)
{
	size_t cells = 0;

	for (size_t i = 0; i < count; i++)
		cells += parts[i]->count;
	*ret_cells = painter->cells;
	if (count > 0 && (count == 1 || (count <= SPARSE_LISTS && cells * SPARSE_PART < columns)))
		return by_lists(painter, parts, count, ret_count);
	*ret_count = by_column(painter, parts, count, columns);
	return 0;
}
