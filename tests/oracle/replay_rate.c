// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Batches of frames in memory that the kernel reads, one test run a batch and hook. Must not know
 * policies; that every frame was counted is asked of the counters by the caller.
 */
#include "replay_rate.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <err.h>
#include <linux/types.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <zonegate/reasons.h>

#include "bpf/replay.h"

struct driver {
	struct bpf_object *object;
	int program[2]; /* by hook */
	struct replay_frame *frames;
	struct replay_state *state;
	double run_s[2];
	uint64_t judged[2];
};

static double now_s(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void *map_memory(struct bpf_object *object, const char *name, size_t size)
{
	int fd = bpf_object__find_map_fd_by_name(object, name);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (fd < 0 || memory == MAP_FAILED)
		err(3, "map %s", name);
	return memory;
}

static void driver_open(const char *path, const int program[2], struct driver *ret_driver)
{
	static const char *const names[2] = {"replay_xdp", "replay_tc"};
	static const char *const arrays[2] = {"xdp_under_test", "tc_under_test"};
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	__u32 zero = 0;

	if (!object || bpf_object__load(object))
		err(3, "%s", path);
	*ret_driver = (struct driver){.object = object};
	for (int hook = 0; hook < 2; hook++) {
		int array = bpf_object__find_map_fd_by_name(object, arrays[hook]);

		ret_driver->program[hook] =
			bpf_program__fd(bpf_object__find_program_by_name(object, names[hook]));
		if (bpf_map_update_elem(array, &zero, &program[hook], BPF_ANY))
			err(3, "%s", arrays[hook]);
	}
	ret_driver->frames =
		map_memory(object, "frames", REPLAY_BATCH * sizeof(struct replay_frame));
	ret_driver->state = map_memory(object, "state", sizeof(struct replay_state));
}

static void batch_run(struct driver *driver, int hook, size_t count)
{
	/* An IPv4 header, so that the kernel takes it for a frame; as long as any can be. */
	static uint8_t template[REPLAY_FRAME_MAX] = {[12] = 0x08, [14] = 0x45};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = template, .data_size_in = sizeof(template),
		    .repeat = (int)count);
	double begin_s = now_s(CLOCK_THREAD_CPUTIME_ID);

	if (!count)
		return;
	*driver->state = (struct replay_state){0};
	if (bpf_prog_test_run_opts(driver->program[hook], &run))
		err(3, "test run of %zu frames", count);
	if (driver->state->failed || driver->state->next != count)
		errx(3, "%u of %zu frames were not run", driver->state->failed, count);
	driver->run_s[hook] += now_s(CLOCK_THREAD_CPUTIME_ID) - begin_s;
	driver->judged[hook] += count;
}

void replay_rate(const char *object, const int program[2], const struct capture *capture,
		 const uint8_t *hook, struct rate *ret_rate)
{
	struct driver driver;
	double begin_s, begin_cpu_s;

	driver_open(object, program, &driver);
	begin_s = now_s(CLOCK_MONOTONIC);
	begin_cpu_s = now_s(CLOCK_THREAD_CPUTIME_ID);
	for (int at = 0; at < 4; at++) {
		size_t count = 0;

		for (size_t i = 0; i < capture->frames; i++) {
			if ((hook[i] ^ (at >> 1)) != (at & 1))
				continue;
			driver.frames[count].size = capture->frame[i].size;
			memcpy(driver.frames[count++].byte, capture->frame[i].byte,
			       capture->frame[i].size);
			if (count == REPLAY_BATCH) {
				batch_run(&driver, at & 1, count);
				count = 0;
			}
		}
		batch_run(&driver, at & 1, count);
	}
	ret_rate->judged = driver.judged[0] + driver.judged[1];
	ret_rate->packets_per_s = (double)ret_rate->judged / (now_s(CLOCK_MONOTONIC) - begin_s);
	ret_rate->packets_per_cpu_s =
		(double)ret_rate->judged / (now_s(CLOCK_THREAD_CPUTIME_ID) - begin_cpu_s);
	ret_rate->xdp_ns =
		1e9 * driver.run_s[0] / (double)(driver.judged[0] ? driver.judged[0] : 1);
	ret_rate->tc_ns = 1e9 * driver.run_s[1] / (double)(driver.judged[1] ? driver.judged[1] : 1);
	munmap(driver.frames, REPLAY_BATCH * sizeof(struct replay_frame));
	munmap(driver.state, sizeof(struct replay_state));
	bpf_object__close(driver.object);
}
