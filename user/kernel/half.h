/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One policy into one half of a loaded object: slots, tables, records. Owns the order of these
 * writes. Knows no pins and no hooks; flips nothing.
 */
#ifndef USER_KERNEL_HALF_H
#define USER_KERNEL_HALF_H

#include "compile/image.h"
#include "kernel/firewall.h"
#include "kernel/object.h"
#include "kernel/report.h"
#include "resolve/resolved.h"

/* What is asked of an object that shall hold a policy, with room for growth. */
struct object_sizes half_sizes_wanted(const struct resolved *policy, const struct image *image);
/* Do the tables hold the image, and are other sizes as the policy wants them? */
bool half_fits(const struct firewall *firewall, const struct resolved *policy,
	       const struct image *image);

/*
 * Writes a half that is not in force, after a grace period. *ret_rule_slot is the slot of each rule
 * (slots_assign_rules()), to be freed. -ENOSPC, unsaid: more rule slots are needed; -E2BIG, said.
 */
int half_write(struct firewall *firewall, uint32_t half, const struct resolved *policy,
	       const struct image *image, struct report *report, uint16_t **ret_rule_slot);

/*
 * Reads a half back, to be written to another object by tables_write(). Slots are the maps'. To be
 * freed by image_free().
 */
int half_read(const struct firewall *firewall, uint32_t half, struct report *report,
	      struct image *ret_image);

#endif
