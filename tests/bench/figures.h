/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the benchmark found: named figures with all their samples. Owns the samples and their
 * statistics. Knows neither how they were measured nor how they are shown.
 */
#ifndef BENCH_FIGURES_H
#define BENCH_FIGURES_H

#include <stdbool.h>
#include <stddef.h>

#define FIGURE_SAMPLES 31

struct figure {
	char key[64];	   /* stable: "in4.accept.random" */
	char label[96];	   /* for people */
	char group[32];	   /* heading of its table */
	char unit[12];	   /* "ns", "ms", "MiB", "/s" */
	char rewriter[64]; /* key of the figure whose cost is in this one; "": none */
	double sample[FIGURE_SAMPLES];
	double base[FIGURE_SAMPLES]; /* of the bare program, measured beside each sample; 0: none */
	unsigned int samples;
};

struct figures {
	struct figure **list;
	size_t count;
};

struct spread {
	double median, low, high; /* quartiles */
};

/* Never NULL: a benchmark that is out of memory ends. */
struct figure *figure_add(struct figures *figures, const char *group, const char *key,
			  const char *unit, const char *label, ...)
	__attribute__((format(printf, 5, 6)));
void figure_sample(struct figure *figure, double value);
void figure_sample_pair(struct figure *figure, double value, double base);
struct figure *figure_find(const struct figures *figures, const char *key);
void figures_free(struct figures *figures);

struct spread figure_spread(const struct figure *figure);
/* Over the base measured beside it: 1 is the bare program. net: less the rewriter's share. */
struct spread figure_over_base(const struct figures *figures, const struct figure *figure,
			       bool net);
/*
 * Figure over another, both taken over their bases where they have one, round by round. net: less
 * their rewriters.
 */
struct spread figure_ratio(const struct figures *figures, const struct figure *figure,
			   const struct figure *other, bool net);
/* The samples, less the median of the rewriter's. */
struct spread figure_net(const struct figures *figures, const struct figure *figure);

#endif
