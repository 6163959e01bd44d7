/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sends the flood: all kinds in turn, at a rate, until told to stop (SIGTERM) or all are sent; then
 * says how many of each kind left the socket. Owns the socket. Knows no policy.
 *
 * usage: flood DEVICE DESTINATION-MAC PACKETS-PER-SECOND PACKETS SEED
 */
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "kinds.h"

#define BATCH 32

static volatile sig_atomic_t ended;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

/* SplitMix64: a seed, and the same packets come again. */
static uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

struct flood {
	int socket;
	uint8_t to[6];
	uint64_t rate, packets, random;
	uint64_t made, refused; /* refused: by the kernel, never on the wire */
	uint64_t made_of[FLOOD_KIND_COUNT];
};

static int socket_open(const char *device)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_ifindex = (int)if_nametoindex(device),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0 || !address.sll_ifindex ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address))) {
		fprintf(stderr, "flood: %s: %s\n", device, strerror(errno));
		exit(1);
	}
	return fd;
}

static unsigned int batch_send(struct flood *flood)
{
	static struct flood_frame frames[BATCH];
	static struct iovec parts[BATCH];
	static struct mmsghdr messages[BATCH];
	uint64_t left = flood->packets - flood->made;
	unsigned int count = left < BATCH ? (unsigned int)left : BATCH, sent = 0;

	for (unsigned int i = 0; i < count; i++) {
		enum flood_kind kind = (enum flood_kind)(flood->made++ % FLOOD_KIND_COUNT);

		flood_frame_make(kind, flood->made_of[kind]++, random_next(&flood->random),
				 flood->to, &frames[i]);
		parts[i] = (struct iovec){frames[i].bytes, frames[i].size_bytes};
		messages[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &parts[i], .msg_iovlen = 1}};
	}
	while (sent < count) {
		int n = sendmmsg(flood->socket, messages + sent, count - sent, 0);

		if (n > 0) {
			sent += (unsigned int)n;
		} else if (errno == ENOBUFS) {
			flood->refused++;
			sent++;
		} else if (errno != EINTR) {
			fprintf(stderr, "flood: sending: %s\n", strerror(errno));
			exit(1);
		}
	}
	return count;
}

static void flood_run(struct flood *flood)
{
	struct timespec due;

	clock_gettime(CLOCK_MONOTONIC, &due);
	while (!ended && flood->made < flood->packets) {
		struct timespec now;
		uint64_t ns = batch_send(flood) * 1000000000ull / flood->rate;

		due.tv_nsec += (long)ns;
		due.tv_sec += due.tv_nsec / 1000000000;
		due.tv_nsec %= 1000000000;
		/* What a busy machine took away is not sent all at once afterwards. */
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec > due.tv_sec + 1)
			due = now;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
	}
}

int main(int argc, char **argv)
{
	struct flood flood = {0};
	uint8_t *to = flood.to;

	if (argc != 6 || sscanf(argv[2], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", to, to + 1, to + 2,
				to + 3, to + 4, to + 5) != 6) {
		fprintf(stderr, "usage: flood DEVICE MAC PACKETS-PER-SECOND PACKETS SEED\n");
		return 2;
	}
	flood.socket = socket_open(argv[1]);
	flood.rate = strtoull(argv[3], NULL, 10);
	flood.packets = strtoull(argv[4], NULL, 10);
	flood.random = strtoull(argv[5], NULL, 10);
	if (!flood.rate)
		flood.rate = 1;
	signal(SIGTERM, end);
	signal(SIGINT, end);
	flood_run(&flood);
	for (int kind = 0; kind < FLOOD_KIND_COUNT; kind++)
		printf("%s %llu\n", flood_words[kind], (unsigned long long)flood.made_of[kind]);
	printf("refused %llu\n", (unsigned long long)flood.refused);
	return 0;
}
