/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An instance of the filter as commands see it: apply a policy, stop. Owns the order of all steps,
 * so that at each of them either the old policy is in force or the new one, and nothing is left of
 * what failed. Prints nothing.
 */
#ifndef USER_KERNEL_INSTANCE_H
#define USER_KERNEL_INSTANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "compile/image.h"
#include "kernel/adopt.h"
#include "kernel/pins.h"
#include "kernel/report.h"
#include "resolve/resolved.h"

struct apply_options {
	bool allow_missing;  /* a listed NIC that is not there is a note, not an error */
	uint64_t confirm_ms; /* back to the policy before unless confirmed in time; 0: at once */
};

struct apply_result {
	bool first;	   /* nothing was in force before */
	bool object_new;   /* programs were replaced: an upgrade, or the policy outgrew the maps */
	uint64_t moved_ns; /* from the first hook that was given the new ones to the last */
	bool way_back_taken; /* an unconfirmed policy had run out before */
	uint32_t generation;
	struct adoption adoption; /* first: the host's connections that were taken over */
};

/*
 * Puts the image into force for the instance. Negative errno, said in report; the policy that was
 * in force is then still, and on the first load nothing is left behind. -EBUSY: another command is
 * at it, or a policy waits for its confirmation.
 */
int instance_apply(const char *instance, const struct resolved *policy, const struct image *image,
		   const struct apply_options *options, struct report *report,
		   struct apply_result *ret_result);

/*
 * Opens what is in force, to look at. -ENOENT, unsaid: nothing is. *ret_pins may be NULL.
 */
int instance_open(const char *instance, struct report *report, struct pins *ret_pins,
		  struct firewall *ret_firewall);

/* Detaches and forgets. -ENOENT, unsaid: nothing was there. *ret_nics: how many NICs were let go.
 */
int instance_stop(const char *instance, struct report *report, unsigned int *ret_nics);

#endif
