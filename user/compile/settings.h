/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The settings of one half that come from the policy's plain values, and the policy's name: its
 * hash. Knows no addresses.
 */
#ifndef USER_COMPILE_SETTINGS_H
#define USER_COMPILE_SETTINGS_H

#include "compile/image.h"

/* Everything but sizes, bases and the hash. -E2BIG: over ZG_FTP_PORTS_MAX control ports. */
int settings_build(const struct resolved *policy, struct zg_settings *ret_settings);

/*
 * SHA-256 over all that the tables are compiled from: the settings, the zones in use, rules and
 * lines with their identities. The tables follow from these, and take many times the bytes; another
 * layout of them is not another policy. -ENOMEM.
 */
int policy_hash(const struct resolved *policy, const struct image *image, uint8_t ret_hash[32]);

#endif
