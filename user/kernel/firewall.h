/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One loaded object: its maps, the memory of those that are mapped, its programs. Owns descriptors
 * and mappings, and the control word. Knows nothing of NICs and folders beyond where its pins are.
 */
#ifndef USER_KERNEL_FIREWALL_H
#define USER_KERNEL_FIREWALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/connect.h>
#include <zonegate/names.h>
#include <zonegate/state.h>

#include "kernel/pins.h"
#include "kernel/report.h"
#include "kernel/tables.h"

/* X(ID, pin, name in the object, mapped): every map of bpf/. */
#define FIREWALL_MAPS(X)                                                                           \
	X(CONTROL, "control", ".data.control", true)                                               \
	X(SETTINGS, "settings", ".data.settings", true)                                            \
	X(FIXED_TABLES, "fixed_tables", ".bss", true)                                              \
	X(CONNECT, "host", ".data.host", true)                                                     \
	X(ORIGIN, "origin", "origin", true)                                                        \
	X(NODES, "nodes", ".data.nodes", true)                                                     \
	X(LEAVES, "leaves", ".data.leaves", true)                                                  \
	X(CROSS, "cross", ".data.cross", true)                                                     \
	X(CLASSES, "classes", "classes", true)                                                     \
	X(FLOWS, "flows", "flows", false)                                                          \
	X(FRAGMENTS, "fragments", "fragments", false)                                              \
	X(LIMITS, "limits", "limits", false)                                                       \
	X(RULE_COUNTERS, "rule_counters", ".data.rules", true)                                     \
	X(REASON_COUNTERS, "reason_counters", ".data.reasons", true)                               \
	X(LINE_COUNTERS, "line_counters", "line_counters", false)                                  \
	X(FLOW_COUNTERS, "flow_counters", "flow_counters", false)                                  \
	X(OWNERS, "owners", "owners", false)                                                       \
	X(EVENTS, "events", "events", false)                                                       \
	X(RULE_NAMES, "rule_names", "rule_names", true)                                            \
	X(LINE_NAMES, "line_names", "line_names", true)                                            \
	X(ABOUT, "about", "about", true)                                                           \
	X(NICS, "nics", "nics", true)

/* clang-format off */
enum firewall_map {
#define X(ID, pin, name, mapped) MAP_##ID,
	FIREWALL_MAPS(X)
#undef X
	FIREWALL_MAP_COUNT,
};
/* clang-format on */

enum firewall_program {
	PROGRAM_INGRESS,
	PROGRAM_EGRESS,
	PROGRAM_SETSOCKOPT,
	PROGRAM_CONNECT4,
	PROGRAM_CONNECT6,
	FIREWALL_PROGRAM_COUNT,
};
/* cgroup programs: which the object has, and which a policy wants. */
#define PROGRAM_CGROUP_FIRST PROGRAM_SETSOCKOPT

struct firewall_map_state {
	int fd;
	uint32_t max_entries; /* of rule and reason counters: slots of one CPU */
	void *memory;	      /* NULL: not mapped */
	size_t memory_bytes;
};

struct firewall {
	struct firewall_map_state map[FIREWALL_MAP_COUNT];
	int program[FIREWALL_PROGRAM_COUNT]; /* -1: the object has none */
	struct tables tables;		     /* into the mappings */
	struct zg_control *control;
	struct zg_connect *connect; /* NULL: the object has none */
	struct zg_rule_name *rule_names;
	struct zg_line_name *line_names;
	struct zg_about *about;
	struct zg_nic *nics;
	bool unknown_abi; /* pins of another ABI: nothing is mapped, programs and links alone count
			   */
};

extern const char *const firewall_map_names[FIREWALL_MAP_COUNT]; /* in the object */
extern const char *const firewall_map_pins[FIREWALL_MAP_COUNT];
extern const char *const firewall_program_names[FIREWALL_PROGRAM_COUNT];
bool firewall_map_is_mapped(enum firewall_map map);
/* An object may be without it; its fd is then -1. */
bool firewall_map_is_optional(enum firewall_map map);

void firewall_init(struct firewall *firewall);
void firewall_close(struct firewall *firewall);

/*
 * The number of this program's layout of the maps: their names and sizes, and ZG_ABI, folded. An
 * object carries that of the program which loaded it in control.abi.
 */
uint32_t firewall_abi(void);
/* Says that an object has another one, and what to do. */
int firewall_refuse_abi(struct report *report);

/*
 * Opens the pinned object of a folder. -ENOENT, unsaid, when there is none. An object of another
 * ABI is opened with unknown_abi set.
 */
int firewall_open(const char *folder, struct report *report, struct firewall *ret_firewall);
/* Maps memory and checks that sizes are those of the headers; map fds are there already. */
int firewall_map_memory(struct firewall *firewall, struct report *report);
/* Pins maps and programs. */
int firewall_pin(const struct firewall *firewall, const char *folder, struct report *report);

/* ---- the control word ---- */

uint64_t monotonic_ns(void);
uint64_t monotonic_ms(void);

/* What the word means at a time: the half in force, or ZG_PASS_ALL. */
uint32_t word_in_force(uint64_t word, uint64_t now_ms);
/* A deadline stands and has not passed. */
bool word_is_pending(uint64_t word, uint64_t now_ms);

uint64_t firewall_word(const struct firewall *firewall);
/*
 * One store: active is in force for every hook of every NIC. deadline_ms, CLOCK_MONOTONIC: from
 * then on fallback is, unless flipped again; 0: no deadline.
 */
void firewall_flip(struct firewall *firewall, uint32_t active, uint32_t fallback,
		   uint64_t deadline_ms);
/* Waits until no program still reads the half that was left before the call. */
void firewall_grace_period(void);

#endif
