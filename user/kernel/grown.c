// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Tables that programs know as variables, and that are as large as the policy wants: their maps,
 * made and handed to libbpf in place of its own.
 */
#include "kernel/grown.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <zonegate/reasons.h>

#include "kernel/percpu.h"

/* An offset into a map's value is below 2^29 to the verifier (BPF_MAX_VAR_OFF). */
#define GROWN_BYTES_MAX ((uint64_t)1 << 29)

static uint64_t grown_bytes(const struct grown_map *grown)
{
	return grown->elements * grown->element_bytes;
}

static int grown_init(const struct object_sizes *sizes, struct report *report, struct grown *grown)
{
	const struct table_sizes *size = &sizes->tables;
	int cpus = percpu_rows();

	*grown = (struct grown){
		.map = {
			[GROWN_NODES] = {MAP_NODES, "nodes", (uint64_t)ZG_HALVES * size->nodes,
					 sizeof(struct zg_node), NULL, -1},
			[GROWN_LEAVES] = {MAP_LEAVES, "leaves", (uint64_t)ZG_HALVES * size->leaves,
					  sizeof(uint16_t), NULL, -1},
			[GROWN_CROSS] = {MAP_CROSS, "cross",
					 ZG_HALVES * ((uint64_t)size->pairs + size->comb),
					 sizeof(uint32_t), NULL, -1},
			[GROWN_REASON_COUNTERS] = {MAP_REASON_COUNTERS, "reason_counters",
						   ZG_REASON_COUNTERS *
							   (uint64_t)(cpus < 0 ? 0 : cpus),
						   sizeof(struct zg_reason_counter), NULL, -1},
			[GROWN_RULE_COUNTERS] = {MAP_RULE_COUNTERS, "rule_counters",
						 (uint64_t)sizes->rule_slots *
							 (uint64_t)(cpus < 0 ? 0 : cpus),
						 sizeof(struct zg_rule_counter), NULL, -1},
		}};
	return cpus < 0 ? report_fail(report, cpus, "counting the CPUs") : 0;
}

/* ---- BTF ---- */

/* The object's types, and an array of a variable's element type as long as each map. */
struct grown_types {
	struct btf *btf; /* NULL: maps are without */
	int key;
	int value[GROWN_MAPS];
};

/* The element type of an array variable; 0: not found. */
static __u32 element_type(const struct btf *btf, const char *variable)
{
	__s32 id = btf__find_by_name_kind(btf, variable, BTF_KIND_VAR);
	const struct btf_type *type = id < 0 ? NULL : btf__type_by_id(btf, (__u32)id);

	type = type ? btf__type_by_id(btf, type->type) : NULL;
	return type && btf_is_array(type) ? btf_array(type)->type : 0;
}

/* Nothing depends on it but what bpftool shows: what fails leaves the maps without types. */
static void types_make(const struct bpf_object *object, const struct grown *grown,
		       struct grown_types *types)
{
	const struct btf *own = bpf_object__btf(object);
	const void *raw;
	__u32 size;
	int index;

	*types = (struct grown_types){.btf = NULL};
	raw = own ? btf__raw_data(own, &size) : NULL;
	types->btf = raw ? btf__new(raw, size) : NULL;
	if (!types->btf)
		return;
	index = types->key = btf__find_by_name_kind(types->btf, "unsigned int", BTF_KIND_INT);
	for (int i = 0; i < GROWN_MAPS && types->key > 0; i++) {
		__u32 element = element_type(types->btf, grown->map[i].variable);

		types->value[i] = element ? btf__add_array(types->btf, index, (int)element,
							   (__u32)grown->map[i].elements)
					  : -ENOENT;
		if (types->value[i] < 0)
			types->key = -ENOENT;
	}
	if (types->key <= 0 || btf__load_into_kernel(types->btf)) {
		btf__free(types->btf);
		types->btf = NULL;
	}
}

/* ---- maps ---- */

static int map_make(const char *name, uint64_t bytes, const struct btf *btf, int key, int value)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	int fd;

	if (btf) {
		options.btf_fd = (__u32)btf__fd(btf);
		options.btf_key_type_id = (__u32)key;
		options.btf_value_type_id = (__u32)value;
	}
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, name, sizeof(uint32_t), (__u32)bytes, 1, &options);
	return fd < 0 ? -errno : fd;
}

static int map_hand_over(struct bpf_object *object, struct grown_map *grown, int fd,
			 struct report *report)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, firewall_map_names[grown->id]);

	if (!map)
		return report_refuse(report, -EPROTO, "this build's object has no map %s",
				     firewall_map_names[grown->id]);
	grown->original = map_make(grown->variable, bpf_map__value_size(map), NULL, 0, 0);
	if (grown->original < 0)
		return report_fail(report, grown->original, "making map %s", grown->variable);
	if (bpf_map__reuse_fd(map, fd))
		return report_fail(report, -errno, "handing over map %s", grown->variable);
	grown->map = map;
	return 0;
}

/* Rows of as many slots, for as many CPUs: counting goes on where it was. */
static bool counters_go_on(const struct firewall *predecessor, const struct grown_map *grown,
			   const struct object_sizes *sizes)
{
	if (!predecessor || (grown->id != MAP_RULE_COUNTERS && grown->id != MAP_REASON_COUNTERS))
		return false;
	if (grown->id == MAP_RULE_COUNTERS &&
	    predecessor->map[grown->id].max_entries != sizes->rule_slots)
		return false;
	return predecessor->map[grown->id].memory_bytes == grown_bytes(grown);
}

static int map_take(struct bpf_object *object, struct grown_map *grown,
		    const struct grown_types *types, int value, struct report *report)
{
	uint64_t bytes = grown_bytes(grown);
	int fd, error;

	if (bytes >= GROWN_BYTES_MAX) {
		report_refuse(report, -E2BIG,
			      "the table '%s' would have %.0f MiB, and programs reach 512 MiB of "
			      "one",
			      grown->variable, (double)bytes / (1 << 20));
		report_hint(report, "use fewer zones with rules of their own, or lower memory in "
				    "[policy], which bounds the room for growth too");
		return -E2BIG;
	}
	fd = map_make(grown->variable, bytes, types->btf, types->key, value);
	if (fd == -EINVAL && types->btf) /* a kernel that does not take the types */
		fd = map_make(grown->variable, bytes, NULL, 0, 0);
	if (fd < 0)
		return report_fail(report, fd, "making map %s of %.1f MiB", grown->variable,
				   (double)bytes / (1 << 20));
	error = map_hand_over(object, grown, fd, report);
	close(fd);
	return error;
}

/* The programs know the counts as constants. */
static int bounds_write(struct bpf_object *object, const struct object_sizes *sizes,
			const struct grown *grown, struct report *report)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, ".rodata.bounds");
	struct zg_bounds bounds = {
		.nodes = (__u32)grown->map[GROWN_NODES].elements,
		.leaves = (__u32)grown->map[GROWN_LEAVES].elements,
		.cross = (__u32)grown->map[GROWN_CROSS].elements,
		.ranges = (__u32)grown->map[GROWN_LEAVES].elements,
		.rule_slots = sizes->rule_slots,
		.rule_counters = (__u32)grown->map[GROWN_RULE_COUNTERS].elements,
		.reason_counters = (__u32)grown->map[GROWN_REASON_COUNTERS].elements,
	};

	/* The last one that may be asked for has ZG_RANGES_READ leaves, its own included. */
	bounds.ranges -= bounds.ranges < ZG_RANGES_READ ? bounds.ranges : ZG_RANGES_READ - 1;
	if (!map || bpf_map__set_initial_value(map, &bounds, sizeof(bounds)))
		return report_fail(report, -EPROTO, "writing the sizes of the tables");
	return 0;
}

int grown_take(struct bpf_object *object, const struct object_sizes *sizes,
	       const struct firewall *predecessor, struct report *report, struct grown *ret_grown)
{
	int error = grown_init(sizes, report, ret_grown);
	struct grown_types types;

	if (!error)
		error = bounds_write(object, sizes, ret_grown, report);
	if (error)
		return error;
	types_make(object, ret_grown, &types);
	for (int i = 0; i < GROWN_MAPS && !error; i++) {
		struct grown_map *grown = &ret_grown->map[i];

		if (counters_go_on(predecessor, grown, sizes))
			error = map_hand_over(object, grown, predecessor->map[grown->id].fd,
					      report);
		else
			error = map_take(object, grown, &types, types.value[i], report);
	}
	btf__free(types.btf);
	return error;
}

bool grown_release(struct grown *grown)
{
	bool released = true;

	for (int i = 0; i < GROWN_MAPS; i++) {
		struct grown_map *map = &grown->map[i];

		if (map->map && bpf_map__reuse_fd(map->map, map->original))
			released = false;
		if (map->variable && map->original >= 0)
			close(map->original);
	}
	return released;
}
