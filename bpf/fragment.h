/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Later fragments follow the verdict of their first one. Owns the memory of first fragments that
 * passed; must not know how they were judged. docs/semantics.md, 4.
 */
#ifndef BPF_FRAGMENT_H
#define BPF_FRAGMENT_H

#include "packet.h"

#define FRAGMENT_LIFETIME_NS 30000000000ull /* as the kernel's ipfrag_time */

static __always_inline struct zg_fragment_key fragment_key(const struct packet *packet, __u32 hook)
{
	struct zg_fragment_key key = {};
	bool in = hook == ZG_INGRESS;

	packet_remote_put(packet, in ? key.saddr : key.daddr);
	packet_local_put(packet, in ? key.daddr : key.saddr);
	key.id = packet->fragment_id;
	key.proto = packet->fragment_proto;
	key.hook = hook;
	return key;
}

/* ANSWER() of the first fragment, or the reason FRAGMENT_ORPHAN. */
SUBPROGRAM __u32 fragment_follow(const struct packet *packet, __u32 hook)
{
	struct zg_fragment_key key;
	struct zg_fragment *first;

	if (!packet)
		return ZG_R_INTERNAL;
	key = fragment_key(packet, hook);
	first = fragment_lookup(&key);
	if (!first || clock_coarse_ns() > first->seen_ns + FRAGMENT_LIFETIME_NS)
		return ZG_R_FRAGMENT_ORPHAN;
	return ANSWER(first->reason, first->slot);
}

/* Two first fragments of one id: the later verdict stands. A full table costs a later fragment. */
SUBPROGRAM __u32 fragment_remember(const struct packet *packet, __u32 hook, __u32 answer)
{
	struct zg_fragment fresh = {};
	struct zg_fragment_key key;

	if (!packet)
		return 0;
	key = fragment_key(packet, hook);
	fresh.seen_ns = clock_coarse_ns();
	fresh.slot = ANSWER_SLOT(answer);
	fresh.reason = ANSWER_REASON(answer);
	fragment_update(&key, &fresh);
	return 0;
}

#endif
