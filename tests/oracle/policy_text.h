/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A model as files in zonegate's formats, and back. Owns the oracle's own small readers: what they
 * do not understand ends the program with a message. Must not know zonegate's parsers.
 */
#ifndef TESTS_ORACLE_POLICY_TEXT_H
#define TESTS_ORACLE_POLICY_TEXT_H

#include "model.h"

/* Writes zonegate.conf, tables/, lists/ and tcpoport.ini into a folder that exists. */
void policy_write(const struct model *model, const char *folder);
/* Reads zonegate.conf and what it names; complete, as after model_finish(). */
void policy_read(const char *config_path, struct model *ret_model);

#endif
