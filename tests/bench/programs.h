/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The benchmark's own BPF programs: bare ones, the rewriter, two LPM tries, linear rules, and
 * xdp-filter's object. Each handle owns its object; a failure is said on stderr.
 */
#ifndef BENCH_PROGRAMS_H
#define BENCH_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/headers.h"

struct bpf_object;

struct program { /* fd belongs to object */
	struct bpf_object *object;
	int fd;
	int frags_fd; /* bare alone: the same program for multi-buffer frames */
	int tc_fd;    /* bare alone */
	int drop_fd;  /* bare alone */
};

void programs_folder(const char *folder); /* where the .bpf.o files are */
int bare_open(struct program *ret_program);
void program_close(struct program *program);

/*
 * An instance of the rewriter with its own headers; name is the program: "rewrite4", "rewrite6",
 * with _frags where the target handles multi-buffer frames, rewrite6_fragment, _tc, rewrite4_live.
 * target: fd of the program under test, or -1. headers: BENCH_HEADERS of the family.
 */
int rewriter_open(const char *name, const struct bench_header4 *headers4,
		  const struct bench_header6 *headers6, int target, const uint8_t *mac,
		  struct program *ret_program);

struct prefix4 { /* host order */
	uint32_t address;
	uint8_t bits;
};

/* Remote addresses in one trie, local ones in the other. */
int lpm_open(const struct prefix4 *remote, size_t remotes, const struct prefix4 *local,
	     size_t locals, struct program *ret_program);

struct linear_rule { /* host order */
	struct prefix4 remote, local;
	uint16_t first, last;
};

/* One program that compares packet and rules in order: made of BPF instructions here. */
int linear_open(const struct linear_rule *rules, size_t count, struct program *ret_program);

/*
 * xdp-filter 1.3.1 as Debian ships it, with these source addresses and TCP destination ports in its
 * maps. variant: "alw_all" passes what its maps do not hold, "dny_all" what they hold.
 * -ENOENT: xdp-tools is not installed.
 */
int xdpfilter_open(const char *variant, const uint32_t *addresses, size_t address_count,
		   const uint16_t *ports, size_t port_count, struct program *ret_program);

#endif
