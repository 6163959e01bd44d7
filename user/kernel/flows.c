/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Walks over the flow table, a batch a system call. Knows nothing of what flows mean.
 */
#include "kernel/flows.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>

#include "util/cleanup.h"

#define BATCH 4096u

int flows_each(int map_fd, flow_fn see, void *data)
{
	AUTO_FREE struct zg_flow_key *keys = calloc(BATCH, sizeof(*keys));
	AUTO_FREE struct zg_flow *flows = calloc(BATCH, sizeof(*flows));
	uint32_t at = 0;
	bool more = true;

	if (!keys || !flows)
		return -ENOMEM;
	for (bool first = true; more; first = false) {
		uint32_t count = BATCH;

		if (bpf_map_lookup_batch(map_fd, first ? NULL : &at, &at, keys, flows, &count,
					 NULL)) {
			if (errno != ENOENT)
				return -errno;
			more = false;
		}
		for (uint32_t i = 0; i < count; i++) {
			int error = see(&keys[i], &flows[i], data);

			if (error)
				return error;
		}
	}
	return 0;
}

static int count_one(const struct zg_flow_key *key, const struct zg_flow *flow, void *data)
{
	(void)key;
	(void)flow;
	++*(size_t *)data;
	return 0;
}

int flows_count(int map_fd, size_t *ret_count)
{
	size_t count = 0;
	int error = flows_each(map_fd, count_one, &count);

	if (!error)
		*ret_count = count;
	return error;
}

static int copy_one(const struct zg_flow_key *key, const struct zg_flow *flow, void *data)
{
	/* NOEXIST: what a program wrote there already is newer. */
	if (bpf_map_update_elem(*(int *)data, key, flow, BPF_NOEXIST) && errno != EEXIST &&
	    errno != E2BIG)
		return -errno;
	return 0;
}

int flows_copy(int from_fd, int to_fd)
{
	return flows_each(from_fd, copy_one, &to_fd);
}
