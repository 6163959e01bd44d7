/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The settings of one half that come from the policy's plain values, and the policy's name: its
 * hash. Knows no addresses.
 */
#ifndef USER_COMPILE_SETTINGS_H
#define USER_COMPILE_SETTINGS_H

#include "compile/image.h"
#include "compile/intervals.h"

/* Everything but sizes, bases and the hash. -E2BIG: over ZG_FTP_PORTS_MAX control ports. */
int settings_build(const struct resolved *policy, struct zg_settings *ret_settings);

/*
 * SHA-256 over the tables, the settings and the identities of rules and lines. The tries stand for
 * what they say, the intervals that they were built from (four, by enum zg_trie): fewer bytes, and
 * another layout of nodes is not another policy.
 */
void policy_hash(const struct resolved *policy, const struct image *image,
		 const struct cuts *const cuts[ZG_TRIES], uint8_t ret_hash[32]);

#endif
