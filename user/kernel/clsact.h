/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Egress on kernels without tcx: a filter on the clsact qdisc. Owns the filter's place and the
 * question whose the qdisc is. Knows no tables and no pins.
 */
#ifndef USER_KERNEL_CLSACT_H
#define USER_KERNEL_CLSACT_H

#include <zonegate/names.h>

#include "kernel/nic.h"
#include "kernel/report.h"

/*
 * Attaches program; fills handle, priority and qdisc_ours of record. *slot gets the record before
 * the kernel is asked.
 */
int clsact_attach(int program, const struct nic *nic, struct zg_nic *record, struct zg_nic *slot,
		  struct report *report);
int clsact_replace(int program, const struct zg_nic *record, struct report *report);
/* Removes the filter, and the qdisc when it was ours and nobody else has a filter there. */
int clsact_detach(const struct zg_nic *record, struct report *report);
/* The id of the program that stands at the record's place; 0: none. */
uint32_t clsact_program(const struct zg_nic *record);
/* Removes the filter that stands at our place when it runs that program; the qdisc stays. */
int clsact_detach_program(uint32_t ifindex, uint32_t program_id, struct report *report);

#endif
