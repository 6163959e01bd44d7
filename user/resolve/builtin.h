/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the words any, private and bogons mean. Owns these lists alone.
 */
#ifndef USER_RESOLVE_BUILTIN_H
#define USER_RESOLVE_BUILTIN_H

#include "policy/member.h"
#include "resolve/address_set.h"

/* kind: MEMBER_ANY, MEMBER_PRIVATE or MEMBER_BOGONS. -ENOMEM. */
int builtin_add(enum member_kind kind, struct address_set_builder *builder);

#endif
