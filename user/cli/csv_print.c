/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A field of CSV on stdout, quoted where it has to be. Owns that rule.
 */
#include "cli/csv_print.h"

#include <stdio.h>
#include <string.h>

void csv_print_field(const char *text, bool quoted)
{
	if (!quoted && !strpbrk(text, ",\"\r\n")) {
		fputs(text, stdout);
		return;
	}
	putchar('"');
	for (; *text; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	putchar('"');
}
