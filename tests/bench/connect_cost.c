// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What connect() costs: one line of p50, p99 and worst, in microseconds. Fills a part of an origin
 * range first, so that a free port has to be looked for. Knows nothing of zonegate: the script
 * beside it runs it with and without.
 *
 *   connect_cost listen PORT             accepts and keeps connections, until it is killed
 *   connect_cost FIRST LAST FILL ROUNDS ADDRESS PORT
 *
 * FILL sockets are bound to ports of FIRST-LAST and connected; then ROUNDS connections are opened
 * and reset (no TIME_WAIT is left), each connect() timed alone. Exit status 1: a connection failed,
 * or, with "assigned" as the last argument, left from a port outside FIRST-LAST.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define KEPT_MAX 16384 /* connections that the listener holds */

static const struct linger reset = {.l_onoff = 1};

static void die(const char *doing)
{
	fprintf(stderr, "connect_cost: %s: %s\n", doing, strerror(errno));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void descriptors_allow(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		die("reading the limit of descriptors");
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("raising the limit of descriptors");
}

/* Accepts at once: connect() must not wait for us. Descriptors of reset connections are given back
 * by and by. */
static __attribute__((noreturn)) void listen_forever(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
	struct pollfd *kept = calloc(KEPT_MAX, sizeof(*kept));
	size_t count = 1;

	descriptors_allow();
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (!kept || bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 4096))
		die("listening");
	kept[0] = (struct pollfd){.fd = fd, .events = POLLIN};
	for (;;) {
		if (poll(kept, count, -1) < 0)
			die("poll");
		for (size_t i = count - 1; i > 0; i--) {
			if (!kept[i].revents)
				continue;
			close(kept[i].fd);
			kept[i] = kept[--count];
		}
		for (int peer; count < KEPT_MAX && (peer = accept(fd, NULL, NULL)) >= 0;)
			kept[count++] = (struct pollfd){.fd = peer, .events = POLLRDHUP};
	}
}

static void fill(uint16_t first, uint16_t last, unsigned long count,
		 const struct sockaddr_in *destination)
{
	unsigned long ports = (unsigned long)last - first + 1;

	if (count > ports)
		count = ports;
	/* Spread over the range: with a step that divides nothing. Reset at the end, for the next
	 * run. */
	for (unsigned long i = 0; i < count; i++) {
		struct sockaddr_in from = {.sin_family = AF_INET,
					   .sin_port = htons(first + i * 7919 % ports)};
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof(from)) ||
		    connect(fd, (const struct sockaddr *)destination, sizeof(*destination)))
			die("filling the range");
	}
}

/* What others do on this machine is not what connect() costs. */
static void priority_take(void)
{
	const struct sched_param priority = {.sched_priority = 50};

	if (sched_setscheduler(0, SCHED_FIFO, &priority))
		fprintf(stderr, "connect_cost: without real-time priority: %s\n", strerror(errno));
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t connect_once(const struct sockaddr_in *destination, uint16_t *ret_port)
{
	struct sockaddr_in self;
	socklen_t size = sizeof(self);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	uint64_t begin, spent;

	if (fd < 0)
		die("socket");
	begin = now_ns();
	if (connect(fd, (const struct sockaddr *)destination, sizeof(*destination)))
		die("connect");
	spent = now_ns() - begin;
	if (getsockname(fd, (struct sockaddr *)&self, &size) ||
	    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)))
		die("getsockname");
	close(fd);
	*ret_port = ntohs(self.sin_port);
	return spent;
}

int main(int argc, char **argv)
{
	struct sockaddr_in destination = {.sin_family = AF_INET};
	unsigned long rounds, outside = 0;
	uint16_t first, last;
	uint64_t *spent;

	if (argc == 3 && !strcmp(argv[1], "listen"))
		listen_forever((uint16_t)atoi(argv[2]));
	if (argc < 7 || inet_pton(AF_INET, argv[5], &destination.sin_addr) != 1) {
		fprintf(stderr, "usage: connect_cost listen PORT\n"
				"       connect_cost FIRST LAST FILL ROUNDS ADDRESS PORT "
				"[assigned]\n");
		return 2;
	}
	first = (uint16_t)atoi(argv[1]);
	last = (uint16_t)atoi(argv[2]);
	rounds = strtoul(argv[4], NULL, 10);
	destination.sin_port = htons((uint16_t)atoi(argv[6]));
	spent = calloc(rounds, sizeof(*spent));
	if (!rounds || !spent)
		die("rounds");
	descriptors_allow();
	fill(first, last, strtoul(argv[3], NULL, 10), &destination);
	priority_take();
	for (unsigned long i = 0; i < rounds; i++) {
		uint16_t port;

		spent[i] = connect_once(&destination, &port);
		outside += port < first || port > last;
	}
	qsort(spent, rounds, sizeof(*spent), compare);
	printf("p50_us=%.1f p99_us=%.1f max_us=%.1f rounds=%lu outside=%lu\n",
	       (double)spent[rounds / 2] / 1e3, (double)spent[rounds * 99 / 100] / 1e3,
	       (double)spent[rounds - 1] / 1e3, rounds, outside);
	return argc > 7 && !strcmp(argv[7], "assigned") && outside;
}
