/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Asks for names in the background, so that a resolver that does not answer holds nobody up: worker
 * threads ask, the cache's own thread takes the answers when a descriptor says that there are some.
 * Owns workers and questions under way. Knows no zones and no policy.
 */
#ifndef USER_RESOLVE_REFRESH_H
#define USER_RESOLVE_REFRESH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "resolve/names.h"

struct name_refresh;

/*
 * All calls are the cache's thread's. ask: name_query(), or a test's; it runs in worker threads.
 * -errno.
 */
int name_refresh_new(struct name_cache *cache, name_asker *ask, struct name_refresh **ret_refresh);
/* Does not wait for questions under way: their answers are thrown away. The cache stays. */
void name_refresh_free(struct name_refresh *refresh);

/* Readable when name_refresh_collect() has something to take. */
int name_refresh_fd(const struct name_refresh *refresh);
/* Asks for every entry that is due and not being asked for already. 0; -errno: some are not asked,
 * and stay due. */
int name_refresh_start(struct name_refresh *refresh, int64_t now_ms);
/* Takes answers into the cache. *ret_changed: good answers that are others than before. -ENOMEM. */
int name_refresh_collect(struct name_refresh *refresh, int64_t now_ms, size_t *ret_changed);
/* Questions under way. */
size_t name_refresh_pending(const struct name_refresh *refresh);
/* Milliseconds until name_refresh_start() has something to ask; -1: never. */
int64_t name_refresh_wait_ms(const struct name_refresh *refresh, int64_t now_ms);
/*
 * Asks for what is due and waits for the answers, at most timeout_ms: for the start of a service,
 * which has nothing else to do yet. What has not come by then comes later. *ret_changed as above.
 */
int name_refresh_settle(struct name_refresh *refresh, int64_t timeout_ms, size_t *ret_changed);

#endif
