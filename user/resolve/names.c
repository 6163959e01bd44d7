/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The cache of names, and the question to the system's resolver.
 * Owns entries and answers. A failure never takes a good answer away.
 */
#include "resolve/names.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct name_cache {
	struct name_entry **entries; /* few: names of one policy */
	size_t count, capacity;
	name_asker *ask;
	bool defer;
};

int64_t name_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now); /* ages go on while the machine sleeps */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const char *name_error(int error)
{
	return gai_strerror(error);
}

void name_addresses_free(struct name_addresses *addresses)
{
	free(addresses->v4);
	free(addresses->v6);
	*addresses = (struct name_addresses){0};
}

/* ---- the question ---- */

static int compare4(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

static int compare6(const void *left, const void *right)
{
	return addr6_compare(*(const struct addr6 *)left, *(const struct addr6 *)right);
}

/* Sorts and drops doubles: equal answers are equal memory, whatever the order of the server's. */
static void addresses_normalise(struct name_addresses *addresses)
{
	size_t kept = 0;

	if (addresses->count4) {
		qsort(addresses->v4, addresses->count4, sizeof(*addresses->v4), compare4);
		for (size_t i = 1; i < addresses->count4; i++) {
			if (addresses->v4[i] != addresses->v4[kept])
				addresses->v4[++kept] = addresses->v4[i];
		}
		addresses->count4 = kept + 1;
	}
	if (addresses->count6) {
		kept = 0;
		qsort(addresses->v6, addresses->count6, sizeof(*addresses->v6), compare6);
		for (size_t i = 1; i < addresses->count6; i++) {
			if (addr6_compare(addresses->v6[i], addresses->v6[kept]))
				addresses->v6[++kept] = addresses->v6[i];
		}
		addresses->count6 = kept + 1;
	}
}

static int addresses_collect(const struct addrinfo *list, struct name_addresses *addresses)
{
	size_t total = 0;

	for (const struct addrinfo *info = list; info; info = info->ai_next)
		total++;
	addresses->v4 = calloc(total ? total : 1, sizeof(*addresses->v4));
	addresses->v6 = calloc(total ? total : 1, sizeof(*addresses->v6));
	if (!addresses->v4 || !addresses->v6)
		return EAI_MEMORY;
	for (const struct addrinfo *info = list; info; info = info->ai_next) {
		if (info->ai_family == AF_INET) {
			const struct sockaddr_in *in = (const void *)info->ai_addr;

			addresses->v4[addresses->count4++] = ntohl(in->sin_addr.s_addr);
		} else if (info->ai_family == AF_INET6) {
			const struct sockaddr_in6 *in6 = (const void *)info->ai_addr;

			addresses->v6[addresses->count6++] =
				addr6_from_bytes(in6->sin6_addr.s6_addr);
		}
	}
	addresses_normalise(addresses);
	return addresses->count4 + addresses->count6 ? 0 : EAI_NONAME;
}

int name_query(const char *name, struct name_addresses *ret_addresses)
{
	/* Without AI_ADDRCONFIG: the policy means the same before the NICs are up. */
	const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct name_addresses addresses = {0};
	struct addrinfo *list = NULL;
	int error = getaddrinfo(name, NULL, &hints, &list);

	if (!error) {
		error = addresses_collect(list, &addresses);
		freeaddrinfo(list);
	}
	if (error) {
		name_addresses_free(&addresses);
		return error;
	}
	*ret_addresses = addresses;
	return 0;
}

/* ---- the cache ---- */

struct name_cache *name_cache_new(void)
{
	struct name_cache *cache = calloc(1, sizeof(*cache));

	if (cache)
		cache->ask = name_query;
	return cache;
}

static void entry_free(struct name_entry *entry)
{
	name_addresses_free(&entry->answer);
	free((char *)entry->name);
	free(entry);
}

void name_cache_free(struct name_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < cache->count; i++)
		entry_free(cache->entries[i]);
	free(cache->entries);
	free(cache);
}

void name_cache_set_asker(struct name_cache *cache, name_asker *ask)
{
	cache->ask = ask;
}

void name_cache_defer(struct name_cache *cache, bool defer)
{
	cache->defer = defer;
}

static struct name_entry *entry_find(const struct name_cache *cache, const char *name)
{
	for (size_t i = 0; i < cache->count; i++) {
		if (!strcasecmp(cache->entries[i]->name, name))
			return cache->entries[i];
	}
	return NULL;
}

static struct name_entry *entry_add(struct name_cache *cache, const char *name)
{
	struct name_entry *entry;

	if (cache->count == cache->capacity) {
		size_t capacity = cache->capacity ? cache->capacity * 2 : 8;
		struct name_entry **entries;

		/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers, so that entries stay put */
		entries = reallocarray(cache->entries, capacity, sizeof(*entries));

		if (!entries)
			return NULL;
		cache->entries = entries;
		cache->capacity = capacity;
	}
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->name = strdup(name);
	entry->error = EAI_AGAIN;
	if (!entry->name) {
		free(entry);
		return NULL;
	}
	return cache->entries[cache->count++] = entry;
}

const struct name_entry *name_cache_find(const struct name_cache *cache, const char *name)
{
	return entry_find(cache, name);
}

static bool answers_equal(const struct name_addresses *a, const struct name_addresses *b)
{
	if (a->count4 != b->count4 || a->count6 != b->count6)
		return false;
	return (!a->count4 || !memcmp(a->v4, b->v4, a->count4 * sizeof(*a->v4))) &&
	       (!a->count6 || !memcmp(a->v6, b->v6, a->count6 * sizeof(*a->v6)));
}

int name_cache_store(struct name_cache *cache, const char *name, int error,
		     struct name_addresses *addresses, int64_t now_ms, bool *ret_changed)
{
	struct name_entry *entry = entry_find(cache, name);

	if (!entry)
		entry = entry_add(cache, name);
	if (!entry)
		return -ENOMEM;
	entry->asked_ms = now_ms;
	entry->asked = true;
	entry->error = error;
	*ret_changed = false;
	if (error)
		return 0;
	*ret_changed = !entry->resolved || !answers_equal(&entry->answer, addresses);
	name_addresses_free(&entry->answer);
	entry->answer = *addresses;
	*addresses = (struct name_addresses){0};
	entry->resolved = true;
	entry->answered_ms = now_ms;
	return 0;
}

int64_t name_entry_due_ms(const struct name_entry *entry)
{
	if (!entry->asked)
		return 0;
	return entry->asked_ms + (entry->error ? NAME_RETRY_MS : NAME_FRESH_MS) + 1;
}

bool name_entry_is_due(const struct name_entry *entry, int64_t now_ms)
{
	return now_ms >= name_entry_due_ms(entry);
}

const struct name_entry *name_cache_get(struct name_cache *cache, const char *name, int64_t now_ms)
{
	struct name_entry *entry = entry_find(cache, name);
	struct name_addresses addresses = {0};
	bool changed;
	int error;

	if (!entry && cache->defer)
		entry = entry_add(cache, name);
	if (entry)
		entry->wanted = true;
	if (cache->defer || (entry && !name_entry_is_due(entry, now_ms)))
		return entry;
	error = cache->ask(name, &addresses);
	if (name_cache_store(cache, name, error, &addresses, now_ms, &changed)) {
		name_addresses_free(&addresses);
		return NULL;
	}
	entry = entry_find(cache, name);
	entry->wanted = true;
	return entry;
}

void name_cache_mark(struct name_cache *cache)
{
	for (size_t i = 0; i < cache->count; i++)
		cache->entries[i]->wanted = false;
}

void name_cache_prune(struct name_cache *cache)
{
	size_t kept = 0;

	for (size_t i = 0; i < cache->count; i++) {
		if (cache->entries[i]->wanted)
			cache->entries[kept++] = cache->entries[i];
		else
			entry_free(cache->entries[i]);
	}
	cache->count = kept;
}

size_t name_cache_count(const struct name_cache *cache)
{
	return cache->count;
}

const struct name_entry *name_cache_at(const struct name_cache *cache, size_t index)
{
	return cache->entries[index];
}
