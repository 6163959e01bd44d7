/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Drops as a capture file: headers made up again from what an event says, the reason as the
 * packet's comment. Owns the file format (draft-ietf-opsawg-pcapng). Knows no program.
 */
#ifndef USER_OBSERVE_PCAPNG_H
#define USER_OBSERVE_PCAPNG_H

#include <stdio.h>

#include "observe/events.h"

/* 0 or -EIO. */
int pcapng_begin(FILE *file);
/* Raw IP, sequence numbers and such being 0. What is not IP has no bytes, and its comment. */
int pcapng_add(FILE *file, const struct zg_event *event, const struct event_words *words,
	       const char *comment);

#endif
