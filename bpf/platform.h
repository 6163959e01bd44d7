/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the data plane stands on: maps, helpers and the accessors that lookup.h asks for. In a BPF
 * build the kernel's; in user space the judge's, under the same names. Must not know what a packet
 * is.
 */
#ifndef BPF_PLATFORM_H
#define BPF_PLATFORM_H

#ifndef __bpf__
#include "judge/platform.h"
#else

#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <zonegate/reasons.h>
#include <zonegate/state.h>
#include <zonegate/tables.h>

#include "maps.h"
#include "records.h"

/* A function that the verifier looks at once, by itself, however often it is called. */
#define SUBPROGRAM __noinline

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* User space may store while we read: one load, whole. */
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))

#endif
#endif
