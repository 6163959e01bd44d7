/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Walks over the flow table. Owns the batches in which it is read. Knows nothing of what flows
 * mean.
 */
#ifndef USER_KERNEL_FLOWS_H
#define USER_KERNEL_FLOWS_H

#include <stddef.h>
#include <stdint.h>

#include <zonegate/state.h>

/* Not 0 ends the walk with that. */
typedef int (*flow_fn)(const struct zg_flow_key *key, const struct zg_flow *flow, void *data);

/*
 * Every flow that is there all the while; what comes or goes meanwhile may be seen or not. Negative
 * errno of the map; what see answers.
 */
int flows_each(int map_fd, flow_fn see, void *data);
int flows_count(int map_fd, size_t *ret_count);
/* Copies flows that the other table does not have. */
int flows_copy(int from_fd, int to_fd);

#endif
