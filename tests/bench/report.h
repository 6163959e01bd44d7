/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Figures as a table, as plots (text and PNG), as a list of targets met and missed, and as the law
 * by which cost grows. Owns the files it writes. Measures nothing.
 */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stdio.h>

#include "figures.h"

/* folder/table.txt, table.csv, plot.txt, plot.png and growth.png (where gnuplot is); and the table
 * to stdout. */
int report_write(const struct figures *figures, const char *folder, const char *about);

/* Each target of the project with what was reached. Answers how many were missed. */
int targets_write(const struct figures *figures, FILE *out);
/* Cost against rules, prefixes, flows and lines: flat, logarithmic or linear. */
void fits_write(const struct figures *figures, FILE *out);
/* One PNG of the figures' growth and one of the packet kinds, by gnuplot; bars in text. */
int plots_write(const struct figures *figures, const char *folder);

#endif
