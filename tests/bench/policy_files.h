/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The files of a policy under construction, shared by the generators. Knows no measurement.
 */
#ifndef BENCH_POLICY_FILES_H
#define BENCH_POLICY_FILES_H

#include <stdio.h>

struct policy_files {
	FILE *zones;  /* lines of [zones] */
	FILE *locals; /* names of local zones, with blanks */
	FILE *rules;  /* the table */
	const char *folder;
};

#endif
