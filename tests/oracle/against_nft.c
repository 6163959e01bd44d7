// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Random policies and frames, as far as nft can say what the policy says (head of the exported
 * ruleset). What passed is what a packet socket of the frame's protocol gets: that is behind XDP
 * and behind the netdev hook. Must not know tables or programs.
 */
#include "against_nft.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <err.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <zonegate/reasons.h>

#include "compile/export_nft.h"
#include "dissect.h"
#include "generate_packet.h"
#include "generate_policy.h"
#include "policy_text.h"

#define FRAMES 400
#define QUIET_MS 120

/* One veth pair: frames go in at name0 and are heard at name1. */
static const struct side {
	const char *name, *in, *out;
} sides[2] = {{"XDP", "zgx0", "zgx1"}, {"nft", "zgn0", "zgn1"}};

static const uint16_t heard[] = {0x0800, 0x86dd, 0x0806, 0x88cc, 0x888e};
#define HEARD (sizeof(heard) / sizeof(heard[0]))

struct arena_of_two {
	int sender[2];
	int socket[2][HEARD];
};

static void command(const char *text)
{
	if (system(text))
		errx(3, "failed: %s", text);
}

static int packet_socket(const char *nic, uint16_t protocol)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_protocol = htons(protocol),
				      .sll_ifindex = (int)if_nametoindex(nic)};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), size = 8 << 20;

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		err(3, "packet socket on %s", nic);
	return fd;
}

static void namespace_make(struct arena_of_two *two)
{
	if (unshare(CLONE_NEWNET))
		err(3, "network namespace");
	command("ip link add zgx0 type veth peer name zgx1 && "
		"ip link add zgn0 type veth peer name zgn1 && "
		"ip link add other0 type veth peer name other1 && "
		"sysctl -qw net.ipv6.conf.all.disable_ipv6=1 && "
		"for i in zgx0 zgx1 zgn0 zgn1; do ip link set $i arp off up; done");
	for (int side = 0; side < 2; side++) {
		two->sender[side] = packet_socket(sides[side].in, 0);
		for (size_t i = 0; i < HEARD; i++)
			two->socket[side][i] = packet_socket(sides[side].out, heard[i]);
	}
}

/* The policy with zones bound to this side's NIC where the model says "lo". */
static void model_for(const struct model *model, const char *nic, struct model *ret_model)
{
	*ret_model = *model;
	snprintf(ret_model->interfaces, sizeof(ret_model->interfaces), "%s other0", nic);
	for (int i = 0; i < model->zones; i++)
		if (strcmp(model->zone[i].interface, "lo") == 0)
			snprintf(ret_model->zone[i].interface, 16, "%s", nic);
}

static void nft_load(struct bench *bench, const struct model *model)
{
	struct subject subject = {.loaded = false};
	char path[300], text[400];
	FILE *file;

	policy_write(model, bench->folder);
	snprintf(path, sizeof(path), "%s/zonegate.conf", bench->folder);
	if (subject_load(&subject, path, model))
		errx(3, "policy refused: %s", path);
	snprintf(path, sizeof(path), "%s/ruleset.nft", bench->folder);
	file = fopen(path, "w");
	if (!file || export_nft(&subject.policy, file) || fclose(file))
		err(3, "%s", path);
	subject_free(&subject);
	snprintf(text, sizeof(text), "nft -f %s", path);
	command(text);
}

/* What the head of the ruleset says it leaves out is not compared. */
static bool is_comparable(const struct model *model, const struct packet *packet,
			  const struct verdict *verdict)
{
	struct dissection d;

	if (packet->hook != ZG_INGRESS || packet->size > 1514 ||
	    read16(packet->byte + 12) == 0x8100 || read16(packet->byte + 12) == 0x88a8)
		return false;
	switch (verdict->reason) {
	case ZG_R_LAND:
	case ZG_R_TRUNCATED:
	case ZG_R_BAD_IPV4:
	case ZG_R_IP_OPTIONS: /* found by nft only when well formed inside */
	case ZG_R_BAD_IPV6:
	case ZG_R_BAD_TCP:
	case ZG_R_BAD_UDP:
	case ZG_R_BAD_ICMP:
	case ZG_R_ND_INVALID:
	case ZG_R_EXTENSION_HEADERS:
	case ZG_R_ROUTING_HEADER: /* a frame that ends in it has none for nft */
	case ZG_R_FRAGMENT_TINY:
	case ZG_R_FRAGMENT_OVERLAP:
	case ZG_R_BAD_FRAGMENT:
	case ZG_R_ICMP_ERROR:
		return false;
	}
	if (dissect(model, packet->byte, packet->size, &d))
		return true;
	if (d.proto == 51 && d.src.family == 6) /* nft walks over it */
		return false;
	return !d.later_fragment && (d.proto != 2 || d.payload.size >= 8);
}

static void frame_number(struct packet *packet, uint32_t number)
{
	packet->byte[6] = 2;
	packet->byte[7] = 0x5a;
	memcpy(packet->byte + 8, &number, sizeof(number));
}

static void frames_send(struct arena_of_two *two, const struct packet *packet)
{
	for (int side = 0; side < 2; side++) {
		struct sockaddr_ll address = {.sll_family = AF_PACKET,
					      .sll_ifindex = (int)if_nametoindex(sides[side].in)};

		if (sendto(two->sender[side], packet->byte, packet->size, 0,
			   (struct sockaddr *)&address, sizeof(address)) < 0)
			err(3, "send of %zu bytes", packet->size);
	}
}

static void frames_hear(struct arena_of_two *two, bool passed[2][FRAMES])
{
	struct pollfd waiting[2 * HEARD];
	uint8_t byte[2048];
	uint32_t number;

	for (size_t i = 0; i < 2 * HEARD; i++)
		waiting[i] =
			(struct pollfd){.fd = two->socket[i / HEARD][i % HEARD], .events = POLLIN};
	while (poll(waiting, 2 * HEARD, QUIET_MS) > 0)
		for (size_t i = 0; i < 2 * HEARD; i++) {
			ssize_t size = recv(waiting[i].fd, byte, sizeof(byte), 0);

			if (size < 14 || byte[6] != 2 || byte[7] != 0x5a)
				continue;
			memcpy(&number, byte + 8, sizeof(number));
			if (number < FRAMES)
				passed[i / HEARD][number] = true;
		}
}

struct result {
	uint64_t compared, passed;
};

/* The number of frames on which oracle, XDP on a NIC and nft do not agree. */
static int policy_compare(struct arena_of_two *two, const struct model *model, struct rng *rng,
			  struct result *result)
{
	static struct packet packets[FRAMES];
	static struct verdict verdicts[FRAMES];
	static bool passed[2][FRAMES];
	static struct traffic traffic;
	struct world *world = world_new(model);
	bool compare[FRAMES];
	char text[100];
	int differ = 0;

	memset(passed, 0, sizeof(passed));
	traffic_init(rng, model, &traffic);
	for (uint32_t i = 0; i < FRAMES; i++) {
		traffic_next(&traffic, &packets[i]);
		compare[i] = packets[i].hook == ZG_INGRESS && packets[i].size >= 14;
		if (!compare[i])
			continue;
		verdicts[i] =
			world_judge(world, ZG_INGRESS, "lo", packets[i].byte, packets[i].size);
		compare[i] = is_comparable(model, &packets[i], &verdicts[i]);
		if (packets[i].size > 1514)
			continue;
		frame_number(&packets[i], i);
		frames_send(two, &packets[i]);
	}
	frames_hear(two, passed);
	for (uint32_t i = 0; i < FRAMES; i++) {
		if (!compare[i])
			continue;
		result->compared++;
		result->passed += passed[0][i];
		if (passed[0][i] == passed[1][i] && passed[0][i] == verdicts[i].pass)
			continue;
		verdict_print(model, &verdicts[i], text, sizeof(text));
		if (differ++)
			continue;
		printf("nft: frame %u: oracle %s, XDP %s, nft %s\n  ", i, text,
		       passed[0][i] ? "pass" : "drop", passed[1][i] ? "pass" : "drop");
		for (size_t j = 0; j < packets[i].size; j++)
			printf("%02x", packets[i].byte[j]);
		putchar('\n');
	}
	world_free(world);
	return differ;
}

int against_nft(struct bench *bench, uint64_t seed, int policies)
{
	static struct model model, written;
	struct result result = {0};
	struct arena_of_two two;
	struct trial *trial;
	int differ = 0, link;

	namespace_make(&two);
	for (int i = 0; i < policies && !differ; i++) {
		struct rng rng = {seed + (uint64_t)i};

		policy_generate(&rng, &model);
		model.audit = false;
		model.echo_per_s = 0; /* two clocks do not tick alike */
		model_for(&model, sides[1].out, &written);
		nft_load(bench, &written);
		model_for(&model, sides[0].out, &written);
		trial = trial_begin(bench, &written, NULL);
		link = bpf_link_create(engine_kernel_program(bench, ZG_INGRESS),
				       (int)if_nametoindex(sides[0].out), BPF_XDP, NULL);
		if (link < 0)
			err(3, "XDP on %s", sides[0].out);
		differ = policy_compare(&two, &model, &rng, &result);
		close(link);
		trial_end(trial);
		if (differ)
			printf("nft: %d frames differ with --nft --seed %llu\n", differ,
			       (unsigned long long)(seed + (uint64_t)i));
	}
	printf("nft: %llu frames under %d policies: oracle == XDP on a NIC == nft; %llu passed\n",
	       (unsigned long long)result.compared, policies, (unsigned long long)result.passed);
	return differ != 0;
}
