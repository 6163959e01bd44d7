/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Socket options that would go round the egress hook. Owns the list. Root with CAP_BPF is outside
 * the threat model (docs/threat-model.md).
 */
#ifndef BPF_SOCKOPT_H
#define BPF_SOCKOPT_H

#include "count.h"

#define LEVEL_PACKET 263
#define LEVEL_XDP 283
#define PACKET_QDISC_BYPASS_OPTION 20

static __always_inline bool sockopt_refused(__s32 level, __s32 option)
{
	return level == LEVEL_XDP ||
	       (level == LEVEL_PACKET && option == PACKET_QDISC_BYPASS_OPTION);
}

#endif
