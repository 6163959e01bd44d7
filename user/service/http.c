// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The listener of /metrics. Clear text and no token are for the loopback alone: rule names and
 * partners' ports are nobody else's business.
 */
#include "service/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/cleanup.h"

#define CONNECTIONS_MAX 32
#define CONNECTION_TIMEOUT_S 10
#define SECRET_BYTES_MAX 65536

struct http_server {
	struct MHD_Daemon *daemon;
	char *(*scrape)(void *context, size_t *ret_length);
	void *context;
	char *token, *cert, *key;
	int fd;
};

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static int address_parse(const char *text, union address *ret_address)
{
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN + 2] = "", *end;
	size_t length = colon ? (size_t)(colon - text) : 0;
	unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;

	if (!length || length >= sizeof(host) || *end || !colon[1] || !port || port > 65535)
		return -EINVAL;
	memcpy(host, text, length);
	memset(ret_address, 0, sizeof(*ret_address));
	if (host[0] == '[' && host[length - 1] == ']') {
		host[length - 1] = '\0';
		ret_address->v6.sin6_family = AF_INET6;
		ret_address->v6.sin6_port = htons((uint16_t)port);
		return inet_pton(AF_INET6, host + 1, &ret_address->v6.sin6_addr) == 1 ? 0 : -EINVAL;
	}
	ret_address->v4.sin_family = AF_INET;
	ret_address->v4.sin_port = htons((uint16_t)port);
	return inet_pton(AF_INET, host, &ret_address->v4.sin_addr) == 1 ? 0 : -EINVAL;
}

static bool address_is_loopback(const union address *address)
{
	if (address->any.sa_family == AF_INET)
		return ntohl(address->v4.sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
}

static int file_read(const char *path, char **ret_text)
{
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	AUTO_FREE char *text = NULL;
	ssize_t length;

	if (fd < 0)
		return -errno;
	text = calloc(1, SECRET_BYTES_MAX + 1);
	if (!text)
		return -ENOMEM;
	length = read(fd, text, SECRET_BYTES_MAX);
	if (length < 0)
		return -errno;
	*ret_text = take_pointer(text);
	return 0;
}

/* Takes as long for a wrong token as for a right one. */
static bool token_matches(const char *want, const char *header)
{
	static const char scheme[] = "Bearer ";
	size_t length = strlen(want);
	unsigned char differ = 0;

	if (!header || strncasecmp(header, scheme, sizeof(scheme) - 1))
		return false;
	header += sizeof(scheme) - 1;
	if (strlen(header) != length)
		return false;
	for (size_t i = 0; i < length; i++)
		differ |= (unsigned char)(want[i] ^ header[i]);
	return !differ;
}

static enum MHD_Result reply(struct MHD_Connection *connection, unsigned int status, char *text,
			     size_t length, enum MHD_ResponseMemoryMode memory)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(length, text, memory);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				"text/plain; version=0.0.4; charset=utf-8");
	if (status == MHD_HTTP_UNAUTHORIZED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result reply_text(struct MHD_Connection *connection, unsigned int status,
				  const char *text)
{
	return reply(connection, status, (char *)(uintptr_t)text, strlen(text),
		     MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_size, void **request)
{
	struct http_server *server = context;
	size_t length;
	char *text;

	(void)version;
	(void)upload;
	(void)upload_size;
	(void)request;
	if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD))
		return reply_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET /metrics\n");
	if (server->token && !token_matches(server->token, MHD_lookup_connection_value(
								   connection, MHD_HEADER_KIND,
								   MHD_HTTP_HEADER_AUTHORIZATION)))
		return reply_text(connection, MHD_HTTP_UNAUTHORIZED, "a bearer token is needed\n");
	if (strcmp(url, "/metrics"))
		return reply_text(connection, MHD_HTTP_NOT_FOUND, "zonegate: /metrics\n");
	text = server->scrape(server->context, &length);
	if (!text)
		return reply_text(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory\n");
	return reply(connection, MHD_HTTP_OK, text, length, MHD_RESPMEM_MUST_FREE);
}

static int secrets_read(const struct http_options *options, struct http_server *server,
			const char **ret_error)
{
	int error;

	*ret_error = "[metrics] token_file cannot be read";
	if (options->token_file) {
		error = file_read(options->token_file, &server->token);
		if (error || !server->token)
			return error ? error : -EINVAL;
		server->token[strcspn(server->token, "\r\n")] = '\0';
		*ret_error = "[metrics] token_file is empty";
		if (!*server->token)
			return -EINVAL;
	}
	*ret_error = "[metrics] cert cannot be read";
	error = options->cert ? file_read(options->cert, &server->cert) : 0;
	if (error)
		return error;
	*ret_error = "[metrics] key cannot be read";
	return options->key ? file_read(options->key, &server->key) : 0;
}

int http_start(const struct http_options *options, struct http_server **ret_server,
	       const char **ret_error)
{
	struct http_server *server;
	union address address;
	unsigned int flags = MHD_USE_EPOLL;
	int error;

	*ret_error = "[metrics] listen is not ADDRESS:PORT";
	if (address_parse(options->listen, &address))
		return -EINVAL;
	*ret_error = "[metrics] cert and key belong together";
	if (!options->cert != !options->key)
		return -EINVAL;
	*ret_error = "[metrics] listen leaves this host: cert, key and token_file are needed";
	if (!address_is_loopback(&address) && (!options->cert || !options->token_file))
		return -EINVAL;
	*ret_error = "out of memory";
	server = calloc(1, sizeof(*server));
	if (!server)
		return -ENOMEM;
	server->scrape = options->scrape;
	server->context = options->context;
	error = secrets_read(options, server, ret_error);
	if (error) {
		http_stop(server);
		return error;
	}
	if (address.any.sa_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	if (server->cert)
		flags |= MHD_USE_TLS;
	errno = 0;
	server->daemon = MHD_start_daemon(
		flags, 0, NULL, NULL, answer, server, MHD_OPTION_SOCK_ADDR, &address.any,
		MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
		CONNECTION_TIMEOUT_S, server->cert ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END,
		server->cert, MHD_OPTION_HTTPS_MEM_KEY, server->key, MHD_OPTION_END);
	*ret_error = "[metrics] listen: the address is taken, or not on this host";
	if (!server->daemon) {
		error = errno ? -errno : -EADDRINUSE;
		http_stop(server);
		return error;
	}
	server->fd = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	*ret_server = server;
	return 0;
}

int http_fd(const struct http_server *server)
{
	return server->fd;
}

void http_run(struct http_server *server)
{
	MHD_run(server->daemon);
}

int http_timeout_ms(struct http_server *server)
{
	MHD_UNSIGNED_LONG_LONG timeout_ms;

	if (MHD_get_timeout(server->daemon, &timeout_ms) != MHD_YES)
		return -1;
	return timeout_ms > 60000 ? 60000 : (int)timeout_ms;
}

void http_stop(struct http_server *server)
{
	if (!server)
		return;
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	/* explicit_bzero: the token and the key are secrets. */
	if (server->token)
		explicit_bzero(server->token, strlen(server->token));
	if (server->key)
		explicit_bzero(server->key, strlen(server->key));
	free(server->token);
	free(server->cert);
	free(server->key);
	free(server);
}
