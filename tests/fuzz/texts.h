/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The texts of a policy in memory, for fuzzers: nothing of the file system is read, whatever a
 * text names. Owns the memory files, and what must hold of every policy that was read.
 */
#ifndef TESTS_FUZZ_TEXTS_H
#define TESTS_FUZZ_TEXTS_H

#include <stddef.h>

#include "compile/image.h"

/* Which text stands for a path: by how the path ends. */
enum text_kind {
	TEXT_CONF,   /* .conf */
	TEXT_TABLE,  /* .csv */
	TEXT_ORIGIN, /* .ini */
	TEXT_LIST,   /* .txt */
	TEXT_KINDS,
};

/* Once: the texts are those of site.h. Standard output and error of the code under test lead
 * nowhere from then on. */
void texts_init(void);
void text_set(enum text_kind kind, const void *text, size_t size);

/*
 * Loads zonegate.conf, compiles and shows it; ends the process when something does not hold. True:
 * the image and the policy are there, to be let go by texts_release().
 */
bool texts_load(struct resolved *ret_policy, struct image *ret_image);
void texts_release(struct resolved *policy, struct image *image);
/* The fuzzer's bytes as one of the texts: loads what can be loaded. */
void texts_try(enum text_kind kind, const void *text, size_t size);

#endif
