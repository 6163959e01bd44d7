// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Compiles a resolved policy: parties -> port classes -> bundles -> cross table -> comb, tries and
 * origin lines, each stage in a file of its own. Owns the order of stages and the limits. No BPF.
 */
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile/bundles.h"
#include "compile/comb.h"
#include "compile/cross.h"
#include "compile/image.h"
#include "compile/origin.h"
#include "compile/parties.h"
#include "compile/ports.h"
#include "compile/refusal.h"
#include "compile/settings.h"
#include "compile/trie.h"
#include "util/cleanup.h"

#define MEMORY_DEFAULT_BYTES ((size_t)256 << 20)
#define MIB (1024.0 * 1024.0)

/* What the stages hand on; freed as a whole. */
struct build {
	const struct resolved *policy;
	struct diags *diags;
	struct image *image;
	size_t half_max_bytes; /* of one half of all tables */
	struct nic_groups groups;
	struct party remote, local;
	struct port_axis axis[2]; /* ZG_ACCEPT, ZG_OPEN */
	struct bundles bundles;
	struct cross cross;
	struct comb comb;
	struct trie_pool pool;
};

static void build_free(struct build *build)
{
	party_free(&build->remote);
	party_free(&build->local);
	port_axis_free(&build->axis[ZG_ACCEPT]);
	port_axis_free(&build->axis[ZG_OPEN]);
	bundles_free(&build->bundles);
	cross_free(&build->cross);
	comb_free(&build->comb);
	trie_pool_free(&build->pool);
}

/* ---- messages ---- */

/* A limit of the tables, not of memory: the message and what to do. */
static int limit_passed(struct build *build, const char *text, const char *hint)
{
	const struct place place = {.file = build->policy->config_path};

	diag_hint(diag_add(build->diags, DIAG_ERROR, "policy-too-large", place, "%s", text), "%s",
		  hint);
	return -E2BIG;
}

static int memory_passed(struct build *build, const char *what, double bytes)
{
	const struct place place = {.file = build->policy->config_path};
	struct diag *diag = diag_add(
		build->diags, DIAG_ERROR, "memory-limit", place,
		"the tables need more memory than [policy] memory allows: %s %.1f MiB, two halves "
		"of at most %.1f MiB are allowed (%zu remote classes, %zu local classes, %zu rows)",
		what, bytes / MIB, (double)build->half_max_bytes / MIB, build->cross.remotes,
		build->cross.locals, build->bundles.rows.count);

	diag_hint(diag, "raise memory in [policy], or use fewer zones with rules of their own");
	return -E2BIG;
}

/* ---- stages ---- */

static int limits_check(struct build *build)
{
	const struct resolved *policy = build->policy;

	if (policy->rule_count >= ZG_SLOT_MAX)
		return limit_passed(build, "more than 65,534 rules", "leave out tables or rows");
	if (policy->line_count > ZG_LINES_MAX)
		return limit_passed(build, "more than 512 lines in tcpoport.ini",
				    "join lines, or leave out those that others hide");
	if (nic_groups_build(policy, &build->groups) < 0)
		return limit_passed(build, "zones are bound to more than 8 interfaces",
				    "bind fewer zones");
	memcpy(build->image->ifgroup_name, build->groups.name, sizeof(build->groups.name));
	return 0;
}

static int settings_stage(struct build *build)
{
	struct image *image = build->image;
	int err = settings_build(build->policy, &image->settings);

	if (err == -E2BIG)
		return limit_passed(build, "more than 16 FTP control ports",
				    "use fewer single ports in FTP accept rules");
	image->roots = arena_alloc(&image->arena, 1, sizeof(*image->roots));
	image->ports = arena_alloc(&image->arena, 2, sizeof(*image->ports));
	image->origin = arena_alloc(&image->arena, 1, sizeof(*image->origin));
	if (!image->roots || !image->ports || !image->origin)
		return -ENOMEM;
	image->rule_count = build->policy->rule_count;
	image->line_count = build->policy->line_count;
	return origin_build(build->policy, image->origin);
}

static int ports_stage(struct build *build)
{
	static bool (*const filter[])(const struct rule *) = {
		[ZG_ACCEPT] = rule_accepts,
		[ZG_OPEN] = rule_opens,
	};

	for (int role = ZG_ACCEPT; role <= ZG_OPEN; role++) {
		int err = port_axis_build(build->policy, filter[role], &build->axis[role]);

		if (err == -E2BIG)
			return limit_passed(build, "the rules cut the ports into too many classes",
					    "use fewer different port ranges");
		if (err < 0)
			return err;
		port_axis_write(&build->axis[role], &build->image->ports[role]);
	}
	return 0;
}

static int parties_stage(struct build *build)
{
	int err = party_build_remote(build->policy, &build->remote);

	if (err == 0)
		err = party_build_local(build->policy, &build->local);
	if (err == -E2BIG)
		return limit_passed(build, "the zones overlap in too many different ways",
				    "use fewer zones in rules, or zones that overlap less");
	return err;
}

static int cross_stage(struct build *build)
{
	struct cross *cross = &build->cross;
	int err = bundles_build(build->policy, &build->remote, &build->local,
				&build->axis[ZG_ACCEPT], &build->axis[ZG_OPEN], &build->bundles);

	if (err < 0)
		return err;
	build->bundles.rows.max_bytes = build->half_max_bytes;
	err = cross_build(&build->remote, &build->local, &build->groups, &build->bundles, cross);
	if (err == -E2BIG)
		cross_refused(&build->remote, &build->local, &build->bundles, build->half_max_bytes,
			      build->diags);
	if (err < 0)
		return err;
	if (cross->remotes > ZG_CLASS_MAX || cross->locals > ZG_CLASS_MAX)
		return limit_passed(build, "the rules tell apart more than 32,767 address classes",
				    "use fewer zones with rules of their own");
	return 0;
}

/* Words of each role's pairs, and where they begin. */
static size_t pairs_plan(const struct build *build, struct zg_settings *settings)
{
	const struct cross *cross = &build->cross;
	size_t total = 0;

	settings->local_classes = (uint32_t)cross->locals;
	settings->locals = (uint32_t)(cross->locals * (build->groups.count + 1));
	for (uint32_t role = 0; role < ZG_ROLES; role++) {
		size_t remotes = cross_role_remotes(cross, role);

		settings->pair_stride[role] = remotes > 1 ? settings->locals : 0;
		settings->pair_base[role] = (uint32_t)total;
		total += remotes * settings->locals;
	}
	return total;
}

static int comb_stage(struct build *build)
{
	struct image *image = build->image;
	size_t columns = build->axis[ZG_ACCEPT].sets.count;
	int err;

	if (build->axis[ZG_OPEN].sets.count > columns)
		columns = build->axis[ZG_OPEN].sets.count;
	err = comb_build(&build->bundles.rows, columns, build->half_max_bytes / sizeof(uint32_t),
			 &image->arena, &build->comb);
	if (err == -E2BIG)
		return memory_passed(build, "rows need over", (double)build->half_max_bytes);
	if (err < 0)
		return err;
	image->comb_count = build->comb.count;
	image->comb = build->comb.cell;
	return 0;
}

static int pairs_stage(struct build *build)
{
	struct image *image = build->image;
	size_t total = pairs_plan(build, &image->settings);
	size_t least_bytes = total * sizeof(uint32_t) + build->bundles.rows.size_bytes;
	int err;

	/* No two rows share a cell: the cross table will not be smaller than its rows. */
	if (least_bytes > build->half_max_bytes)
		return memory_passed(build, "pairs of classes and rows", (double)least_bytes);
	err = comb_stage(build);
	if (err < 0)
		return err;
	image->pair_count = total;
	image->pairs = arena_alloc(&image->arena, image->pair_count, sizeof(*image->pairs));
	if (!image->pairs)
		return -ENOMEM;
	for (uint32_t role = 0; role < ZG_ROLES; role++)
		cross_pairs(&build->cross, build->groups.count, role, build->comb.base,
			    image->pairs + image->settings.pair_base[role]);
	return 0;
}

/* The facts of merged classes; a zone for display only where all of the class has the same. */
static int classes_stage(struct build *build)
{
	struct image *image = build->image;
	const struct cross *cross = &build->cross;
	AUTO_FREE bool *seen = calloc(cross->remotes, sizeof(*seen));

	image->class_count = cross->remotes;
	image->classes = arena_alloc(&image->arena, cross->remotes, sizeof(*image->classes));
	if (!image->classes || !seen)
		return -ENOMEM;
	for (uint32_t raw = 0; raw < build->remote.sets.count; raw++) {
		struct zg_class *class = &image->classes[cross->remote_map[raw]];
		uint32_t zone = remote_zone(&build->remote, raw);

		if (seen[cross->remote_map[raw]]) {
			if (class->zone != zone)
				class->zone = 0;
			continue;
		}
		seen[cross->remote_map[raw]] = true;
		class->zone = zone;
		class->flags = cross->facts[cross->remote_map[raw]].flags;
		memcpy(class->lines, cross->facts[cross->remote_map[raw]].lines,
		       sizeof(class->lines));
	}
	return 0;
}

/* The host's first addresses, as the tries have them. Whatever is left over holds address 0. */
static void hosts_fill(const struct build *build, struct zg_settings *settings)
{
	const struct cuts *cuts4 = &build->local.cuts4, *cuts6 = &build->local.cuts6;
	size_t count4 = 0, count6 = 0;

	for (size_t i = 0; i < ZG_HOSTS_MAX; i++) {
		settings->host4[i].class = cuts4->class[0];
		settings->host6[i].class = cuts6->class[0];
	}
	for (size_t i = 0; i + 1 < cuts4->count && count4 < ZG_HOSTS_MAX; i++) {
		uint32_t at = cuts4->start4[i];

		if (cuts4->class[i] == ZG_CLASS_NONE)
			continue;
		while (at < cuts4->start4[i + 1] && count4 < ZG_HOSTS_MAX)
			settings->host4[count4++] = (struct zg_host4){at++, cuts4->class[i]};
	}
	for (size_t i = 0; i + 1 < cuts6->count && count6 < ZG_HOSTS_MAX; i++) {
		uint64_t words[2] = {htobe64(cuts6->start6[i].high), htobe64(cuts6->start6[i].low)};

		if (cuts6->class[i] == ZG_CLASS_NONE)
			continue;
		settings->host6[count6].class = cuts6->class[i];
		memcpy(settings->host6[count6++].address, words, sizeof(words));
	}
}

static int tries_stage(struct build *build)
{
	struct image *image = build->image;
	struct party *parties[] = {&build->remote, &build->local};
	const uint32_t *maps[] = {build->cross.remote_map, build->cross.local_map};
	int err = 0;

	build->pool.max_bytes = build->half_max_bytes;
	for (int p = 0; p < 2 && err == 0; p++) {
		cuts_remap(&parties[p]->cuts4, maps[p]);
		cuts_remap(&parties[p]->cuts6, maps[p]);
		err = trie_build(&build->pool, &parties[p]->cuts4,
				 image->roots->entry[p ? ZG_LOCAL4 : ZG_REMOTE4]);
		if (err == 0)
			err = trie_build(&build->pool, &parties[p]->cuts6,
					 image->roots->entry[p ? ZG_LOCAL6 : ZG_REMOTE6]);
	}
	if (err == -E2BIG)
		return memory_passed(build, "address tries need over",
				     (double)build->half_max_bytes);
	if (err < 0)
		return err;
	hosts_fill(build, &image->settings);
	image->leaf_count = trie_leaf_count(&build->pool);
	image->node_count = build->pool.node_count;
	image->nodes = arena_alloc(&image->arena, image->node_count + 1, sizeof(*image->nodes));
	image->leaves = arena_alloc(&image->arena, image->leaf_count + 1, sizeof(*image->leaves));
	if (!image->nodes || !image->leaves)
		return -ENOMEM;
	trie_finish(&build->pool, image->roots, image->leaves);
	if (image->node_count)
		memcpy(image->nodes, build->pool.nodes, image->node_count * sizeof(*image->nodes));
	return 0;
}

static int total_check(struct build *build)
{
	size_t size = image_size_bytes(build->image);

	if (size > build->half_max_bytes)
		return memory_passed(build, "all tables", (double)size);
	return 0;
}

static int hash_stage(struct build *build)
{
	return policy_hash(build->policy, build->image, build->image->settings.policy_hash);
}

int image_build(const struct resolved *policy, struct diags *diags, struct image *ret_image)
{
	static int (*const stages[])(struct build *) = {
		limits_check, settings_stage, parties_stage, ports_stage, cross_stage,
		pairs_stage,  classes_stage,  tries_stage,   total_check, hash_stage,
	};
	struct image image = {0};
	CLEANUP(build_free) struct build build = {.policy = policy, .diags = diags};
	size_t memory = policy->settings.memory_max_bytes ? policy->settings.memory_max_bytes
							  : MEMORY_DEFAULT_BYTES;

	build.image = &image;
	build.half_max_bytes = memory / ZG_HALVES;
	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		int err = stages[i](&build);

		if (err < 0) {
			image_free(&image);
			return err;
		}
	}
	*ret_image = image;
	return 0;
}

void image_free(struct image *image)
{
	arena_free(&image->arena);
	*image = (struct image){0};
}

size_t image_size_bytes(const struct image *image)
{
	return sizeof(struct zg_roots) + 2 * sizeof(struct zg_ports) + sizeof(struct zg_origin) +
	       image->node_count * sizeof(struct zg_node) +
	       image->leaf_count * sizeof(*image->leaves) +
	       (image->pair_count + image->comb_count) * sizeof(uint32_t) +
	       image->class_count * sizeof(struct zg_class);
}
