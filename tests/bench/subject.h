/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The data plane under test with one policy in force: read, compiled and loaded by the project's
 * own stages, with no pins and no NIC. Owns policy, image and loaded object.
 */
#ifndef BENCH_SUBJECT_H
#define BENCH_SUBJECT_H

#include "compile/image.h"
#include "generate.h"
#include "kernel/firewall.h"
#include "resolve/resolved.h"
#include "traffic.h"

struct subject_times {	/* milliseconds of wall clock */
	double read;	/* text to resolved policy */
	double compile; /* resolved policy to image */
	double load;	/* maps made, programs verified */
	double write;	/* image into the idle half */
	double flip;	/* the store that puts it in force */
};

struct subject {
	struct resolved policy;
	struct image image;
	struct firewall firewall;
	struct subject_times times;
	uint64_t map_bytes; /* all maps, as the kernel accounts them */
	bool open;
};

void bench_paths(const char *configs, const char *work);
int subject_generate(const struct policy_shape *shape);
/* Puts a policy whose text is there in force. What failed is said on stderr. */
int subject_load(const struct policy_shape *shape, struct subject *ret_subject);
/* Both. */
int subject_open(const struct policy_shape *shape, struct subject *ret_subject);
void subject_close(struct subject *subject);

int subject_ingress(const struct subject *subject);
int subject_egress(const struct subject *subject);

/* Headers of BENCH_HEADERS packets of conversations the policy permits, or denies. distinct: so
 * many conversations, again and again. talks, of distinct entries, may be NULL. */
struct header_spec {
	enum talk_kind kind;
	bool v6;
	bool outgoing;
	int rule; /* -1: any */
	uint32_t distinct;
	uint64_t seed;
};
int subject_headers(const struct subject *subject, const struct header_spec *spec,
		    const struct frame *frame, struct bench_header4 *headers4,
		    struct bench_header6 *headers6, struct talk *talks);

/* Puts the conversations into the flow table, as if this host had opened them long ago. */
int subject_add_flows(const struct subject *subject, const struct talk *talks, size_t count);

#endif
