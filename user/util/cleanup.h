/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Cleanup attributes: what a function owns is let go on every way out; take_*() hands it on.
 */
#ifndef USER_UTIL_CLEANUP_H
#define USER_UTIL_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(function) __attribute__((cleanup(function)))

static inline void cleanup_free(void *where)
{
	free(*(void **)where);
}

static inline void cleanup_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

static inline void *take_pointer_(void *where)
{
	void *taken = *(void **)where;

	*(void **)where = NULL;
	return taken;
}

#define AUTO_FREE CLEANUP(cleanup_free)
#define AUTO_FD CLEANUP(cleanup_fd)
#define AUTO_FILE CLEANUP(cleanup_file)
#define take_pointer(pointer) ((__typeof__(pointer))take_pointer_(&(pointer)))

#endif
