/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Questions for names in worker threads. Owns the threads and what they share with the cache's
 * thread: a list of questions, a list of answers, one lock.
 *
 * A worker may sit in the resolver for half a minute. So nobody waits for one: threads are
 * detached, and what they share lives as long as the last that uses it.
 */
#include "resolve/refresh.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define WORKERS_MAX 4

struct question {
	struct question *next;
	char *name;
	struct name_addresses addresses;
	int error; /* EAI_* */
};

struct shared {
	pthread_mutex_t lock;
	struct question *waiting, *answered;
	int event;	      /* eventfd: answered is not empty */
	unsigned int workers; /* threads that run */
	unsigned int users;   /* workers, and the name_refresh */
	bool closed;	      /* nobody wants answers any more */
	name_asker *ask;
};

struct name_refresh {
	struct name_cache *cache;
	struct shared *shared;
	char **asked; /* names under way */
	size_t pending, capacity;
};

static void question_free(struct question *question)
{
	if (!question)
		return;
	name_addresses_free(&question->addresses);
	free(question->name);
	free(question);
}

static void questions_free(struct question *list)
{
	while (list) {
		struct question *next = list->next;

		question_free(list);
		list = next;
	}
}

/* The lock is held, and let go. */
static void shared_leave(struct shared *shared)
{
	bool last = --shared->users == 0;

	pthread_mutex_unlock(&shared->lock);
	if (!last)
		return;
	questions_free(shared->waiting);
	questions_free(shared->answered);
	close(shared->event);
	pthread_mutex_destroy(&shared->lock);
	free(shared);
}

static void answer_give(struct shared *shared, struct question *question)
{
	uint64_t one = 1;

	if (shared->closed) {
		question_free(question);
		return;
	}
	question->next = shared->answered;
	shared->answered = question;
	/* It fails only when 2^64 answers wait. */
	if (write(shared->event, &one, sizeof(one)) < 0)
		return;
}

/* Asks until nothing waits, then ends: five minutes of idle threads are of no use. */
static void *worker_run(void *data)
{
	struct shared *shared = data;

	pthread_mutex_lock(&shared->lock);
	while (shared->waiting && !shared->closed) {
		struct question *question = shared->waiting;

		shared->waiting = question->next;
		pthread_mutex_unlock(&shared->lock);
		question->error = shared->ask(question->name, &question->addresses);
		pthread_mutex_lock(&shared->lock);
		answer_give(shared, question);
	}
	shared->workers--;
	shared_leave(shared);
	return NULL;
}

/* The lock is held. Signals are the service's own thread's. */
static int worker_start(struct shared *shared)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	pthread_t thread;
	int error;

	sigfillset(&all);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, &attributes, worker_run, shared);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	if (error)
		return -error;
	shared->workers++;
	shared->users++;
	return 0;
}

int name_refresh_new(struct name_cache *cache, name_asker *ask, struct name_refresh **ret_refresh)
{
	struct name_refresh *refresh = calloc(1, sizeof(*refresh));
	struct shared *shared = calloc(1, sizeof(*shared));
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (!refresh || !shared || event < 0) {
		int error = refresh && shared ? -errno : -ENOMEM;

		if (event >= 0)
			close(event);
		free(shared);
		free(refresh);
		return error;
	}
	pthread_mutex_init(&shared->lock, NULL);
	shared->event = event;
	shared->users = 1;
	shared->ask = ask;
	refresh->cache = cache;
	refresh->shared = shared;
	*ret_refresh = refresh;
	return 0;
}

void name_refresh_free(struct name_refresh *refresh)
{
	if (!refresh)
		return;
	pthread_mutex_lock(&refresh->shared->lock);
	refresh->shared->closed = true;
	shared_leave(refresh->shared);
	for (size_t i = 0; i < refresh->pending; i++)
		free(refresh->asked[i]);
	free(refresh->asked);
	free(refresh);
}

int name_refresh_fd(const struct name_refresh *refresh)
{
	return refresh->shared->event;
}

size_t name_refresh_pending(const struct name_refresh *refresh)
{
	return refresh->pending;
}

/* ---- questions ---- */

static bool is_asked(const struct name_refresh *refresh, const char *name)
{
	for (size_t i = 0; i < refresh->pending; i++)
		if (!strcmp(refresh->asked[i], name))
			return true;
	return false;
}

static int asked_add(struct name_refresh *refresh, const char *name)
{
	if (refresh->pending == refresh->capacity) {
		size_t capacity = refresh->capacity ? refresh->capacity * 2 : 8;
		char **asked = reallocarray(refresh->asked, capacity, sizeof(*asked));

		if (!asked)
			return -ENOMEM;
		refresh->asked = asked;
		refresh->capacity = capacity;
	}
	refresh->asked[refresh->pending] = strdup(name);
	if (!refresh->asked[refresh->pending])
		return -ENOMEM;
	refresh->pending++;
	return 0;
}

static void asked_remove(struct name_refresh *refresh, const char *name)
{
	for (size_t i = 0; i < refresh->pending; i++) {
		if (strcmp(refresh->asked[i], name))
			continue;
		free(refresh->asked[i]);
		refresh->asked[i] = refresh->asked[--refresh->pending];
		return;
	}
}

static int question_ask(struct name_refresh *refresh, const char *name)
{
	struct shared *shared = refresh->shared;
	struct question *question = calloc(1, sizeof(*question));
	int error = 0;

	if (question)
		question->name = strdup(name);
	if (!question || !question->name || asked_add(refresh, name)) {
		question_free(question);
		return -ENOMEM;
	}
	pthread_mutex_lock(&shared->lock);
	if (shared->workers < WORKERS_MAX)
		error = worker_start(shared);
	if (error && shared->workers)
		error = 0; /* those that run will come to it */
	if (!error) {
		question->next = shared->waiting;
		shared->waiting = question;
	}
	pthread_mutex_unlock(&shared->lock);
	if (error) {
		asked_remove(refresh, name);
		question_free(question);
	}
	return error;
}

int name_refresh_start(struct name_refresh *refresh, int64_t now_ms)
{
	int error = 0;

	for (size_t i = 0; i < name_cache_count(refresh->cache); i++) {
		const struct name_entry *entry = name_cache_at(refresh->cache, i);

		if (!name_entry_is_due(entry, now_ms) || is_asked(refresh, entry->name))
			continue;
		error = question_ask(refresh, entry->name) ?: error;
	}
	return error;
}

int64_t name_refresh_wait_ms(const struct name_refresh *refresh, int64_t now_ms)
{
	int64_t soonest = -1;

	for (size_t i = 0; i < name_cache_count(refresh->cache); i++) {
		const struct name_entry *entry = name_cache_at(refresh->cache, i);
		int64_t wait_ms = name_entry_due_ms(entry) - now_ms;

		if (is_asked(refresh, entry->name))
			continue; /* its answer makes itself known */
		if (wait_ms < 0)
			wait_ms = 0;
		if (soonest < 0 || wait_ms < soonest)
			soonest = wait_ms;
	}
	return soonest;
}

/* ---- answers ---- */

static struct question *answers_take(struct shared *shared)
{
	struct question *list;
	uint64_t count;

	pthread_mutex_lock(&shared->lock);
	list = shared->answered;
	shared->answered = NULL;
	/* Under the lock: an answer that comes now counts anew. Empty: EAGAIN. */
	if (read(shared->event, &count, sizeof(count)) < 0)
		count = 0;
	pthread_mutex_unlock(&shared->lock);
	return list;
}

int name_refresh_collect(struct name_refresh *refresh, int64_t now_ms, size_t *ret_changed)
{
	struct question *list = answers_take(refresh->shared);
	size_t changes = 0;
	int error = 0;

	for (struct question *question = list; question; question = question->next) {
		bool changed = false;

		/* Pruned meanwhile: nobody wants to know any more. */
		if (name_cache_find(refresh->cache, question->name))
			error = name_cache_store(refresh->cache, question->name, question->error,
						 &question->addresses, now_ms, &changed)
					?: error;
		changes += changed;
		asked_remove(refresh, question->name);
	}
	questions_free(list);
	*ret_changed = changes;
	return error;
}

int name_refresh_settle(struct name_refresh *refresh, int64_t timeout_ms, size_t *ret_changed)
{
	int64_t end_ms = name_now_ms() + timeout_ms;
	size_t changes = 0;
	int error = name_refresh_start(refresh, name_now_ms());

	while (!error && refresh->pending) {
		struct pollfd wait = {.fd = name_refresh_fd(refresh), .events = POLLIN};
		int64_t left_ms = end_ms - name_now_ms();
		size_t changed = 0;

		if (left_ms <= 0)
			break;
		if (poll(&wait, 1, (int)left_ms) < 0 && errno != EINTR)
			return -errno;
		error = name_refresh_collect(refresh, name_now_ms(), &changed);
		changes += changed;
	}
	*ret_changed = changes;
	return error;
}
