/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where an instance lives: its folder in the BPF file system, the folder beside it in which the
 * next object is made ready, and the lock that lets one command change it at a time. Owns paths and
 * folders. Knows nothing of maps and programs but their pins' names.
 */
#ifndef USER_KERNEL_PINS_H
#define USER_KERNEL_PINS_H

#include <stdbool.h>

#include "kernel/report.h"

#define PINS_PATH 256
#define PINS_NAME 64

struct pins {
	char instance[PINS_NAME];
	char root[PINS_PATH];	 /* the BPF file system */
	char live[PINS_PATH];	 /* what is in force */
	char staging[PINS_PATH]; /* what is being made ready, or what is being cleared away */
};

/*
 * Finds the BPF file system: the folder in ZONEGATE_BPFFS, else /sys/fs/bpf. With mount_if_missing,
 * mounts it there; refused (-ENOENT) where the mount would vanish with the caller's mount
 * namespace, and the filter with it.
 */
int pins_find(const char *instance, bool mount_if_missing, struct report *report,
	      struct pins *ret_pins);

/*
 * Takes the instance's lock and answers a descriptor that holds it: closed, also by the death of
 * the process, the lock is free. -EBUSY, said with the process that has it.
 */
int pins_lock(const struct pins *pins, struct report *report);
/*
 * The same for a lock of another name; ret_path is its file. -EBUSY, said by the caller, who finds
 * the open file in ret_fd all the same.
 */
int pins_lock_file(const struct pins *pins, const char *name, struct report *report,
		   char ret_path[PINS_PATH], int *ret_fd);

bool pins_exist(const char *folder);
/* Mode 0700. */
int pins_create(const char *folder, struct report *report);
/* Unlinks all pins of a folder, then the folder. A folder that is not there: 0. */
int pins_remove(const char *folder, struct report *report);
/* The staging folder becomes the live one, or changes places with it: one step, never half. */
int pins_publish(const struct pins *pins, bool exchange, struct report *report);

/* The pin of a NIC's link: kind "xdp" or "tc". A dot may not stand in a pin's name; ':' may, and is
 * in no NIC's. */
void pins_link_name(const char *kind, const char *nic, char ret_name[PINS_NAME]);
/* folder/name, or -ENAMETOOLONG. */
int pins_path(const char *folder, const char *name, char ret_path[PINS_PATH]);

#endif
