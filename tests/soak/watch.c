/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Stands behind the filter: counts which packets of the flood a NIC hands to the host's stack, by
 * kind, until told to stop (SIGTERM). A socket on the permitted port swallows what is meant for it.
 * Owns its sockets. Knows no policy.
 *
 * usage: watch DEVICE
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kinds.h"

#define BATCH 64
#define BUFFER_BYTES (32 << 20)

static volatile sig_atomic_t ended;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

struct watch {
	int socket;
	uint64_t seen[FLOOD_KIND_COUNT];
	uint64_t unreadable; /* of the flood's sender, without the mark */
	uint64_t again;	     /* a permitted one whose number is not higher than the one before */
	int64_t last_number;
};

static void die(const char *what)
{
	fprintf(stderr, "watch: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int socket_open(const char *device)
{
	static const uint8_t mac[6] = FLOOD_MAC;
	uint32_t first = (uint32_t)mac[0] << 24 | mac[1] << 16 | mac[2] << 8 | mac[3];
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 6),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, first, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog filter = {.len = 4, .filter = code};
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(device),
	};
	const int buffer = BUFFER_BYTES;
	const struct timeval patience = {.tv_usec = 100000};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0 || !address.sll_ifindex ||
	    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)))
		die(device);
	return fd;
}

/* Nobody reads it: full, it drops without a word to the sender. */
static void port_occupy(uint16_t port)
{
	const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)))
		die("the permitted port");
}

static void frame_count(struct watch *watch, const uint8_t *bytes, size_t size)
{
	struct flood_mark mark = {0};

	if (size >= sizeof(mark))
		memcpy(&mark, bytes + size - sizeof(mark), sizeof(mark));
	if (mark.magic != FLOOD_MAGIC || mark.kind >= FLOOD_KIND_COUNT) {
		watch->unreadable++;
		return;
	}
	watch->seen[mark.kind]++;
	if (mark.kind != FLOOD_PERMITTED)
		return;
	if ((int64_t)mark.number <= watch->last_number)
		watch->again++;
	watch->last_number = (int64_t)mark.number;
}

static int batch_receive(struct watch *watch)
{
	static uint8_t frames[BATCH][FLOOD_FRAME_MAX];
	static struct iovec parts[BATCH];
	static struct mmsghdr messages[BATCH];
	int n;

	for (int i = 0; i < BATCH; i++) {
		parts[i] = (struct iovec){frames[i], sizeof(frames[i])};
		messages[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &parts[i], .msg_iovlen = 1}};
	}
	n = recvmmsg(watch->socket, messages, BATCH, MSG_WAITFORONE, NULL);
	for (int i = 0; i < n; i++)
		frame_count(watch, frames[i], messages[i].msg_len);
	return n;
}

int main(int argc, char **argv)
{
	struct watch watch = {.last_number = -1};
	struct tpacket_stats statistics;
	socklen_t size = sizeof(statistics);

	if (argc != 2) {
		fprintf(stderr, "usage: watch DEVICE\n");
		return 2;
	}
	watch.socket = socket_open(argv[1]);
	port_occupy(7000);
	signal(SIGTERM, end);
	printf("watching\n");
	fflush(stdout);
	/* After the signal, what has come already is counted still. */
	while (batch_receive(&watch) > 0 || !ended)
		;
	if (getsockopt(watch.socket, SOL_PACKET, PACKET_STATISTICS, &statistics, &size))
		die("statistics");
	for (int kind = 0; kind < FLOOD_KIND_COUNT; kind++)
		printf("%s %llu\n", flood_words[kind], (unsigned long long)watch.seen[kind]);
	printf("unreadable %llu\nagain %llu\nmissed %u\n", (unsigned long long)watch.unreadable,
	       (unsigned long long)watch.again, statistics.tp_drops);
	return 0;
}
