/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The integer types both sides share: from vmlinux.h in BPF programs, from linux/types.h in user
 * space. Owns nothing else. Everything under include/zonegate is built by both compilers.
 */
#ifndef ZONEGATE_TYPES_H
#define ZONEGATE_TYPES_H

#ifdef __bpf__
#include "vmlinux.h"
#else
#include <linux/types.h>
#endif

#define ZG_ASSERT_SIZE(type, size) _Static_assert(sizeof(type) == (size), "ABI: size of " #type)
#define ZG_ASSERT_OFFSET(type, field, offset)                                                      \
	_Static_assert(__builtin_offsetof(type, field) == (offset),                                \
		       "ABI: offset of " #type "." #field)

#endif
