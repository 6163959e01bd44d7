/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * nftables rule sets of a size, as text. Knows nothing of measuring.
 */
#ifndef BENCH_NFT_H
#define BENCH_NFT_H

#include <stdbool.h>
#include <stdint.h>

#include "programs.h"

enum nft_kind {
	NFT_SET,       /* netdev ingress: a set of prefixes and a set of ports */
	NFT_LINEAR,    /* netdev ingress: one rule a prefix */
	NFT_CONNTRACK, /* inet: connection tracking before the same sets */
};

struct nft_rules {
	enum nft_kind kind;
	bool forward; /* at the forward hook, for what passes through; else where packets come in */
	const struct prefix4 *prefix;
	unsigned int prefixes;
	const uint16_t *port;
	unsigned int ports;
};

/* Text for nft -f, to be freed; NULL: out of memory. */
char *nft_write(const struct nft_rules *rules);

#endif
