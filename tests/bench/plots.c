/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Bars in text, and PNGs by gnuplot where it is installed. Measures nothing.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

#define BAR_WIDTH 60

static const char *const growth_script =
	"set terminal pngcairo size 1100,700 font 'sans,12'\n"
	"set output 'growth.png'\n"
	"set title 'zonegate: cost of a packet by size of the policy'\n"
	"set logscale xy\n"
	"set grid\n"
	"set key top left\n"
	"set format x '10^{%L}'\n"
	"set xlabel 'size of the policy'\n"
	"set ylabel 'whole program / bare program, random headers'\n"
	"plot 'growth.dat' index 0 using 1:2:3:4 with yerrorlines lw 2 title 'prefixes, IPv4', \\\n"
	"  '' index 1 using 1:2:3:4 with yerrorlines lw 2 title 'prefixes, IPv6', \\\n"
	"  '' index 2 using 1:2:3:4 with yerrorlines lw 2 title 'rules', \\\n"
	"  '' index 3 using 1:2:3:4 with yerrorlines lw 2 title 'two kernel LPM tries', \\\n"
	"  '' index 4 using 1:2:3:4 with yerrorlines lw 2 title 'linear rules'\n";

static const char *const bars_script =
	"set terminal pngcairo size 1100,700 font 'sans,12'\n"
	"set output 'plot.png'\n"
	"set title 'zonegate: cost by kind of packet'\n"
	"set xlabel 'whole program / bare program'\n"
	"set style fill solid 0.6\n"
	"set grid x\n"
	"set yrange [-1:*] reverse\n"
	"unset key\n"
	"plot 'bars.dat' using ($2/2):0:($2/2):(0.35):ytic(1) with boxxyerror\n";

static const char *const growth_keys[][8] = {
	{"prefixes4.16", "prefixes4.1000", "prefixes4.100000", "prefixes4.1000000"},
	{"prefixes6.16", "prefixes6.1000", "prefixes6.100000"},
	{"rules.1", "rules.100", "rules.1000", "rules.10000"},
	{"lpm.16", "lpm.1000", "lpm.100000", "lpm.1000000"},
	{"linear.100", "linear.1000"},
};

static const char *const bar_keys[] = {
	"in4.accept.fixed", "in4.accept", "in4.drop",  "in4.flow.1k", "in4.flow.100k",
	"in4.flow.1M",	    "in4.first",  "in4.later", "eg4.reply",   "eg4.new",
	"in6.accept.fixed", "in6.accept", "in6.drop",  "in6.flow.1k", "in6.flow.100k",
	"in6.flow.1M",	    "in6.first",  "in6.later", "eg6.reply",   "eg6.new",
	"xdpfilter",	    "linear.100",
};
#define BARS (sizeof(bar_keys) / sizeof(*bar_keys))

static FILE *open_in(const char *folder, const char *name)
{
	char *path = NULL;
	FILE *file = asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : fopen(path, "w");

	free(path);
	return file;
}

/* The number at the end of a key: its size. */
static double key_size(const char *key)
{
	return atof(strrchr(key, '.') + 1);
}

/* Answers how many points there are. */
static unsigned int write_growth(const struct figures *figures, FILE *out)
{
	unsigned int points = 0;

	for (size_t i = 0; i < sizeof(growth_keys) / sizeof(*growth_keys); i++) {
		/* gnuplot counts blocks: an empty one would not be one. */
		fprintf(out, "nan nan nan nan\n");
		for (const char *const *key = growth_keys[i]; *key; key++) {
			const struct figure *figure = figure_find(figures, *key);
			struct spread spread;

			if (!figure || !figure->samples)
				continue;
			spread = figure_over_base(figures, figure, false);
			fprintf(out, "%g %g %g %g\n", key_size(*key), spread.median, spread.low,
				spread.high);
			points++;
		}
		fprintf(out, "\n\n");
	}
	return points;
}

static unsigned int write_bars(const struct figures *figures, FILE *data, FILE *text)
{
	unsigned int bars = 0;
	double most = 0;

	for (size_t i = 0; i < BARS; i++) {
		const struct figure *figure = figure_find(figures, bar_keys[i]);

		if (figure && figure->samples)
			most = fmax(most, figure_over_base(figures, figure, false).median);
	}
	fprintf(text, "whole program over the bare program, random headers but where 'fixed'\n");
	for (size_t i = 0; i < BARS; i++) {
		const struct figure *figure = figure_find(figures, bar_keys[i]);
		double ratio;
		int width;

		if (!figure || !figure->samples)
			continue;
		ratio = figure_over_base(figures, figure, false).median;
		width = (int)(ratio / most * BAR_WIDTH + 0.5);
		fprintf(data, "%s %g\n", bar_keys[i], ratio);
		fprintf(text, "  %-18s %7.2f ", bar_keys[i], ratio);
		while (width-- > 0)
			fputc('#', text);
		fputc('\n', text);
		bars++;
	}
	return bars;
}

/* gnuplot reads the script from a pipe; it is not asked for when it is not there. */
static int draw(const char *script, const char *folder)
{
	char *command = NULL;
	FILE *gnuplot;

	if (system("command -v gnuplot >/dev/null 2>&1")) {
		fprintf(stderr, "bench: gnuplot is not installed: no PNG\n");
		return 0;
	}
	gnuplot = asprintf(&command, "cd '%s' && gnuplot", folder) < 0 ? NULL : popen(command, "w");
	free(command);
	if (!gnuplot)
		return -errno;
	fputs(script, gnuplot);
	return pclose(gnuplot) ? -EIO : 0;
}

int plots_write(const struct figures *figures, const char *folder)
{
	FILE *growth = open_in(folder, "growth.dat"), *bars = open_in(folder, "bars.dat");
	FILE *text = open_in(folder, "plot.txt");
	int error = growth && bars && text ? 0 : -errno;
	unsigned int points = 0, kinds = 0;

	if (!error) {
		points = write_growth(figures, growth);
		kinds = write_bars(figures, bars, text);
	}
	if (growth)
		fclose(growth);
	if (bars)
		fclose(bars);
	if (text)
		fclose(text);
	/* A part of the suites has no points, or no bars: then there is nothing to draw. */
	if (!error && points)
		error = draw(growth_script, folder);
	if (!error && kinds)
		error = draw(bars_script, folder);
	return error;
}
