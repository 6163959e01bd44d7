/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The end of a trial: a policy that was applied with a deadline is kept, or has already gone back.
 * Owns the two steps on the control word. Knows no policy.
 */
#ifndef USER_KERNEL_CONFIRM_H
#define USER_KERNEL_CONFIRM_H

#include <stdint.h>

#include "kernel/report.h"

enum confirm_outcome {
	CONFIRM_KEPT,	  /* the policy was waiting, and stays now */
	CONFIRM_NOTHING,  /* no policy was waiting */
	CONFIRM_TOO_LATE, /* the deadline had passed: the policy before is in force, and stays */
};

/*
 * 0 and the outcome; -ENOENT, unsaid: nothing is loaded; another negative errno, said in report,
 * -EBUSY when another command is at it. *ret_left_s: how much of the time was left.
 */
int instance_confirm(const char *instance, struct report *report, enum confirm_outcome *ret_outcome,
		     uint64_t *ret_left_s);

#endif
