/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The last good answers to names, kept over a restart of the service and between it and `apply`: a
 * resolver that is down just then must not take addresses out of the policy. Both write it, the
 * last one wins. Owns the file's form: "NAME SECONDS ADDRESS ADDRESS ..." a line, SECONDS by
 * CLOCK_REALTIME.
 */
#ifndef USER_SERVICE_NAMES_FILE_H
#define USER_SERVICE_NAMES_FILE_H

#include "resolve/names.h"

/* Where an instance keeps them, PATH_MAX bytes. -ENAMETOOLONG. */
int names_file_path(const char *instance, char *ret_path);
/* Writes all names that have an answer; a new file takes the old one's place. 0, -errno. */
int names_file_write(const char *path, const struct name_cache *cache);
/* Takes answers into the cache, as old as they are. What cannot be read is passed over. 0, -errno
 * of the file. */
int names_file_read(const char *path, struct name_cache *cache);
/* The same for names without a good answer in the cache alone. */
int names_file_fill(const char *path, struct name_cache *cache);

#endif
