/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Prometheus' text format, version 0.0.4: families with HELP and TYPE, samples with escaped labels.
 * Owns the growing text; knows no metric by name.
 */
#ifndef USER_OBSERVE_EXPOSITION_H
#define USER_OBSERVE_EXPOSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct exposition {
	char *text; /* NUL-terminated once something was added */
	size_t length, capacity;
	bool out_of_memory; /* the text is not whole */
};

struct exposition_label {
	const char *name, *value;
};

/* Begins a family; type is "counter", "gauge". Counters' names end in _total. */
void exposition_family(struct exposition *exposition, const char *name, const char *type,
		       const char *help);
/* A sample of the family begun last; labels end with an entry whose name is NULL, or labels is
 * NULL. */
void exposition_sample(struct exposition *exposition, const char *name,
		       const struct exposition_label *labels, double value);
/* The same for whole numbers, which a double would round from 2^53 on. */
void exposition_count(struct exposition *exposition, const char *name,
		      const struct exposition_label *labels, uint64_t value);
void exposition_free(struct exposition *exposition);

#define LABELS(...) ((const struct exposition_label[]){__VA_ARGS__, {NULL, NULL}})

#endif
