/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a fuzz target holds true: MUST says which sentence broke, then ends the process, so that the
 * fuzzer keeps the input. Knows nothing of what is held true.
 */
#ifndef TESTS_FUZZ_MUST_H
#define TESTS_FUZZ_MUST_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* By dprintf: standard error may be turned away while messages are tried. */
#define MUST(condition, ...)                                                                       \
	do {                                                                                       \
		if (!(condition))                                                                  \
			must_fail(__FILE__, __LINE__, #condition, __VA_ARGS__);                    \
	} while (0)

static inline void must_fail(const char *file, int line, const char *condition, const char *format,
			     ...) __attribute__((format(printf, 4, 5), noreturn));

static inline void must_fail(const char *file, int line, const char *condition, const char *format,
			     ...)
{
	va_list values;

	dprintf(STDERR_FILENO, "%s:%d: does not hold: %s: ", file, line, condition);
	va_start(values, format);
	vdprintf(STDERR_FILENO, format, values);
	va_end(values);
	dprintf(STDERR_FILENO, "\n");
	abort();
}

#endif
