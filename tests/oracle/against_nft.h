/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A judge that is not ours: the same frames over two veth pairs, one guarded by the XDP program,
 * one by nft with `zonegate export nft`; both let the same through. Owns a network namespace.
 */
#ifndef TESTS_ORACLE_AGAINST_NFT_H
#define TESTS_ORACLE_AGAINST_NFT_H

#include "trial.h"

/* 0; 1: a frame passes one alone, printed. bench: with the kernel engine alone. */
int against_nft(struct bench *bench, uint64_t seed, int policies);

#endif
