/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * /metrics over HTTP by libmicrohttpd, without a thread of its own: the service's loop polls one
 * descriptor. Owns the listener, TLS and the bearer token. Knows no metric: the text comes from a
 * callback.
 */
#ifndef USER_SERVICE_HTTP_H
#define USER_SERVICE_HTTP_H

#include <stddef.h>
#include <stdint.h>

struct http_server;

struct http_options {
	const char *listen;	/* "127.0.0.1:9477", "[::1]:9477" */
	const char *cert, *key; /* PEM files; NULL: no TLS */
	const char *token_file; /* its first line is the bearer token; NULL: none is asked for */
	/* The text of a scrape, by malloc, or NULL. */
	char *(*scrape)(void *context, size_t *ret_length);
	void *context;
};

/*
 * 0; -EINVAL: options do not fit (an address that leaves the host needs TLS and a token), -errno of
 * files and sockets. *ret_error, a static sentence, tells which.
 */
int http_start(const struct http_options *options, struct http_server **ret_server,
	       const char **ret_error);
/* Becomes readable when http_run() has something to do. */
int http_fd(const struct http_server *server);
void http_run(struct http_server *server);
/* Milliseconds until http_run() is due without the descriptor; -1: no hurry. */
int http_timeout_ms(struct http_server *server);
void http_stop(struct http_server *server);

#endif
