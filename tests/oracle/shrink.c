// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * From a difference in hundreds of packets and dozens of rules to a handful: what can be left out
 * is left out, as long as some difference remains. Must not know what differs.
 */
#include <stdlib.h>
#include <string.h>

#include "trial.h"

struct shrinker {
	struct bench *bench;
	struct model *model;
	struct packet *packets;
	size_t count;
	struct difference difference;
};

static bool still_differs(struct shrinker *s, const struct model *model,
			  const struct packet *packets, size_t count)
{
	struct difference difference = trial_run(s->bench, model, NULL, packets, count);

	if (!difference.found)
		return false;
	s->difference = difference;
	return true;
}

/* Leaves out packets, in halves, quarters, ... of what is before the one that differs. */
static void shrink_packets(struct shrinker *s)
{
	struct packet *fewer = calloc(s->count, sizeof(*fewer));

	if (!fewer)
		return;
	s->count = s->difference.packet + 1;
	for (size_t chunk = s->count / 2; chunk; chunk /= 2) {
		for (size_t at = 0; at + chunk < s->count;) {
			size_t left = s->count - chunk;

			memcpy(fewer, s->packets, at * sizeof(*fewer));
			memcpy(fewer + at, s->packets + at + chunk, (left - at) * sizeof(*fewer));
			if (still_differs(s, s->model, fewer, left)) {
				s->count = s->difference.packet + 1;
				memcpy(s->packets, fewer, s->count * sizeof(*fewer));
			} else {
				at += chunk;
			}
		}
	}
	free(fewer);
}

/* Takes the model without what change() removed, when a difference remains. */
static bool keep_if_differs(struct shrinker *s, struct model *changed)
{
	model_finish(changed);
	if (!still_differs(s, changed, s->packets, s->count))
		return false;
	*s->model = *changed;
	return true;
}

static void remove_at(void *array, int *count, int index, size_t size)
{
	char *at = (char *)array + (size_t)index * size;

	memmove(at, at + size, (size_t)(*count - index - 1) * size);
	(*count)--;
}

static void shrink_rows_and_lines(struct shrinker *s, struct model *changed)
{
	for (int i = s->model->rows - 1; i >= 0; i--) {
		*changed = *s->model;
		remove_at(changed->row, &changed->rows, i, sizeof(struct row));
		keep_if_differs(s, changed);
	}
	for (int i = s->model->lines - 1; i >= 0; i--) {
		*changed = *s->model;
		remove_at(changed->line, &changed->lines, i, sizeof(struct origin));
		keep_if_differs(s, changed);
	}
}

static void shrink_members(struct shrinker *s, struct model *changed)
{
	for (int zone = 0; zone < s->model->zones; zone++)
		for (int i = s->model->zone[zone].count - 1; i >= 0; i--) {
			*changed = *s->model;
			if (changed->zone[zone].count == 1)
				break;
			remove_at(changed->zone[zone].member, &changed->zone[zone].count, i,
				  sizeof(struct member));
			keep_if_differs(s, changed);
		}
	for (int list = 0; list < s->model->lists; list++)
		for (int i = s->model->list[list].count - 1; i > 0; i--) {
			*changed = *s->model;
			remove_at(changed->list[list].member, &changed->list[list].count, i,
				  sizeof(struct member));
			keep_if_differs(s, changed);
		}
}

static bool zone_used(const struct model *model, int zone)
{
	for (int i = 0; i < model->rows; i++)
		if (model->row[i].source == zone || model->row[i].destination == zone)
			return true;
	for (int i = 0; i < model->zones; i++)
		for (int j = 0; j < model->zone[i].count; j++)
			if (model->zone[i].member[j].kind == MEMBER_ZONE &&
			    model->zone[i].member[j].ref == zone)
				return true;
	return false;
}

static void zone_remove(struct model *model, int zone)
{
	remove_at(model->zone, &model->zones, zone, sizeof(struct members));
	for (int i = 0; i < model->rows; i++) {
		model->row[i].source -= model->row[i].source > zone;
		model->row[i].destination -= model->row[i].destination > zone;
	}
	for (int i = 0; i < model->zones; i++)
		for (int j = 0; j < model->zone[i].count; j++) {
			struct member *member = &model->zone[i].member[j];

			if (member->kind == MEMBER_ZONE && member->ref > zone)
				member->ref--;
		}
}

/* A policy needs a zone of the host and a component. */
static bool zone_needed(const struct model *model, int zone)
{
	int locals = 0, components = 0;

	for (int i = 0; i < model->zones; i++) {
		locals += i != zone && model->zone[i].local;
		components += i != zone && model->zone[i].component;
	}
	return !locals || (model->components_given && !components);
}

static void shrink_zones(struct shrinker *s, struct model *changed)
{
	for (int i = s->model->zones - 1; i >= 0; i--) {
		if (zone_used(s->model, i) || zone_needed(s->model, i))
			continue;
		*changed = *s->model;
		zone_remove(changed, i);
		keep_if_differs(s, changed);
	}
	for (int i = 0; i < s->model->zones; i++) {
		if (!s->model->zone[i].interface[0])
			continue;
		*changed = *s->model;
		changed->zone[i].interface[0] = '\0';
		keep_if_differs(s, changed);
	}
}

static void shrink_settings(struct shrinker *s, struct model *changed)
{
	*changed = *s->model;
	changed->selves = 0;
	keep_if_differs(s, changed);
	*changed = *s->model;
	changed->audit = false;
	keep_if_differs(s, changed);
	*changed = *s->model;
	changed->ingress_pass = changed->egress_pass = false;
	keep_if_differs(s, changed);
	*changed = *s->model;
	changed->ethertypes = 0;
	keep_if_differs(s, changed);
}

struct difference shrink(struct bench *bench, struct model *model, struct packet *packets,
			 size_t *count)
{
	struct shrinker s = {bench, model, packets, *count, {0}};
	struct model *changed = malloc(sizeof(*changed));

	if (!changed || !still_differs(&s, model, packets, *count)) {
		free(changed);
		return s.difference;
	}
	for (int round = 0; round < 2; round++) {
		shrink_packets(&s);
		shrink_rows_and_lines(&s, changed);
		shrink_members(&s, changed);
		shrink_zones(&s, changed);
		shrink_settings(&s, changed);
	}
	still_differs(&s, s.model, s.packets, s.count);
	*count = s.count;
	free(changed);
	return s.difference;
}
