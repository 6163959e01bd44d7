/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table: every figure with its median, its quartiles and its ratio to the bare program measured
 * beside it. Owns the files it writes. Measures nothing.
 */
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const header =
	"median and quartiles over the rounds; 'x bare' is the ratio to the program that passes\n"
	"everything, measured just before and just after each sample (median of the rounds' "
	"ratios);\n"
	"'net' leaves out what writing the random headers costs.\n";

static void write_line(const struct figures *figures, const struct figure *figure, FILE *out)
{
	struct spread raw = figure_spread(figure);

	fprintf(out, "  %-58s %10.2f %-5s %9.2f -%9.2f", figure->label, raw.median, figure->unit,
		raw.low, raw.high);
	if (figure->samples && figure->base[0] > 0) {
		struct spread ratio = figure_over_base(figures, figure, false);

		fprintf(out, "  %8.2f (%.2f-%.2f)", ratio.median, ratio.low, ratio.high);
		if (figure->rewriter[0])
			fprintf(out, "  net %.2f ns, %.2f", figure_net(figures, figure).median,
				figure_over_base(figures, figure, true).median);
	}
	fputc('\n', out);
}

static bool is_first_of_group(const struct figures *figures, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (!strcmp(figures->list[i]->group, figures->list[at]->group))
			return false;
	return true;
}

static void write_groups(const struct figures *figures, FILE *out)
{
	for (size_t i = 0; i < figures->count; i++) {
		const char *group = figures->list[i]->group;

		if (!is_first_of_group(figures, i))
			continue;
		fprintf(out, "\n%-60s %10s %-5s %9s  %9s  %8s\n", group, "median", "unit", "25%",
			"75%", "x bare");
		for (size_t n = i; n < figures->count; n++)
			if (!strcmp(figures->list[n]->group, group))
				write_line(figures, figures->list[n], out);
	}
}

static void write_table(const struct figures *figures, const char *about, FILE *out)
{
	fprintf(out, "zonegate benchmark\n%s%s", about, header);
	write_groups(figures, out);
	fprintf(out, "\n");
	fits_write(figures, out);
	fprintf(out, "\n");
	targets_write(figures, out);
}

/* For whoever wants to plot it differently: one line a sample. */
static void write_csv(const struct figures *figures, FILE *out)
{
	fprintf(out, "key,unit,round,sample,base,rewriter\n");
	for (size_t i = 0; i < figures->count; i++) {
		const struct figure *figure = figures->list[i];

		for (unsigned int n = 0; n < figure->samples; n++)
			fprintf(out, "%s,%s,%u,%.6g,%.6g,%s\n", figure->key, figure->unit, n,
				figure->sample[n], figure->base[n], figure->rewriter);
	}
}

static FILE *open_in(const char *folder, const char *name)
{
	char *path = NULL;
	FILE *file = asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : fopen(path, "w");

	free(path);
	return file;
}

int report_write(const struct figures *figures, const char *folder, const char *about)
{
	FILE *table = open_in(folder, "table.txt"), *csv = open_in(folder, "table.csv");
	int error = table && csv ? 0 : -errno;

	if (!error) {
		write_table(figures, about, table);
		write_table(figures, about, stdout);
		write_csv(figures, csv);
	}
	if (table && fclose(table) && !error)
		error = -errno;
	if (csv && fclose(csv) && !error)
		error = -errno;
	return error ? error : plots_write(figures, folder);
}
