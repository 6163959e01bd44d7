/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The ingress side of a policy as an nftables ruleset for the netdev ingress hook: to review, and
 * to be held against the programs by a judge that is not ours. What nft cannot say there is left
 * out, and said in comments.
 */
#ifndef USER_COMPILE_EXPORT_NFT_H
#define USER_COMPILE_EXPORT_NFT_H

#include <stdio.h>

#include "resolve/resolved.h"

/* Writes the ruleset. 0; -ENOMEM; -EIO when the stream fails. */
int export_nft(const struct resolved *policy, FILE *stream);

#endif
