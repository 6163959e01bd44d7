// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Both ways to list sockets see the same: a connection of this test's own over the loopback, in
 * both families. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <netinet/tcp.h>
#include <unistd.h>
#include <cmocka.h>

#include "kernel/sockets_proc.h"

struct pair {
	int listener, client, server;
	uint16_t lport, rport; /* as the client sees them */
	unsigned int seen;
};

union endpoint {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static uint16_t port_of(int fd)
{
	union endpoint name;
	socklen_t size = sizeof(name);

	assert_int_equal(getsockname(fd, &name.any, &size), 0);
	return ntohs(name.v4.sin_port); /* at the same place in both */
}

static bool pair_open(int family, struct pair *pair)
{
	union endpoint address = {.any.sa_family = (sa_family_t)family};
	socklen_t size = family == AF_INET ? sizeof(address.v4) : sizeof(address.v6);

	if (family == AF_INET)
		address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		address.v6.sin6_addr = in6addr_loopback;
	memset(pair, 0, sizeof(*pair));
	pair->listener = socket(family, SOCK_STREAM, 0);
	if (pair->listener < 0 || bind(pair->listener, &address.any, size))
		return false;
	assert_int_equal(listen(pair->listener, 1), 0);
	assert_int_equal(getsockname(pair->listener, &address.any, &size), 0);
	pair->client = socket(family, SOCK_STREAM, 0);
	assert_int_equal(connect(pair->client, &address.any, size), 0);
	pair->server = accept(pair->listener, NULL, NULL);
	pair->lport = port_of(pair->client);
	pair->rport = port_of(pair->listener);
	return true;
}

static void pair_close(struct pair *pair)
{
	close(pair->client);
	close(pair->server);
	close(pair->listener);
}

static int see(const struct tcp_socket *socket, void *context)
{
	static const uint8_t loopback4[16] = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1};
	static const uint8_t loopback6[16] = {[15] = 1};
	struct pair *pair = context;

	if (socket->lport != pair->lport || socket->rport != pair->rport)
		return 0;
	assert_int_equal(socket->state, TCP_ESTABLISHED);
	assert_true(!memcmp(socket->local, loopback4, 16) || !memcmp(socket->local, loopback6, 16));
	assert_memory_equal(socket->local, socket->remote, 16);
	pair->seen++;
	return 0;
}

static void look(int family)
{
	struct pair pair;

	if (!pair_open(family, &pair)) {
		print_message("skipped: no loopback in this family\n");
		skip();
	}
	assert_int_equal(proc_sockets_dump(TCP_STATE_BIT(TCP_ESTABLISHED), see, &pair), 0);
	assert_int_equal(pair.seen, 1);
	assert_int_equal(tcp_sockets_dump(TCP_STATE_BIT(TCP_ESTABLISHED), see, &pair), 0);
	assert_int_equal(pair.seen, 2);
	assert_int_equal(proc_sockets_dump(TCP_STATE_BIT(TCP_LISTEN), see, &pair), 0);
	assert_int_equal(pair.seen, 2);
	pair_close(&pair);
}

static void test_ipv4(void **state)
{
	(void)state;
	look(AF_INET);
}

static void test_ipv6(void **state)
{
	(void)state;
	look(AF_INET6);
}

static int stop(const struct tcp_socket *socket, void *context)
{
	(void)socket;
	(void)context;
	return -7;
}

static void test_what_see_answers_ends_it(void **state)
{
	struct pair pair;

	(void)state;
	assert_true(pair_open(AF_INET, &pair));
	assert_int_equal(proc_sockets_dump(TCP_STATES_ALL, stop, NULL), -7);
	assert_int_equal(tcp_sockets_dump(TCP_STATES_ALL, stop, NULL), -7);
	pair_close(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipv4),
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_what_see_answers_ends_it),
	};

	return cmocka_run_group_tests_name("sockets", tests, NULL, NULL);
}
