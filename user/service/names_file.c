// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The last good answers to names, kept over a restart of the service.
 */
#include "service/names_file.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config/snapshot.h"
#include "util/cleanup.h"

int names_file_path(const char *instance, char *ret_path)
{
	char folder[SNAPSHOT_PATH];
	int error = snapshot_folder(instance, folder);

	if (error)
		return error;
	return snprintf(ret_path, PATH_MAX, "%s/names", folder) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static void print_answer(FILE *file, const struct name_addresses *answer)
{
	char text[INET6_ADDRSTRLEN];

	for (size_t i = 0; i < answer->count4; i++) {
		uint32_t address = htonl(answer->v4[i]);

		fprintf(file, " %s", inet_ntop(AF_INET, &address, text, sizeof(text)));
	}
	for (size_t i = 0; i < answer->count6; i++) {
		uint64_t address[2] = {htobe64(answer->v6[i].high), htobe64(answer->v6[i].low)};

		fprintf(file, " %s", inet_ntop(AF_INET6, address, text, sizeof(text)));
	}
}

int names_file_write(const char *path, const struct name_cache *cache)
{
	char beside[PATH_MAX];
	AUTO_FILE FILE *file = NULL;
	int64_t now_ms = name_now_ms();
	int error;

	/* The service and apply may write at once. */
	if (snprintf(beside, sizeof(beside), "%s.%d", path, (int)getpid()) >= (int)sizeof(beside))
		return -ENAMETOOLONG;
	file = fopen(beside, "we");
	if (!file)
		return -errno;
	for (size_t i = 0; i < name_cache_count(cache); i++) {
		const struct name_entry *entry = name_cache_at(cache, i);

		if (!entry->resolved)
			continue;
		fprintf(file, "%s %lld", entry->name,
			(long long)time(NULL) - (long long)(now_ms - entry->answered_ms) / 1000);
		print_answer(file, &entry->answer);
		fputc('\n', file);
	}
	if (fflush(file) || fsync(fileno(file)) || ferror(file))
		error = -EIO;
	else
		error = rename(beside, path) ? -errno : 0;
	if (error)
		unlink(beside);
	return error;
}

static int take_address(const char *text, struct name_addresses *answer)
{
	uint32_t v4;
	uint64_t v6[2];
	void *grown;

	if (inet_pton(AF_INET, text, &v4) == 1) {
		grown = reallocarray(answer->v4, answer->count4 + 1, sizeof(*answer->v4));
		if (!grown)
			return -ENOMEM;
		answer->v4 = grown;
		answer->v4[answer->count4++] = ntohl(v4);
	} else if (inet_pton(AF_INET6, text, v6) == 1) {
		grown = reallocarray(answer->v6, answer->count6 + 1, sizeof(*answer->v6));
		if (!grown)
			return -ENOMEM;
		answer->v6 = grown;
		answer->v6[answer->count6++] = (struct addr6){be64toh(v6[0]), be64toh(v6[1])};
	}
	return 0;
}

static int take_line(char *line, struct name_cache *cache, bool fill)
{
	const struct name_entry *entry;
	struct name_addresses answer = {0};
	char *rest, *name = strtok_r(line, " \n", &rest), *seconds = strtok_r(NULL, " \n", &rest),
		    *word;
	int64_t age_ms;
	bool changed;
	int error = 0;

	if (!name || !seconds)
		return 0;
	entry = name_cache_find(cache, name);
	if (fill && entry && entry->resolved)
		return 0;
	age_ms = ((int64_t)time(NULL) - strtoll(seconds, NULL, 10)) * 1000;
	while (!error && (word = strtok_r(NULL, " \n", &rest)))
		error = take_address(word, &answer);
	/* Older than it is fresh: it is asked for again at once, and stands until that is answered.
	 */
	if (!error && answer.count4 + answer.count6)
		error = name_cache_store(cache, name, 0, &answer,
					 name_now_ms() - (age_ms > 0 ? age_ms : 0), &changed);
	name_addresses_free(&answer);
	return error;
}

static int file_take(const char *path, struct name_cache *cache, bool fill)
{
	AUTO_FILE FILE *file = fopen(path, "re");
	AUTO_FREE char *line = NULL;
	size_t capacity = 0;
	int error = 0;

	if (!file)
		return errno == ENOENT ? 0 : -errno;
	while (!error && getline(&line, &capacity, file) >= 0)
		error = take_line(line, cache, fill);
	return error;
}

int names_file_read(const char *path, struct name_cache *cache)
{
	return file_take(path, cache, false);
}

int names_file_fill(const char *path, struct name_cache *cache)
{
	return file_take(path, cache, true);
}
