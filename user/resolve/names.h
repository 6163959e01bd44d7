/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Answers to DNS names, with their age, the last good one kept through failures.
 * Owns the cache and the question to the system's resolver. Knows no zones. The cache belongs to
 * one thread; name_query() may run in any, so that a service can ask without waiting.
 */
#ifndef USER_RESOLVE_NAMES_H
#define USER_RESOLVE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/address.h"

#define NAME_FRESH_MS (5 * 60 * 1000) /* tcpoport.ini: asked again when over five minutes old */
#define NAME_RETRY_MS (15 * 1000)     /* after a failure: a host comes up before its resolver */

struct name_addresses { /* sorted, each once */
	uint32_t *v4;	/* host order */
	size_t count4;
	struct addr6 *v6;
	size_t count6;
};

struct name_entry {
	const char *name;
	struct name_addresses answer; /* the last good one */
	bool resolved;		      /* there has been a good one */
	int error;		      /* of the last question: 0, or EAI_* */
	int64_t answered_ms;	      /* CLOCK_BOOTTIME of the last good answer */
	int64_t asked_ms;	      /* of the last question */
	bool asked;		      /* there has been a question */
	bool wanted;		      /* since name_cache_mark() */
};

/* Asks all A and AAAA. 0; EAI_*, EAI_MEMORY among them. ret_addresses is then untouched. */
int name_query(const char *name, struct name_addresses *ret_addresses);
void name_addresses_free(struct name_addresses *addresses);
/* For people: "Name or service not known". */
const char *name_error(int error);
int64_t name_now_ms(void);

struct name_cache;
/* NULL: memory is out. */
struct name_cache *name_cache_new(void);
void name_cache_free(struct name_cache *cache);

/* Who asks: name_query(), unless a test says otherwise. */
typedef int name_asker(const char *name, struct name_addresses *ret_addresses);
void name_cache_set_asker(struct name_cache *cache, name_asker *ask);

/*
 * From now on name_cache_get() asks nobody: a new name gets an entry that is due, an old one is
 * answered as it is. For a service, which asks by resolve/refresh.h.
 */
void name_cache_defer(struct name_cache *cache, bool defer);

/* The entry, asked now when there is none or it is due. NULL: memory is out. */
const struct name_entry *name_cache_get(struct name_cache *cache, const char *name, int64_t now_ms);
/* The entry as it is, NULL: never asked. */
const struct name_entry *name_cache_find(const struct name_cache *cache, const char *name);
/* Takes the result of a question asked elsewhere (addresses are the cache's then); *ret_changed:
 * the good answer is another one now. -ENOMEM. */
int name_cache_store(struct name_cache *cache, const char *name, int error,
		     struct name_addresses *addresses, int64_t now_ms, bool *ret_changed);

/* Names that no policy has any more go: mark before a load, prune after it. */
void name_cache_mark(struct name_cache *cache);
void name_cache_prune(struct name_cache *cache);

size_t name_cache_count(const struct name_cache *cache);
const struct name_entry *name_cache_at(const struct name_cache *cache, size_t index);
/* To be asked (again) at now_ms? */
bool name_entry_is_due(const struct name_entry *entry, int64_t now_ms);
/* When it will be; 0 when it is now. */
int64_t name_entry_due_ms(const struct name_entry *entry);

#endif
