/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A batch of runs that are measured interleaved, with the bare programs as their base. Owns the
 * rewriters and frames of its runs.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static const struct talk plain_talk = {
	.local = {198, 18, 0, 1}, .remote = {20, 0, 0, 1}, .lport = 443, .rport = 30000};

void batch_begin(struct batch *batch, struct bench *bench, const char *name)
{
	const struct frame_spec spec = {.proto = IPPROTO_TCP, .tcp_flags = 0x10, .payload = 8};
	struct batch_case bare = {.group = "reference", .expect = XDP_PASS};
	struct frame frame;
	char key[64];

	*batch = (struct batch){.bench = bench, .name = name};
	frame_build(&spec, &plain_talk, 1, &frame);
	bare.frame = &frame;
	bare.key = key;
	snprintf(key, sizeof(key), "%s.bare", name);
	bare.label = "XDP program that passes everything";
	bare.target = bench->bare.fd;
	batch_add(batch, &bare);
	snprintf(key, sizeof(key), "%s.bare.tc", name);
	bare.label = "tc program that passes everything";
	bare.target = bench->bare.tc_fd;
	bare.tc = true;
	bare.expect = TC_ACT_OK;
	batch_add(batch, &bare);
}

struct run *batch_add(struct batch *batch, const struct batch_case *what)
{
	unsigned int at = batch->count;
	struct run *run = &batch->run[at];
	int fd = what->target;

	if (batch->error)
		return NULL;
	if (at == BATCH_RUNS) {
		batch->error = -E2BIG;
		return NULL;
	}
	batch->program[at].fd = -1;
	if (what->rewriter) {
		batch->error =
			rewriter_open(what->rewriter, what->headers4, what->headers6, what->target,
				      what->live ? what->live->mac : NULL, &batch->program[at]);
		fd = batch->program[at].fd;
	}
	batch->frame[at] = malloc(sizeof(struct frame));
	if (!batch->frame[at] && !batch->error)
		batch->error = -ENOMEM;
	batch->count++;
	if (batch->error)
		return NULL;
	*batch->frame[at] = *what->frame;
	*run = (struct run){
		.figure = figure_add(&batch->bench->figures, what->group, what->key, "ns", "%s",
				     what->label),
		.fd = fd,
		.frame = batch->frame[at]->data,
		.size = what->frame->size,
		.tc = what->tc,
		.base = &batch->run[what->tc ? BATCH_BARE_TC : BATCH_BARE_XDP],
		.expect = what->expect,
	};
	if (what->live) {
		run->live = true;
		run->ifindex = what->live->ifindex;
		run->namespace_fd = what->live->namespace_fd;
	}
	if (what->cost)
		snprintf(run->figure->rewriter, sizeof(run->figure->rewriter), "%s", what->cost);
	return run;
}

int batch_measure(struct batch *batch)
{
	int error = batch->error;

	if (!error) {
		fprintf(stderr, "bench: %s: %u programs, %u rounds\n", batch->name, batch->count,
			batch->bench->measure.rounds);
		error = measure_runs(batch->run, batch->count, &batch->bench->measure);
	}
	for (unsigned int i = 0; i < batch->count; i++) {
		if (batch->program[i].object)
			program_close(&batch->program[i]);
		free(batch->frame[i]);
	}
	return error;
}
