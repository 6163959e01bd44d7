/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What happened while the system was asked for something: what was being done when it failed, what
 * to try next, and notes worth telling on success. Owns its strings. Prints nothing.
 */
#ifndef USER_KERNEL_REPORT_H
#define USER_KERNEL_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#define REPORT_TEXT 512
#define REPORT_DETAIL 4096

struct report {
	int error;		    /* the first failure, negative errno; 0: none */
	bool complete;		    /* doing says it all: strerror() would add nothing */
	char doing[REPORT_TEXT];    /* "attaching XDP to eth0" */
	char hint[REPORT_TEXT];	    /* what to try next; "": nothing known */
	char detail[REPORT_DETAIL]; /* the kernel's or libbpf's own words; "": none */
	char **notes;
	size_t note_count;
};

/*
 * Says what was being done when error (negative errno) came; answers error. The first failure
 * stands: what fails while its remains are cleared away is not of interest.
 */
int report_fail(struct report *report, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same for what we refuse by ourselves: the sentence is complete without an errno's words. */
int report_refuse(struct report *report, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* What to try next; kept when the failure is the one just said. */
void report_hint(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* There is another way: the failure becomes a note that ends with it, and the next one counts. */
void report_overcome(struct report *report, const char *way);
void report_note(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Adds words of libbpf; the last ones are kept when there are too many. */
void report_detail(struct report *report, const char *text);
void report_free(struct report *report);

#endif
