// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Every frame of a capture is judged twice: where it went by its direction, and at the other hook.
 * First by all, one by one, with counters; then by the programs alone, for the rate. Must not know
 * file formats.
 */
#include "replay.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/reasons.h>

#include "capture.h"
#include "dissect.h"
#include "generate_packet.h"
#include "policy_text.h"
#include "replay_rate.h"

/* By the capture's word, else by whose address the source is. */
static int frame_hook(const struct model *model, const struct frame *frame)
{
	struct dissection d;

	if (frame->direction != CAPTURE_UNKNOWN)
		return frame->direction == CAPTURE_OUT ? ZG_EGRESS : ZG_INGRESS;
	dissect(model, frame->byte, frame->size, &d);
	if (!d.src.family)
		return ZG_INGRESS;
	for (int i = 0; i < model->selves; i++)
		if (host_equal(&model->self[i], &d.src))
			return ZG_EGRESS;
	return model_is_local(model, &d.src) && !model_is_local(model, &d.dst) ? ZG_EGRESS
									       : ZG_INGRESS;
}

static void frame_packet(const struct model *model, const struct frame *frame, bool turned,
			 struct packet *ret_packet)
{
	ret_packet->hook = frame_hook(model, frame);
	if (turned)
		ret_packet->hook = ret_packet->hook == ZG_INGRESS ? ZG_EGRESS : ZG_INGRESS;
	ret_packet->size = frame->size;
	memcpy(ret_packet->byte, frame->byte, frame->size);
	ret_packet->expect[0] = '\0';
}

/* 0, or the number of the first frame that differs, from 1. */
static size_t replay_compare(struct bench *bench, const struct model *model, const char *config,
			     const struct capture *capture, bool turned)
{
	struct trial *trial = trial_begin(bench, model, config);
	static struct packet packet;
	struct difference difference = {0};
	size_t i = 0;

	for (; i < capture->frames && !difference.found; i++) {
		frame_packet(model, &capture->frame[i], turned, &packet);
		difference = trial_next(trial, &packet);
		if (difference.oracle.reason == ZG_R_INTERNAL)
			difference.found = true;
	}
	if (difference.found)
		difference_print(model, &packet, &difference);
	else if (trial_counters(trial, capture->frames).found)
		difference.found = true;
	trial_end(trial);
	return difference.found ? i : 0;
}

/* The programs alone, for the rate. false: not every frame was counted once. */
static bool replay_alone(struct bench *bench, const struct model *model,
			 const struct capture *capture, const char *driver)
{
	const int program[2] = {engine_kernel_program(bench, ZG_INGRESS),
				engine_kernel_program(bench, ZG_EGRESS)};
	uint8_t *hook = malloc(capture->frames + 1);
	uint64_t counted, internal, after, internal_after;
	struct rate rate;

	if (!hook)
		err(3, "memory");
	for (size_t i = 0; i < capture->frames; i++)
		hook[i] = (uint8_t)frame_hook(model, &capture->frame[i]);
	counted = engine_kernel_counted(bench, &internal);
	replay_rate(driver, program, capture, hook, &rate);
	after = engine_kernel_counted(bench, &internal_after);
	free(hook);
	printf("replay: XDP and tc alone: %.2f million packets a second of CPU time (XDP %.0f ns, "
	       "tc %.0f ns), %.2f by the clock; %llu packets, each another one, %llu counted\n",
	       rate.packets_per_cpu_s / 1e6, rate.xdp_ns, rate.tc_ns, rate.packets_per_s / 1e6,
	       (unsigned long long)rate.judged, (unsigned long long)(after - counted));
	return after - counted == rate.judged && internal == internal_after;
}

int replay_run(struct bench *bench, const char *capture_path, const char *config,
	       const char *driver)
{
	static struct model model;
	struct capture capture;
	size_t differs = 0;

	capture_read(capture_path, PACKET_MAX, &capture);
	policy_read(config, &model);
	for (int turned = 0; turned < 2 && !differs; turned++) {
		differs = replay_compare(bench, &model, config, &capture, turned);
		if (differs)
			printf("replay: %s: frame %zu differs%s\n", capture_path, differs,
			       turned ? ", at the other hook" : "");
	}
	printf("replay: %zu frames of %s at both hooks, %zu left out (link layer, or over %d "
	       "bytes)\n",
	       capture.frames, capture_path, capture.left_out, PACKET_MAX);
	bench_print(bench);
	if (!differs && driver && !replay_alone(bench, &model, &capture, driver))
		differs = 1;
	capture_free(&capture);
	return differs ? 1 : 0;
}

static void write32(FILE *file, uint32_t value)
{
	fwrite(&value, sizeof(value), 1, file);
}

void replay_write(const char *capture, const char *config, uint64_t seed, size_t packets)
{
	static const uint32_t head[] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1};
	static struct traffic traffic;
	static struct packet packet;
	static struct model model;
	struct rng rng = {seed};
	FILE *file = fopen(capture, "wb");

	if (!file)
		err(3, "%s", capture);
	policy_read(config, &model);
	traffic_init(&rng, &model, &traffic);
	for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
		write32(file, head[i]);
	for (size_t i = 0; i < packets; i++) {
		traffic_next(&traffic, &packet);
		write32(file, (uint32_t)(i / 1000000));
		write32(file, (uint32_t)(i % 1000000));
		write32(file, (uint32_t)packet.size);
		write32(file, (uint32_t)packet.size);
		fwrite(packet.byte, packet.size, 1, file);
	}
	if (fclose(file))
		err(3, "%s", capture);
}
