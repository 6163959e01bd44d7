/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The data plane under test with one policy in force, by the project's own stages. Owns policy,
 * image and loaded object; attaches and pins nothing.
 */
#include "subject.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel/object.h"
#include "measure.h"
#include "resolve/load.h"

#define FLOW_BATCH 4096
#define FLOWS_DEFAULT 65536

static const char *configs_folder = "configs", *work_folder = "build/bench/policies";

void bench_paths(const char *configs, const char *work)
{
	configs_folder = configs;
	work_folder = work;
}

static double elapsed_ms(double *since)
{
	double now = clock_wall_ns(), ms = (now - *since) / 1e6;

	*since = now;
	return ms;
}

static void print_diags(const char *name, const struct diags *diags)
{
	for (size_t i = 0, shown = 0; i < diags->count && shown < 5; i++) {
		const struct diag *diag = &diags->list[i];

		if (diag->severity != DIAG_ERROR)
			continue;
		fprintf(stderr, "bench: %s: %s:%u: %s\n", name, diag->place.file, diag->place.line,
			diag->text);
		shown++;
	}
}

/* Text to image. */
static int compile(const char *path, struct diags *diags, struct subject *subject)
{
	const struct load_options options = {.no_dns = true, .no_host = true};
	double since = clock_wall_ns();
	int error = policy_load(path, &options, diags, &subject->policy);

	if (error)
		return error;
	subject->times.read = elapsed_ms(&since);
	error = image_build(&subject->policy, diags, &subject->image);
	if (error) {
		resolved_free(&subject->policy);
		return error;
	}
	subject->times.compile = elapsed_ms(&since);
	return 0;
}

/* What the kernel accounts for a map, from its descriptor's text. */
static uint64_t map_memory(int fd)
{
	unsigned long long bytes = 0;
	char path[64], line[128];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "memlock: %llu", &bytes) == 1)
			break;
	if (file)
		fclose(file);
	return bytes;
}

/* Image to verdicts. */
static int load(uint32_t flows, struct report *report, struct subject *subject)
{
	struct object_sizes sizes = {
		.tables = image_sizes(&subject->image),
		.rule_slots = (uint32_t)subject->image.rule_count + 1,
		.flows = flows,
	};
	double since = clock_wall_ns();
	int error = object_load(&sizes, NULL, report, &subject->firewall);

	if (error)
		return error;
	subject->times.load = elapsed_ms(&since);
	tables_write(&subject->firewall.tables, 0, &subject->image, NULL, NULL);
	subject->times.write = elapsed_ms(&since);
	firewall_flip(&subject->firewall, 0, 0, 0);
	subject->times.flip = elapsed_ms(&since);
	for (int i = 0; i < FIREWALL_MAP_COUNT; i++)
		subject->map_bytes += map_memory(subject->firewall.map[i].fd);
	return 0;
}

int subject_generate(const struct policy_shape *shape)
{
	int error = policy_generate(shape, configs_folder, work_folder);

	if (error)
		fprintf(stderr, "bench: writing policy %s: %s\n", shape->name, strerror(-error));
	return error;
}

int subject_load(const struct policy_shape *shape, struct subject *ret_subject)
{
	struct diags diags = {0};
	struct report report = {0};
	char path[512];
	int error;

	*ret_subject = (struct subject){0};
	firewall_init(&ret_subject->firewall);
	snprintf(path, sizeof(path), "%s/%s/zonegate.conf", work_folder, shape->name);
	error = compile(path, &diags, ret_subject);
	if (error) {
		print_diags(shape->name, &diags);
		diags_free(&diags);
		return error;
	}
	diags_free(&diags);
	ret_subject->open = true;
	error = load(shape->flows_max ? (uint32_t)shape->flows_max : FLOWS_DEFAULT, &report,
		     ret_subject);
	if (error) {
		fprintf(stderr, "bench: %s: %s: %s\n%s", shape->name, report.doing,
			strerror(-error), report.detail);
		subject_close(ret_subject);
	}
	report_free(&report);
	return error;
}

int subject_open(const struct policy_shape *shape, struct subject *ret_subject)
{
	int error = subject_generate(shape);

	return error ? error : subject_load(shape, ret_subject);
}

void subject_close(struct subject *subject)
{
	if (!subject->open)
		return;
	firewall_close(&subject->firewall);
	image_free(&subject->image);
	resolved_free(&subject->policy);
	subject->open = false;
}

int subject_ingress(const struct subject *subject)
{
	return subject->firewall.program[PROGRAM_INGRESS];
}

int subject_egress(const struct subject *subject)
{
	return subject->firewall.program[PROGRAM_EGRESS];
}

int subject_headers(const struct subject *subject, const struct header_spec *spec,
		    const struct frame *frame, struct bench_header4 *headers4,
		    struct bench_header6 *headers6, struct talk *talks)
{
	struct random random = {.state = spec->seed | 1};

	for (uint32_t i = 0; i < BENCH_HEADERS || i < spec->distinct; i++) {
		struct talk talk;
		uint32_t at = i % spec->distinct;

		if (i >= spec->distinct) {
			if (headers4)
				headers4[i] = headers4[at];
			if (headers6)
				headers6[i] = headers6[at];
			continue;
		}
		if (traffic_talk(&subject->policy, spec->kind, spec->v6, spec->rule, &random,
				 &talk)) {
			fprintf(stderr, "bench: the policy has no rule for such traffic\n");
			return -ENOENT;
		}
		if (talks)
			talks[i] = talk;
		/* Of more conversations than headers, an even sample is sent. */
		at = (uint32_t)((uint64_t)i * BENCH_HEADERS /
				(spec->distinct > BENCH_HEADERS ? spec->distinct : BENCH_HEADERS));
		if (headers4)
			header4_build(frame, &talk, spec->outgoing, (uint16_t)i, &headers4[at]);
		if (headers6)
			header6_build(&talk, spec->outgoing, i, &headers6[at]);
	}
	return 0;
}

static void flow_key(const struct talk *talk, struct zg_flow_key *ret_key)
{
	*ret_key = (struct zg_flow_key){
		.lport = htons(talk->lport), .rport = htons(talk->rport), .proto = IPPROTO_TCP};
	if (talk->v6) {
		memcpy(ret_key->laddr, talk->local, 16);
		memcpy(ret_key->raddr, talk->remote, 16);
		return;
	}
	memset(ret_key->laddr + 10, 0xff, 2);
	memset(ret_key->raddr + 10, 0xff, 2);
	memcpy(ret_key->laddr + 12, talk->local, 4);
	memcpy(ret_key->raddr + 12, talk->remote, 4);
}

int subject_add_flows(const struct subject *subject, const struct talk *talks, size_t count)
{
	struct zg_flow_key *keys = calloc(FLOW_BATCH, sizeof(*keys));
	struct zg_flow *flows = calloc(FLOW_BATCH, sizeof(*flows));
	int error = keys && flows ? 0 : -ENOMEM;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	for (size_t done = 0; done < count && !error;) {
		uint32_t batch = 0;

		for (; batch < FLOW_BATCH && done + batch < count; batch++) {
			flow_key(&talks[done + batch], &keys[batch]);
			flows[batch] = (struct zg_flow){
				.seen_ns = (uint64_t)now.tv_sec * 1000000000ull +
					   (uint64_t)now.tv_nsec,
				.slot = 1,
				.state = ZG_FLOW_ESTABLISHED,
			};
		}
		done += batch;
		if (bpf_map_update_batch(subject->firewall.map[MAP_FLOWS].fd, keys, flows, &batch,
					 NULL))
			error = -errno;
	}
	free(keys);
	free(flows);
	return error;
}
