/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Figures and their statistics: median and quartiles, of samples and of ratios of one round.
 * Owns the samples. Knows neither how they were measured nor how they are shown.
 */
#include "figures.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct figure *figure_add(struct figures *figures, const char *group, const char *key,
			  const char *unit, const char *label, ...)
{
	struct figure *figure = calloc(1, sizeof(*figure));
	struct figure **list =
		realloc(figures->list, (figures->count + 1) * sizeof(*figures->list));
	va_list arguments;

	if (!figure || !list) {
		fprintf(stderr, "bench: out of memory\n");
		exit(3);
	}
	snprintf(figure->group, sizeof(figure->group), "%s", group);
	snprintf(figure->key, sizeof(figure->key), "%s", key);
	snprintf(figure->unit, sizeof(figure->unit), "%s", unit);
	va_start(arguments, label);
	vsnprintf(figure->label, sizeof(figure->label), label, arguments);
	va_end(arguments);
	figures->list = list;
	figures->list[figures->count++] = figure;
	return figure;
}

void figure_sample(struct figure *figure, double value)
{
	if (figure->samples < FIGURE_SAMPLES)
		figure->sample[figure->samples++] = value;
}

void figure_sample_pair(struct figure *figure, double value, double base)
{
	if (figure->samples < FIGURE_SAMPLES)
		figure->base[figure->samples] = base;
	figure_sample(figure, value);
}

struct figure *figure_find(const struct figures *figures, const char *key)
{
	for (size_t i = 0; i < figures->count; i++)
		if (!strcmp(figures->list[i]->key, key))
			return figures->list[i];
	return NULL;
}

void figures_free(struct figures *figures)
{
	for (size_t i = 0; i < figures->count; i++)
		free(figures->list[i]);
	free(figures->list);
	*figures = (struct figures){0};
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Position q of the sorted values, between two of them by their distance. */
static double quantile(const double *sorted, unsigned int count, double q)
{
	double at = q * (count - 1);
	unsigned int below = (unsigned int)at;

	if (below + 1 >= count)
		return sorted[count - 1];
	return sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]);
}

static struct spread spread_of(const double *values, unsigned int count)
{
	double sorted[FIGURE_SAMPLES];

	if (!count)
		return (struct spread){0};
	memcpy(sorted, values, count * sizeof(*values));
	qsort(sorted, count, sizeof(*sorted), compare_doubles);
	return (struct spread){
		.median = quantile(sorted, count, 0.5),
		.low = quantile(sorted, count, 0.25),
		.high = quantile(sorted, count, 0.75),
	};
}

struct spread figure_spread(const struct figure *figure)
{
	return spread_of(figure->sample, figure->samples);
}

static const struct figure *rewriter_of(const struct figures *figures, const struct figure *figure)
{
	return figure->rewriter[0] ? figure_find(figures, figure->rewriter) : NULL;
}

/* Samples in units of their bases, or as they are; less the rewriter's median: its rounds are as
 * noisy as the figure's, and the two would add up. */
static unsigned int normalize(const struct figures *figures, const struct figure *figure, bool net,
			      double *ret_values)
{
	const struct figure *rewriter = net ? rewriter_of(figures, figure) : NULL;
	double cost = 0;

	if (rewriter) {
		double values[FIGURE_SAMPLES];

		cost = spread_of(values, normalize(figures, rewriter, false, values)).median;
	}
	for (unsigned int i = 0; i < figure->samples; i++)
		ret_values[i] =
			figure->sample[i] / (figure->base[i] > 0 ? figure->base[i] : 1) - cost;
	return figure->samples;
}

struct spread figure_over_base(const struct figures *figures, const struct figure *figure, bool net)
{
	double values[FIGURE_SAMPLES];

	return spread_of(values, normalize(figures, figure, net, values));
}

struct spread figure_net(const struct figures *figures, const struct figure *figure)
{
	const struct figure *rewriter = rewriter_of(figures, figure);
	double cost = rewriter ? figure_spread(rewriter).median : 0;
	struct spread spread = figure_spread(figure);

	return (struct spread){spread.median - cost, spread.low - cost, spread.high - cost};
}

struct spread figure_ratio(const struct figures *figures, const struct figure *figure,
			   const struct figure *other, bool net)
{
	double above[FIGURE_SAMPLES], below[FIGURE_SAMPLES];
	unsigned int count = normalize(figures, figure, net, above);
	unsigned int other_count = normalize(figures, other, net, below);
	double median = spread_of(below, other_count).median;

	for (unsigned int i = 0; i < count; i++) {
		double divisor = count == other_count ? below[i] : median;

		above[i] = divisor > 0 ? above[i] / divisor : 0;
	}
	return spread_of(above, count);
}
