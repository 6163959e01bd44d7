/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Bundles that always stand together: wherever a bundle between two zones applies, those between
 * zones that hold them apply too. What the wider bundle wins there is taken from the narrower one,
 * and a bundle that has nothing left is asked no more. Knows zones by number, no addresses.
 */
#ifndef USER_COMPILE_COVER_H
#define USER_COMPILE_COVER_H

#include "compile/bundles.h"

/*
 * Paints all bundles and takes from each what others win wherever it applies; rows come out the
 * same. -ENOMEM; -E2BIG: the cells of single bundles take over PAINTED_MAX_BYTES.
 */
int bundles_cover(struct bundles *bundles, const struct party *remote, const struct party *local);

#endif
