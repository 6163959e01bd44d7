// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The end of a trial. The programs honour the deadline by themselves; here the word is written so
 * that it says the same without one.
 */
#include "kernel/confirm.h"

#include <errno.h>

#include "kernel/firewall.h"
#include "kernel/instance.h"
#include "util/cleanup.h"

static enum confirm_outcome settle(struct firewall *firewall, uint64_t *ret_left_s)
{
	uint64_t word = firewall_word(firewall), now_ms = monotonic_ms();
	uint32_t in_force = word_in_force(word, now_ms);

	if (!ZG_WORD_DEADLINE_MS(word))
		return CONFIRM_NOTHING;
	/* The deadline may pass between the look and the store: then the store wins, and the answer
	 * is true, for the policy is in force from then on. */
	*ret_left_s =
		word_is_pending(word, now_ms) ? (ZG_WORD_DEADLINE_MS(word) - now_ms) / 1000 : 0;
	firewall_flip(firewall, in_force, in_force, 0);
	return word_is_pending(word, now_ms) ? CONFIRM_KEPT : CONFIRM_TOO_LATE;
}

int instance_confirm(const char *instance, struct report *report, enum confirm_outcome *ret_outcome,
		     uint64_t *ret_left_s)
{
	struct firewall firewall;
	struct pins pins;
	AUTO_FD int lock = -1;
	int error;

	*ret_left_s = 0;
	error = instance_open(instance, report, &pins, &firewall);
	if (error)
		return error;
	/* Against an apply that is writing just now: it would flip to what it knew. */
	lock = pins_lock(&pins, report);
	if (lock >= 0)
		*ret_outcome = settle(&firewall, ret_left_s);
	firewall_close(&firewall);
	return lock < 0 ? lock : 0;
}
