/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A new object in the place of the one in force, the same policy in it: at an upgrade of the
 * programs, and when a policy outgrows the maps. Owns the steps of the exchange. Changes no policy.
 */
#ifndef USER_KERNEL_REPLACE_H
#define USER_KERNEL_REPLACE_H

#include "kernel/guards.h"
#include "kernel/object.h"
#include "kernel/pins.h"

/*
 * Loads an object that holds sizes and what is in force, and moves every hook to it; flows,
 * counters and records go with it. On success *firewall is the new object, and pins->live its
 * folder, *ret_moved_ns the time from the first hook that was moved to the last. On failure all
 * hooks run the old one.
 */
int object_replace(const struct pins *pins, const struct object_sizes *sizes, struct guards *guards,
		   struct firewall *firewall, struct report *report, uint64_t *ret_moved_ns);

/*
 * Clears away what a killed command left in the staging folder. Hooks run what the live folder
 * holds; without a live folder, nothing is left.
 */
int pins_recover(const struct pins *pins, struct report *report);

#endif
