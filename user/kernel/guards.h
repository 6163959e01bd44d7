/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * All guarded NICs of an instance against those that a policy lists: who is kept, who is new, who
 * goes. Owns the list of guards while a command runs. Knows no tables.
 */
#ifndef USER_KERNEL_GUARDS_H
#define USER_KERNEL_GUARDS_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/guard.h"

struct guarded {
	struct guard guard;
	uint32_t index;	     /* of its record in map nics */
	struct zg_nic *slot; /* the record */
	bool wanted;
	bool attached_now;
};

struct guards {
	struct guarded list[ZG_NICS_MAX];
	size_t count;
};

struct guards_plan {
	const struct policy_settings *settings;
	bool allow_missing; /* a listed NIC that is not there is a note, not an error */
};

void guards_init(struct guards *guards);
void guards_close(struct guards *guards);

/* Opens what the records of firewall name, from a pin folder. */
int guards_open(const struct firewall *firewall, const char *folder, struct report *report,
		struct guards *ret_guards);

/*
 * Attaches and pins what the plan lists and is not guarded yet; what is guarded and still listed is
 * marked as wanted and left alone, but for hooks that went missing. A failure takes away what this
 * call attached.
 */
int guards_attach(struct guards *guards, const struct firewall *firewall,
		  const struct guards_plan *plan, const char *folder, struct report *report);
/* Takes back what guards_attach() did. */
void guards_undo(struct guards *guards, const char *folder, struct report *report);
/* Detaches what is not wanted any more. What cannot be is a note: the policy is in force already.
 */
void guards_detach_unwanted(struct guards *guards, const char *folder, struct report *report);
/* Detaches all. The first error is answered; the others are tried all the same. */
int guards_detach_all(struct guards *guards, const char *folder, struct report *report);
/* The records are in another object's memory now, at the same places. */
void guards_rebase(struct guards *guards, const struct firewall *firewall);
/* Lets all hooks run the programs of firewall. */
int guards_update(struct guards *guards, const struct firewall *firewall, struct report *report);
/* Pins all links in a second folder. */
int guards_pin(const struct guards *guards, const char *folder, struct report *report);

#endif
