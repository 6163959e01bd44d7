/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The last way to take a filter off: by the pins of its links and programs alone, whatever its maps
 * look like. Owns nothing. Knows no tables and no records.
 */
#ifndef USER_KERNEL_CLEAR_H
#define USER_KERNEL_CLEAR_H

#include "kernel/report.h"

/*
 * Detaches each link that is pinned in a folder, and each clsact filter that runs the program which
 * is pinned there; then removes the folder. A clsact qdisc stays: whose it is stood in the maps. A
 * folder that is not there: 0. Adds to *ret_nics how many NICs had an XDP link.
 */
int pins_clear(const char *folder, struct report *report, unsigned int *ret_nics);

#endif
