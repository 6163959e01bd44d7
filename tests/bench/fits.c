/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The law by which cost grows with a policy's size, by least squares over constant, logarithm and
 * line. Measures nothing.
 */
#include <math.h>
#include <string.h>

#include "report.h"

#define POINTS_MAX 8
#define FLAT_GROWTH 1.10 /* largest over smallest: less is flat, whatever the curve */

struct family {
	const char *text;
	struct {
		const char *key;
		double size;
	} point[POINTS_MAX];
};

static const struct family families[] = {
	{"rules, the same traffic",
	 {{"rules.1.same", 1},
	  {"rules.100.same", 100},
	  {"rules.1000.same", 1e3},
	  {"rules.10000.same", 1e4}}},
	{"rules, traffic to all of them",
	 {{"rules.1", 1}, {"rules.100", 100}, {"rules.1000", 1e3}, {"rules.10000", 1e4}}},
	{"IPv4 prefixes",
	 {{"prefixes4.16", 16},
	  {"prefixes4.1000", 1e3},
	  {"prefixes4.100000", 1e5},
	  {"prefixes4.1000000", 1e6}}},
	{"IPv6 prefixes",
	 {{"prefixes6.16", 16}, {"prefixes6.1000", 1e3}, {"prefixes6.100000", 1e5}}},
	{"flows, IPv4", {{"in4.flow.1k", 1e3}, {"in4.flow.100k", 1e5}, {"in4.flow.1M", 1e6}}},
	{"flows, IPv6", {{"in6.flow.1k", 1e3}, {"in6.flow.100k", 1e5}, {"in6.flow.1M", 1e6}}},
	{"lines of tcpoport.ini", {{"lines.3", 3}, {"lines.64", 64}, {"lines.256", 256}}},
	{"two kernel LPM tries",
	 {{"lpm.16", 16}, {"lpm.1000", 1e3}, {"lpm.100000", 1e5}, {"lpm.1000000", 1e6}}},
	{"linear rules, XDP", {{"linear.100", 100}, {"linear.1000", 1e3}}},
	{"linear rules, nftables", {{"drop.nft.linear100", 100}, {"drop.nft.linear1000", 1e3}}},
};

/* y = a + b x; answers the squared error left. */
static double fit_line(const double *x, const double *y, int count, double *ret_slope)
{
	double sx = 0, sy = 0, sxx = 0, sxy = 0, left = 0, slope, start;

	for (int i = 0; i < count; i++) {
		sx += x[i];
		sy += y[i];
		sxx += x[i] * x[i];
		sxy += x[i] * y[i];
	}
	slope = (count * sxy - sx * sy) / (count * sxx - sx * sx);
	start = (sy - slope * sx) / count;
	for (int i = 0; i < count; i++)
		left += (y[i] - start - slope * x[i]) * (y[i] - start - slope * x[i]);
	*ret_slope = slope;
	return left;
}

static void write_family(const struct figures *figures, const struct family *family, FILE *out)
{
	double size[POINTS_MAX], logarithm[POINTS_MAX], cost[POINTS_MAX];
	double slope_log, slope_line, left_log, left_line, growth;
	int count = 0;

	for (int i = 0; i < POINTS_MAX && family->point[i].key; i++) {
		const struct figure *figure = figure_find(figures, family->point[i].key);

		if (!figure || !figure->samples)
			continue;
		size[count] = family->point[i].size;
		logarithm[count] = log10(size[count]);
		cost[count++] = figure_over_base(figures, figure, true).median;
	}
	if (count < 2)
		return;
	growth = cost[count - 1] / cost[0];
	fprintf(out, "  %-32s", family->text);
	for (int i = 0; i < count; i++)
		fprintf(out, " %g: %.2f%s", size[i], cost[i], i + 1 < count ? "," : "");
	if (growth <= FLAT_GROWTH) {
		fprintf(out, "  -> flat (%.2f)\n", growth);
		return;
	}
	left_log = fit_line(logarithm, cost, count, &slope_log);
	left_line = fit_line(size, cost, count, &slope_line);
	if (count == 2) /* two points lie on any curve: by whether cost keeps pace with size */
		left_line = growth > sqrt(size[1] / size[0]) ? -1 : left_log + 1;
	if (left_line < left_log)
		fprintf(out, "  -> linear, %.3g bare programs for every 1,000\n",
			slope_line * 1000);
	else
		fprintf(out, "  -> logarithmic, %.2f bare programs for every tenfold\n", slope_log);
}

void fits_write(const struct figures *figures, FILE *out)
{
	fprintf(out, "growth: net cost in units of the bare program, by size\n");
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		write_family(figures, &families[i], out);
}
