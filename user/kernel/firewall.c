/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One loaded object: its maps, the memory of those that are mapped, its programs, the control word.
 * Owns descriptors and mappings. Knows nothing of NICs.
 */
#include "kernel/firewall.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <zonegate/reasons.h>

#include "util/cleanup.h"

const char *const firewall_map_names[FIREWALL_MAP_COUNT] = {
#define X(ID, pin, name, mapped) [MAP_##ID] = (name),
	FIREWALL_MAPS(X)
#undef X
};

const char *const firewall_map_pins[FIREWALL_MAP_COUNT] = {
#define X(ID, pin, name, mapped) [MAP_##ID] = (pin),
	FIREWALL_MAPS(X)
#undef X
};

const char *const firewall_program_names[FIREWALL_PROGRAM_COUNT] = {
	[PROGRAM_INGRESS] = "zg_ingress",	[PROGRAM_EGRESS] = "zg_egress",
	[PROGRAM_SETSOCKOPT] = "zg_setsockopt", [PROGRAM_CONNECT4] = "zg_connect4",
	[PROGRAM_CONNECT6] = "zg_connect6",
};

bool firewall_map_is_mapped(enum firewall_map map)
{
	static const bool mapped_[FIREWALL_MAP_COUNT] = {
#define X(ID, pin, name, mapped) [MAP_##ID] = (mapped),
		FIREWALL_MAPS(X)
#undef X
	};

	return mapped_[map];
}

bool firewall_map_is_optional(enum firewall_map map)
{
	return map == MAP_CONNECT;
}

void firewall_init(struct firewall *firewall)
{
	memset(firewall, 0, sizeof(*firewall));
	for (int i = 0; i < FIREWALL_MAP_COUNT; i++)
		firewall->map[i].fd = -1;
	for (int i = 0; i < FIREWALL_PROGRAM_COUNT; i++)
		firewall->program[i] = -1;
}

void firewall_close(struct firewall *firewall)
{
	for (int i = 0; i < FIREWALL_MAP_COUNT; i++) {
		struct firewall_map_state *map = &firewall->map[i];

		if (map->memory)
			munmap(map->memory, map->memory_bytes);
		if (map->fd >= 0)
			close(map->fd);
	}
	for (int i = 0; i < FIREWALL_PROGRAM_COUNT; i++)
		if (firewall->program[i] >= 0)
			close(firewall->program[i]);
	firewall_init(firewall);
}

/* ---- memory ---- */

/* 0: as large as the policy wants it. */
static const uint32_t value_sizes[FIREWALL_MAP_COUNT] = {
	[MAP_CONTROL] = sizeof(struct zg_control),
	[MAP_SETTINGS] = ZG_HALVES * sizeof(struct zg_settings),
	[MAP_CONNECT] = sizeof(struct zg_connect),
	[MAP_ORIGIN] = sizeof(struct zg_origin),
	[MAP_CLASSES] = sizeof(struct zg_class),
	[MAP_FLOWS] = sizeof(struct zg_flow),
	[MAP_LINE_COUNTERS] = sizeof(struct zg_line_counter),
	[MAP_FLOW_COUNTERS] = sizeof(struct zg_flow_counter),
	[MAP_RULE_NAMES] = sizeof(struct zg_rule_name),
	[MAP_LINE_NAMES] = sizeof(struct zg_line_name),
	[MAP_ABOUT] = sizeof(struct zg_about),
	[MAP_NICS] = sizeof(struct zg_nic),
};

/* FNV-1a, 32 bits, a number at a time. */
static uint32_t fold(uint32_t hash, size_t number)
{
	for (size_t i = 0; i < sizeof(uint32_t); i++)
		hash = (hash ^ (uint32_t)(number >> 8 * i & 0xff)) * 0x01000193u;
	return hash;
}

uint32_t firewall_abi(void)
{
	/* What value_sizes leaves open: values that are never mapped, keys, fields whose place
	 * programs and commands must agree on, tables that are counted by index. */
	static const size_t others[] = {
		ZG_ABI,
		sizeof(struct zg_fragment),
		sizeof(struct zg_limit),
		sizeof(struct zg_event),
		sizeof(struct zg_flow_key),
		sizeof(struct zg_fragment_key),
		sizeof(struct zg_address),
		sizeof(struct zg_node),
		sizeof(struct zg_rule_counter),
		sizeof(struct zg_reason_counter),
		sizeof(struct zg_roots),
		sizeof(struct zg_ports),
		sizeof(struct zg_line),
		offsetof(struct zg_control, build),
		offsetof(struct zg_settings, generation),
		offsetof(struct zg_about, policy),
		ZG_HALVES,
		ZG_REASON_COUNTERS,
		ZG_LINE_SLOTS,
		ZG_NICS_MAX,
	};
	uint32_t hash = 0x811c9dc5u;

	for (int i = 0; i < FIREWALL_MAP_COUNT; i++) {
		for (const char *c = firewall_map_pins[i]; *c; c++)
			hash = fold(hash, (unsigned char)*c);
		hash = fold(hash, value_sizes[i]);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		hash = fold(hash, others[i]);
	return hash;
}

static int map_state_read(struct firewall *firewall, enum firewall_map id, struct report *report)
{
	struct firewall_map_state *map = &firewall->map[id];
	struct bpf_map_info info = {0};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(map->fd, &info, &size))
		return report_fail(report, -errno, "reading what map %s is",
				   firewall_map_names[id]);
	if (value_sizes[id] && info.value_size != value_sizes[id])
		return report_refuse(report, -EPROTO,
				     "map %s has values of %u bytes where this program knows %u",
				     firewall_map_names[id], info.value_size, value_sizes[id]);
	map->max_entries = info.max_entries;
	if (!firewall_map_is_mapped(id))
		return 0;
	map->memory_bytes = (size_t)info.max_entries * ((info.value_size + 7) & ~7u);
	map->memory = mmap(NULL, map->memory_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, map->fd, 0);
	if (map->memory == MAP_FAILED) {
		map->memory = NULL;
		return report_fail(report, -errno, "mapping the memory of map %s",
				   firewall_map_names[id]);
	}
	return 0;
}

/* The tables of fixed size are variables of one map; object_load() noted where they lie. */
static int fixed_tables_find(struct firewall *firewall, struct report *report)
{
	const struct zg_control *control = firewall->map[MAP_CONTROL].memory;
	const struct firewall_map_state *map = &firewall->map[MAP_FIXED_TABLES];
	size_t roots = control->roots_offset - 1, ports = control->ports_offset - 1;

	if (!control->roots_offset || !control->ports_offset ||
	    roots + ZG_HALVES * sizeof(struct zg_roots) > map->memory_bytes ||
	    ports + 2 * ZG_HALVES * sizeof(struct zg_ports) > map->memory_bytes)
		return report_fail(report, -EPROTO, "looking for roots and ports in the object");
	firewall->tables.roots = (struct zg_roots *)(void *)((char *)map->memory + roots);
	firewall->tables.ports = (struct zg_ports *)(void *)((char *)map->memory + ports);
	return 0;
}

/* The cross table: pairs and then rows of both halves. Negative errno, said. */
static int cross_find(struct firewall *firewall, struct report *report)
{
	const struct firewall_map_state *map = &firewall->map[MAP_CROSS];
	const struct zg_control *control = firewall->map[MAP_CONTROL].memory;
	size_t words = map->memory_bytes / sizeof(uint32_t);
	struct tables *tables = &firewall->tables;

	if (control->pair_words > words)
		return report_fail(report, -EPROTO, "looking for the rows of the cross table");
	tables->pairs = map->memory;
	tables->comb = tables->pairs + control->pair_words;
	tables->size.pairs = control->pair_words / ZG_HALVES;
	tables->size.comb = (uint32_t)(words - control->pair_words) / ZG_HALVES;
	return 0;
}

int firewall_map_memory(struct firewall *firewall, struct report *report)
{
	const struct firewall_map_state *map = firewall->map;
	int error;

	for (int i = 0; i < FIREWALL_MAP_COUNT; i++) {
		error = map[i].fd < 0 ? 0 : map_state_read(firewall, i, report);
		if (error)
			return error;
	}
	firewall->tables = (struct tables){
		.size =
			{
				.nodes = (uint32_t)(map[MAP_NODES].memory_bytes /
						    sizeof(struct zg_node) / ZG_HALVES),
				.leaves = (uint32_t)(map[MAP_LEAVES].memory_bytes /
						     sizeof(uint16_t) / ZG_HALVES),
				.classes = map[MAP_CLASSES].max_entries / ZG_HALVES,
			},
		.settings = map[MAP_SETTINGS].memory,
		.origin = map[MAP_ORIGIN].memory,
		.nodes = map[MAP_NODES].memory,
		.leaves = map[MAP_LEAVES].memory,
		.classes = map[MAP_CLASSES].memory,
	};
	firewall->control = map[MAP_CONTROL].memory;
	firewall->connect = map[MAP_CONNECT].memory;
	firewall->rule_names = map[MAP_RULE_NAMES].memory;
	firewall->line_names = map[MAP_LINE_NAMES].memory;
	firewall->about = map[MAP_ABOUT].memory;
	firewall->nics = map[MAP_NICS].memory;
	if (map[MAP_ORIGIN].max_entries < ZG_HALVES || map[MAP_NICS].max_entries < ZG_NICS_MAX)
		return report_refuse(report, -EPROTO, "the maps are smaller than two halves");
	firewall->map[MAP_RULE_COUNTERS].max_entries = map[MAP_RULE_NAMES].max_entries;
	firewall->map[MAP_REASON_COUNTERS].max_entries = ZG_REASON_COUNTERS;
	error = cross_find(firewall, report);
	return error ? error : fixed_tables_find(firewall, report);
}

/* ---- pins ---- */

static int pin_get(const char *folder, const char *name, struct report *report)
{
	char path[PINS_PATH];
	int fd = pins_path(folder, name, path);

	if (fd)
		return report_fail(report, fd, "opening the pin %s/%s", folder, name);
	fd = bpf_obj_get(path);
	return fd < 0 ? -errno : fd;
}

/* The ABI of a pinned object; its control map begins with word and abi in every version. */
static int abi_read(int control_fd, uint32_t *ret_abi)
{
	struct bpf_map_info info = {0};
	__u32 size = sizeof(info), key = 0;
	AUTO_FREE struct zg_control *control = NULL;

	if (bpf_obj_get_info_by_fd(control_fd, &info, &size))
		return -errno;
	if (info.value_size < offsetof(struct zg_control, abi) + sizeof(control->abi))
		return -EPROTO;
	control = calloc(1, info.value_size + sizeof(*control));
	if (!control)
		return -ENOMEM;
	if (bpf_map_lookup_elem(control_fd, &key, control))
		return -errno;
	*ret_abi = control->abi;
	return 0;
}

int firewall_refuse_abi(struct report *report)
{
	report_refuse(report, -EPROTO,
		      "what is loaded was made by a version of zonegate that lays its maps out "
		      "otherwise");
	report_hint(report, "'zonegate stop' and then 'zonegate apply'; between them the host is "
			    "unfiltered");
	return -EPROTO;
}

static int programs_open(const char *folder, struct report *report, struct firewall *firewall)
{
	for (int i = 0; i < FIREWALL_PROGRAM_COUNT; i++) {
		int fd = pin_get(folder, firewall_program_names[i], report);

		if (fd < 0 && fd != -ENOENT)
			return report_fail(report, fd, "opening the pinned program %s/%s", folder,
					   firewall_program_names[i]);
		firewall->program[i] = fd < 0 ? -1 : fd;
	}
	return 0;
}

static int maps_open(const char *folder, struct report *report, struct firewall *firewall)
{
	for (int i = 0; i < FIREWALL_MAP_COUNT; i++) {
		int fd;

		if (firewall->map[i].fd >= 0)
			continue;
		fd = pin_get(folder, firewall_map_pins[i], report);
		if (fd == -ENOENT && firewall_map_is_optional(i))
			continue;
		if (fd == -ENOENT) {
			report_refuse(report, -EPROTO, "the pin %s/%s is missing", folder,
				      firewall_map_pins[i]);
			report_hint(report, "'zonegate stop' and then 'zonegate apply'; between "
					    "them the host is unfiltered");
			return -EPROTO;
		}
		if (fd < 0) {
			report_fail(report, fd, "opening the pinned map %s/%s", folder,
				    firewall_map_pins[i]);
			if (fd == -EACCES || fd == -EPERM)
				report_hint(report, "this needs root");
			return fd;
		}
		firewall->map[i].fd = fd;
	}
	return firewall_map_memory(firewall, report);
}

int firewall_open(const char *folder, struct report *report, struct firewall *ret_firewall)
{
	struct firewall firewall;
	uint32_t abi = 0;
	int error;

	firewall_init(&firewall);
	error = pin_get(folder, firewall_map_pins[MAP_CONTROL], report);
	if (error == -ENOENT)
		return -ENOENT;
	if (error < 0) {
		report_fail(report, error, "opening the pinned map %s/control", folder);
		if (error == -EACCES || error == -EPERM)
			report_hint(report, "this needs root");
		return error;
	}
	firewall.map[MAP_CONTROL].fd = error;
	error = abi_read(firewall.map[MAP_CONTROL].fd, &abi);
	if (error) {
		report_fail(report, error, "reading the pinned map %s/control", folder);
		goto fail;
	}
	error = programs_open(folder, report, &firewall);
	if (error)
		goto fail;
	firewall.unknown_abi = abi != firewall_abi();
	if (!firewall.unknown_abi)
		error = maps_open(folder, report, &firewall);
	if (error)
		goto fail;
	*ret_firewall = firewall;
	return 0;
fail:
	firewall_close(&firewall);
	return error;
}

static int pin(int fd, const char *folder, const char *name, struct report *report)
{
	char path[PINS_PATH];
	int error = pins_path(folder, name, path);

	if (!error && bpf_obj_pin(fd, path))
		error = -errno;
	if (!error && chmod(path, 0600))
		error = -errno;
	return error ? report_fail(report, error, "pinning %s/%s", folder, name) : 0;
}

int firewall_pin(const struct firewall *firewall, const char *folder, struct report *report)
{
	int error = 0;

	for (int i = 0; i < FIREWALL_PROGRAM_COUNT && !error; i++)
		if (firewall->program[i] >= 0)
			error = pin(firewall->program[i], folder, firewall_program_names[i],
				    report);
	for (int i = 0; i < FIREWALL_MAP_COUNT && !error; i++)
		if (firewall->map[i].fd >= 0)
			error = pin(firewall->map[i].fd, folder, firewall_map_pins[i], report);
	return error;
}

/* ---- the control word ---- */

uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t monotonic_ms(void)
{
	return monotonic_ns() / 1000000;
}

bool word_is_pending(uint64_t word, uint64_t now_ms)
{
	return ZG_WORD_DEADLINE_MS(word) && now_ms < ZG_WORD_DEADLINE_MS(word);
}

uint32_t word_in_force(uint64_t word, uint64_t now_ms)
{
	if (ZG_WORD_DEADLINE_MS(word) && now_ms >= ZG_WORD_DEADLINE_MS(word))
		return ZG_WORD_FALLBACK(word);
	return ZG_WORD_ACTIVE(word);
}

uint64_t firewall_word(const struct firewall *firewall)
{
	return __atomic_load_n(&firewall->control->word, __ATOMIC_ACQUIRE);
}

void firewall_flip(struct firewall *firewall, uint32_t active, uint32_t fallback,
		   uint64_t deadline_ms)
{
	uint64_t word = ZG_WORD(active, fallback, deadline_ms);

	if (active < ZG_HALVES && firewall->tables.settings[active].flags & ZG_F_IFGROUPS)
		word |= ZG_WORD_STAGES;

	/* Release: a program that sees the word sees the tables behind it. */
	__atomic_store_n(&firewall->control->word, word, __ATOMIC_RELEASE);
}

void firewall_grace_period(void)
{
	struct timespec second = {.tv_sec = 1};

	if (!syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		return;
	/* Some kernels (nohz_full) and sandboxes refuse it. No program runs for a second. */
	while (nanosleep(&second, &second) && errno == EINTR)
		;
}
