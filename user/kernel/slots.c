/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which counter belongs to which rule and which origin line. Works on the memory of rule_names and
 * line_names. Knows no descriptors.
 */
#include "kernel/slots.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

#define NO_SLOT UINT32_MAX

/* FNV-1a, 64 bits: names are the operator's own, nobody gains by a collision. Never 0. */
static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ p[i]) * 0x100000001b3ull;
	return hash;
}

#define HASH_START 0xcbf29ce484222325ull

uint64_t slot_rule_identity(const char *name, const char *table)
{
	uint64_t hash = hash_bytes(HASH_START, name, strlen(name) + 1);

	hash = hash_bytes(hash, table, strlen(table) + 1);
	return hash ? hash : 1;
}

uint64_t slot_line_identity(const char *text, uint32_t before)
{
	uint64_t hash = hash_bytes(HASH_START, text, strlen(text) + 1);

	hash = hash_bytes(hash, &before, sizeof(before));
	return hash ? hash : 1;
}

/* identity -> slot, open addressing over a power of two at least twice the entries. */
struct slot_index {
	struct {
		uint64_t identity;
		uint32_t slot;
	} * cell;
	uint32_t mask;
};

static int index_init(struct slot_index *index, uint32_t entries)
{
	uint32_t size = 16;

	while (size < 2 * (uint64_t)entries)
		size *= 2;
	index->cell = calloc(size, sizeof(*index->cell));
	index->mask = size - 1;
	return index->cell ? 0 : -ENOMEM;
}

static void index_add(struct slot_index *index, uint64_t identity, uint32_t slot)
{
	uint32_t at = (uint32_t)(identity >> 32 ^ identity) & index->mask;

	while (index->cell[at].identity)
		at = (at + 1) & index->mask;
	index->cell[at].identity = identity;
	index->cell[at].slot = slot;
}

static uint32_t index_find(const struct slot_index *index, uint64_t identity)
{
	uint32_t at = (uint32_t)(identity >> 32 ^ identity) & index->mask;

	for (; index->cell[at].identity; at = (at + 1) & index->mask)
		if (index->cell[at].identity == identity)
			return index->cell[at].slot;
	return NO_SLOT;
}

static bool rule_is_here(const struct rule *rule)
{
	return rule->role == ROLE_ACCEPT || rule->role == ROLE_OPEN || rule->role == ROLE_BOTH;
}

static uint8_t role_number(enum role role)
{
	switch (role) {
	case ROLE_ACCEPT:
		return ZG_NAME_ACCEPT;
	case ROLE_OPEN:
		return ZG_NAME_OPEN;
	case ROLE_BOTH:
		return ZG_NAME_BOTH;
	default:
		return 0;
	}
}

uint32_t slots_rules_wanted(const struct resolved *policy)
{
	uint32_t count = 0;

	for (size_t i = 0; i < policy->rule_count; i++)
		count += rule_is_here(&policy->rules[i]);
	return count;
}

void slots_forget_rules(struct zg_rule_name *names, uint32_t max, uint32_t half)
{
	for (uint32_t slot = 1; slot < max; slot++)
		names[slot].halves &= (uint8_t) ~(1u << half);
}

void slots_forget_lines(struct zg_line_name *names, uint32_t max, uint32_t half)
{
	for (uint32_t slot = 0; slot < max; slot++)
		names[slot].halves &= (uint8_t) ~(1u << half);
}

/* A name that is too long is cut between characters, never inside one of UTF-8. */
static void name_copy(char *to, size_t size, const char *from)
{
	size_t length = strlen(from);

	if (length >= size) {
		length = size - 1;
		while (length && ((unsigned char)from[length] & 0xc0) == 0x80)
			length--;
	}
	memset(to, 0, size);
	memcpy(to, from, length);
}

static void rule_name_write(struct zg_rule_name *name, const struct rule *rule, uint64_t identity,
			    uint32_t half)
{
	if (name->identity != identity) {
		memset(name, 0, sizeof(*name));
		name->identity = identity;
		name_copy(name->name, sizeof(name->name), rule->name);
		name_copy(name->table, sizeof(name->table), rule->table);
	}
	name->file_line[half] = rule->place.line;
	name->role[half] = role_number(rule->role);
	name->halves |= (uint8_t)(1u << half);
}

/* The next free slot at or after *at. */
static uint32_t free_rule_slot(const struct zg_rule_name *names, uint32_t max, uint32_t *at)
{
	for (; *at < max; (*at)++)
		if (!names[*at].identity)
			return (*at)++;
	return NO_SLOT;
}

int slots_assign_rules(struct zg_rule_name *names, uint32_t max, uint32_t half,
		       const struct resolved *policy, uint16_t *ret_slot)
{
	AUTO_FREE uint64_t *identity = calloc(policy->rule_count + 1, sizeof(*identity));
	struct slot_index index = {0};
	uint32_t at = 1;
	int error = -ENOMEM;

	if (!identity || index_init(&index, max + 1))
		goto out;
	slots_forget_rules(names, max, half);
	for (uint32_t slot = 1; slot < max; slot++)
		if (names[slot].identity)
			index_add(&index, names[slot].identity, slot);
	ret_slot[0] = 0;
	error = -ENOSPC;
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct rule *rule = &policy->rules[i];
		uint32_t slot;

		ret_slot[1 + i] = 0;
		if (!rule_is_here(rule))
			continue;
		identity[i] = slot_rule_identity(rule->name, rule->table);
		slot = index_find(&index, identity[i]);
		if (slot == NO_SLOT)
			slot = free_rule_slot(names, max, &at);
		if (slot == NO_SLOT)
			goto out;
		ret_slot[1 + i] = (uint16_t)slot;
	}
	for (size_t i = 0; i < policy->rule_count; i++)
		if (ret_slot[1 + i])
			rule_name_write(&names[ret_slot[1 + i]], &policy->rules[i], identity[i],
					half);
	error = 0;
out:
	free(index.cell);
	return error;
}

static void line_name_write(struct zg_line_name *name, const struct origin_line *line,
			    uint64_t identity, uint32_t half)
{
	if (name->identity != identity) {
		memset(name, 0, sizeof(*name));
		name->identity = identity;
		name_copy(name->text, sizeof(name->text), line->text);
	}
	name->file_line[half] = line->place.line;
	name->first[half] = line->origin.first;
	name->last[half] = line->origin.last;
	name->halves |= (uint8_t)(1u << half);
}

/* Lines are a few hundred: compared one by one. */
static uint32_t lines_before(const struct resolved *policy, size_t index)
{
	uint32_t before = 0;

	for (size_t i = 0; i < index; i++)
		before += !strcmp(policy->lines[i].text, policy->lines[index].text);
	return before;
}

static uint32_t line_slot_find(const struct zg_line_name *names, uint32_t max, uint64_t identity)
{
	for (uint32_t slot = 0; slot < max; slot++)
		if (names[slot].identity == identity)
			return slot;
	return NO_SLOT;
}

int slots_assign_lines(struct zg_line_name *names, uint32_t max, uint32_t half,
		       const struct resolved *policy, uint16_t *ret_slot)
{
	slots_forget_lines(names, max, half);
	for (size_t i = 0; i < policy->line_count; i++) {
		const struct origin_line *line = &policy->lines[i];
		uint64_t identity = slot_line_identity(line->text, lines_before(policy, i));
		uint32_t slot = line_slot_find(names, max, identity);

		if (slot == NO_SLOT)
			slot = line_slot_find(names, max, 0);
		if (slot == NO_SLOT) {
			slots_forget_lines(names, max, half);
			return -ENOSPC;
		}
		line_name_write(&names[slot], line, identity, half);
		ret_slot[i] = (uint16_t)slot;
	}
	return 0;
}
