/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Growing of malloc'ed arrays. The array's owner frees it.
 */
#ifndef USER_UTIL_ARRAY_H
#define USER_UTIL_ARRAY_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Room for needed elements; grows by doubling. array is the address of a pointer to elements of
 * size bytes. 0; -ENOMEM: nothing has changed.
 */
static inline int array_reserve(void *array, size_t *capacity, size_t needed, size_t size)
{
	size_t wanted = *capacity ? *capacity * 2 : 16;
	void *list;

	if (needed <= *capacity)
		return 0;
	if (wanted < needed)
		wanted = needed;
	memcpy(&list, array, sizeof(list)); /* not by a void **: the pointer has another type */
	list = reallocarray(list, wanted, size);
	if (!list)
		return -ENOMEM;
	memcpy(array, &list, sizeof(list));
	*capacity = wanted;
	return 0;
}

#endif
