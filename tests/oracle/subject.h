/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A policy as zonegate loads and compiles it, for the engines. The one place where the oracle's
 * folder calls zonegate's stages before the kernel. Owns the resolved policy and the image.
 */
#ifndef TESTS_ORACLE_SUBJECT_H
#define TESTS_ORACLE_SUBJECT_H

#include "compile/image.h"
#include "model.h"
#include "random.h"

struct subject {
	struct resolved policy;
	struct image image;
	bool loaded;
};

/* 0, or the diagnostics are printed. */
int subject_load(struct subject *subject, const char *config, const struct model *model);
void subject_free(struct subject *subject);

/* Asks the tables and the model the same random questions. true: some answer differs, and is
 * printed. */
bool subject_differs(const struct subject *subject, const struct model *model, struct rng *rng,
		     int questions);

#endif
