/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kinds of values: choices, numbers with units, words, paths, NICs, ethertypes.
 * Owns their grammar. Knows no setting by name.
 */
#include "policy/setting_value.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void *target(const struct setting_context *context, const struct setting *setting)
{
	return (char *)context->config + setting->offset;
}

/* The index of the choice, or -1 after an error in diags. */
static int choice_index(const struct setting_context *context, const struct setting *setting,
			const struct word *value)
{
	struct diag *diag;
	const char *near;
	size_t count = 0;

	for (; setting->choices[count]; count++) {
		if (!strcasecmp(setting->choices[count], value->text))
			return (int)count;
	}
	diag = word_diag(context->diags, DIAG_ERROR, "value-unknown", value, "'%s' cannot be '%s'",
			 setting->key, value->text);
	near = diag_did_you_mean(value->text, setting->choices, count);
	if (near)
		diag_hint(diag, "did you mean '%s'?", near);
	else if (count == 2)
		diag_hint(diag, "write %s or %s", setting->choices[0], setting->choices[1]);
	else
		diag_hint(diag, "write %s, %s%s%s or %s", setting->choices[0], setting->choices[1],
			  count > 3 ? ", " : "", count > 3 ? setting->choices[2] : "",
			  setting->choices[count - 1]);
	return -1;
}

int setting_choice(const struct setting_context *context, const struct setting *setting,
		   const struct word *value)
{
	int index = choice_index(context, setting, value);
	unsigned int chosen = (unsigned int)index;

	if (index >= 0) /* an enum is an unsigned int: include order cannot change that here */
		memcpy(target(context, setting), &chosen, sizeof(chosen));
	return 0;
}

int setting_flag(const struct setting_context *context, const struct setting *setting,
		 const struct word *value)
{
	int index = choice_index(context, setting, value);

	if (index >= 0)
		*(bool *)target(context, setting) = index == 1;
	return 0;
}

/* Digits, then a unit: its factor is looked up. False after an error in diags. */
struct unit {
	const char *name;
	uint64_t factor;
};

static bool number_parse(const struct setting_context *context, const struct setting *setting,
			 const struct word *value, const struct unit *units, uint64_t *ret_number)
{
	const char *p = value->text;
	uint64_t number = 0;
	bool overflow = false, known = false;
	struct diag *diag;

	for (; isdigit((unsigned char)*p); p++) {
		overflow |= __builtin_mul_overflow(number, 10u, &number);
		overflow |= __builtin_add_overflow(number, (uint64_t)(*p - '0'), &number);
	}
	if (p > value->text) {
		while (text_is_blank(*p))
			p++;
		for (; units->name && !known; units++) {
			known = !strcasecmp(units->name, p);
			if (known)
				overflow |= __builtin_mul_overflow(number, units->factor, &number);
		}
	}
	if (!known) {
		diag = word_diag(context->diags, DIAG_ERROR, "value-number", value,
				 "'%s' needs a number, not '%s'", setting->key, value->text);
		if (setting->parse == setting_rate)
			diag_hint(diag, "write a rate such as 10/s, or off");
		else if (setting->parse == setting_duration)
			diag_hint(diag, "write a time such as 30s, 5m, 2h or 5d");
		else if (setting->parse == setting_size)
			diag_hint(diag, "write a size such as 256M or 1G");
		return false;
	}
	if (overflow || number < setting->minimum || number > setting->maximum) {
		diag = word_diag(context->diags, DIAG_ERROR, "value-range", value,
				 "'%s' is out of range", setting->key);
		diag_hint(diag, "from %llu to %llu", (unsigned long long)setting->minimum,
			  (unsigned long long)setting->maximum);
		return false;
	}
	*ret_number = number;
	return true;
}

static int number32(const struct setting_context *context, const struct setting *setting,
		    const struct word *value, const struct unit *units)
{
	uint64_t number;

	if (number_parse(context, setting, value, units, &number))
		*(uint32_t *)target(context, setting) = (uint32_t)number;
	return 0;
}

int setting_count(const struct setting_context *context, const struct setting *setting,
		  const struct word *value)
{
	static const struct unit units[] = {{"", 1}, {NULL, 0}};

	return number32(context, setting, value, units);
}

int setting_duration(const struct setting_context *context, const struct setting *setting,
		     const struct word *value)
{
	static const struct unit units[] = {{"", 1},	 {"s", 1},     {"m", 60},
					    {"h", 3600}, {"d", 86400}, {NULL, 0}};

	return number32(context, setting, value, units);
}

int setting_rate(const struct setting_context *context, const struct setting *setting,
		 const struct word *value)
{
	static const struct unit units[] = {{"", 1}, {"/s", 1}, {NULL, 0}};

	if (!strcasecmp(value->text, "off")) {
		*(uint32_t *)target(context, setting) = 0;
		return 0;
	}
	return number32(context, setting, value, units);
}

int setting_size(const struct setting_context *context, const struct setting *setting,
		 const struct word *value)
{
	static const struct unit units[] = {
		{"", 1},	   {"K", 1u << 10}, {"KiB", 1u << 10}, {"M", 1u << 20},
		{"MiB", 1u << 20}, {"G", 1u << 30}, {"GiB", 1u << 30}, {NULL, 0},
	};
	uint64_t number;

	if (number_parse(context, setting, value, units, &number))
		*(uint64_t *)target(context, setting) = number;
	return 0;
}

int setting_text(const struct setting_context *context, const struct setting *setting,
		 const struct word *value)
{
	*(const char **)target(context, setting) = value->text;
	return 0;
}

int setting_path(const struct setting_context *context, const struct setting *setting,
		 const struct word *value)
{
	char *path = source_path(context->path, value->text, context->arena);

	*(const char **)target(context, setting) = path;
	return path ? 0 : -ENOMEM;
}

int setting_word(const struct setting_context *context, const struct setting *setting,
		 const struct word *value)
{
	*(struct word *)target(context, setting) = *value;
	return 0;
}

int setting_words(const struct setting_context *context, const struct setting *setting,
		  const struct word *value)
{
	return words_split(value, context->arena, target(context, setting));
}

static bool interface_name_valid(const char *name)
{
	/* What the kernel's dev_valid_name() refuses. */
	return strlen(name) < IF_NAMESIZE && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
	       !strpbrk(name, "/:");
}

int setting_interfaces(const struct setting_context *context, const struct setting *setting,
		       const struct word *value)
{
	struct policy_settings *values = &context->config->values;
	struct words words;
	int err = words_split(value, context->arena, &words);

	(void)setting;
	for (size_t i = 0; !err && i < words.count; i++) {
		const struct word *word = &words.list[i];
		bool twice = false;

		for (size_t k = 0; k < values->interfaces; k++)
			twice |= !strcmp(values->interface[k], word->text);
		if (!interface_name_valid(word->text)) {
			word_diag(context->diags, DIAG_ERROR, "interface-name", word,
				  "'%s' cannot be the name of a NIC", word->text);
		} else if (twice) {
			word_diag(context->diags, DIAG_ERROR, "interface-twice", word,
				  "'%s' is there twice", word->text);
		} else if (values->interfaces == SETTINGS_INTERFACES_MAX) {
			word_diag(context->diags, DIAG_ERROR, "interface-many", word,
				  "more than %d NICs", SETTINGS_INTERFACES_MAX);
			break;
		} else {
			snprintf(values->interface[values->interfaces], IF_NAMESIZE, "%s",
				 word->text);
			values->interface_place[values->interfaces++] = word->place;
		}
	}
	return err;
}

/* 0x88cc, or a name; 0: neither. */
static unsigned int ethertype_parse(const char *text)
{
	static const struct {
		const char *name;
		unsigned int type;
	} names[] = {
		{"lldp", 0x88cc},
		{"lacp", 0x8809},
		{"eapol", 0x888e},
		{"ptp", 0x88f7},
	};
	unsigned long type;
	char *end;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcasecmp(names[i].name, text))
			return names[i].type;
	}
	if (!isdigit((unsigned char)*text))
		return 0;
	type = strtoul(text, &end, 0);
	return *end || type > 0xffff ? 0 : (unsigned int)type;
}

int setting_ethertypes(const struct setting_context *context, const struct setting *setting,
		       const struct word *value)
{
	struct policy_settings *values = &context->config->values;
	struct words words;
	int err = words_split(value, context->arena, &words);

	(void)setting;
	for (size_t i = 0; !err && i < words.count; i++) {
		const struct word *word = &words.list[i];
		unsigned int type = ethertype_parse(word->text);

		if (type < 0x600) {
			diag_hint(word_diag(context->diags, DIAG_ERROR, "ethertype", word,
					    "'%s' is not an ethertype", word->text),
				  "write lldp, lacp, eapol, ptp or a number from 0x0600 to 0xffff");
		} else if (type == 0x0800 || type == 0x86dd || type == 0x0806 || type == 0x8100 ||
			   type == 0x88a8) {
			diag_hint(
				word_diag(context->diags, DIAG_ERROR, "ethertype-judged", word,
					  "'%s' is judged by the rules and cannot pass as a whole",
					  word->text),
				"remove it");
		} else if (values->ethertypes == SETTINGS_ETHERTYPES_MAX) {
			word_diag(context->diags, DIAG_ERROR, "ethertype-many", word,
				  "more than %d ethertypes", SETTINGS_ETHERTYPES_MAX);
			break;
		} else {
			values->ethertype[values->ethertypes++] = (uint16_t)type;
		}
	}
	return err;
}
