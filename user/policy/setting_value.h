/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How a setting's value is read: one parser a kind of value.
 * Owns the kinds. Knows no setting by name.
 */
#ifndef USER_POLICY_SETTING_VALUE_H
#define USER_POLICY_SETTING_VALUE_H

#include "policy/settings.h"

struct setting_context {
	const char *path; /* of zonegate.conf */
	struct arena *arena;
	struct diags *diags;
	struct policy_config *config;
};

struct setting;
/* Stores the value at setting->offset of config, or says in diags why not. 0 or -ENOMEM. */
typedef int setting_parser(const struct setting_context *context, const struct setting *setting,
			   const struct word *value);

struct setting {
	const char *section, *key;
	setting_parser *parse;
	size_t offset;		    /* in struct policy_config */
	const char *const *choices; /* NULL at the end */
	uint64_t minimum, maximum;
};

setting_parser setting_choice;	   /* enum: the index in choices */
setting_parser setting_flag;	   /* bool: the second of two choices */
setting_parser setting_count;	   /* uint32_t */
setting_parser setting_duration;   /* uint32_t seconds: 30, 30s, 5m, 2h, 5d */
setting_parser setting_size;	   /* uint64_t bytes: 256M, 256MiB, 1G */
setting_parser setting_rate;	   /* uint32_t a second: 10/s, off */
setting_parser setting_text;	   /* const char * */
setting_parser setting_path;	   /* const char *, seen from the configuration's folder */
setting_parser setting_word;	   /* struct word */
setting_parser setting_words;	   /* struct words */
setting_parser setting_interfaces; /* interface[], interfaces */
setting_parser setting_ethertypes; /* ethertype[], ethertypes */

#endif
