/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The host's connections become flows on the first attach. Owns the decision which; the walk over
 * the image is compile/image_lookup.h, the list of sockets kernel/sockets.c.
 */
#include "kernel/adopt.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <time.h>

#include "compile/image_lookup.h"
#include "kernel/sockets.h"

struct adopt {
	int flows_fd;
	const struct image *image;
	const uint16_t *rule_slot;
	uint64_t now_ns;
	uint64_t listening[1024]; /* local ports, a bit each: what they have was opened by others */
	struct adoption result;
};

static uint64_t coarse_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now); /* the clock of bpf/flow.h */
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static bool is_mapped4(const uint8_t *address)
{
	static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

	return !memcmp(address, prefix, sizeof(prefix));
}

static bool is_loopback(const uint8_t *address)
{
	static const uint8_t loopback6[16] = {[15] = 1};

	return is_mapped4(address) ? address[12] == 127 : !memcmp(address, loopback6, 16);
}

static uint32_t class_find(enum zg_trie trie4, enum zg_trie trie6, const uint8_t *address)
{
	uint8_t copy[16] __attribute__((aligned(8)));
	uint32_t address4;

	if (is_mapped4(address)) {
		memcpy(&address4, address + 12, sizeof(address4));
		return lookup_class4(0, trie4, ntohl(address4));
	}
	memcpy(copy, address, sizeof(copy));
	return lookup_class6(0, trie6, copy);
}

/* A rule of the role for any NIC: by which one the connection runs is not known here. */
static uint32_t rule_find(const struct image *image, enum zg_role role,
			  const struct tcp_socket *socket)
{
	const struct zg_settings *settings = &image->settings;
	const struct zg_ports *ports = &image->ports[role == ZG_ACCEPT ? ZG_ACCEPT : ZG_OPEN];
	uint32_t port_class = ports->tcp[role == ZG_ACCEPT ? socket->lport : socket->rport];
	uint32_t remote = class_find(ZG_REMOTE4, ZG_REMOTE6, socket->remote);
	uint32_t local = class_find(ZG_LOCAL4, ZG_LOCAL6, socket->local);
	uint32_t reason;

	if (remote == ZG_LOOKUP_BROKEN || local == ZG_LOOKUP_BROKEN || !settings->local_classes)
		return ZG_SLOT_NONE;
	for (; local < settings->locals; local += settings->local_classes) {
		uint32_t slot = lookup_rule(settings, role, remote, local, port_class, &reason);

		if (slot != ZG_SLOT_NONE && slot != ZG_LOOKUP_BROKEN)
			return slot;
	}
	return ZG_SLOT_NONE;
}

static uint8_t flow_state(uint8_t tcp_state)
{
	switch (tcp_state) {
	case TCP_SYN_SENT:
		return ZG_FLOW_SYN_SENT;
	case TCP_SYN_RECV:
	case TCP_ESTABLISHED:
		return ZG_FLOW_ESTABLISHED;
	default:
		return ZG_FLOW_CLOSING;
	}
}

static int listener_note(const struct tcp_socket *socket, void *context)
{
	struct adopt *adopt = context;

	adopt->listening[socket->lport / 64] |= UINT64_C(1) << (socket->lport % 64);
	return 0;
}

/*
 * The rule that carries the connection, 0: none. *ret_accepted: an accept rule does, and no flow is
 * needed. Ports alone do not tell who opened it: a client's may be in an open rule's range.
 */
static uint32_t rule_of(const struct adopt *adopt, const struct tcp_socket *socket,
			bool *ret_accepted)
{
	bool listening = adopt->listening[socket->lport / 64] >> (socket->lport % 64) & 1;
	uint32_t open = listening ? 0 : rule_find(adopt->image, ZG_OPEN, socket);

	*ret_accepted = !open && rule_find(adopt->image, ZG_ACCEPT, socket);
	return open;
}

static int socket_adopt(const struct tcp_socket *socket, void *context)
{
	struct adopt *adopt = context;
	struct zg_flow_key key = {
		.lport = htons(socket->lport), .rport = htons(socket->rport), .proto = IPPROTO_TCP};
	struct zg_flow flow = {
		.seen_ns = adopt->now_ns, .state = flow_state(socket->state), .adopted = 1};
	bool accepted;
	uint32_t slot;

	if (!socket->rport || is_loopback(socket->local) || is_loopback(socket->remote))
		return 0;
	slot = rule_of(adopt, socket, &accepted);
	if (accepted) {
		adopt->result.accepted++;
		return 0;
	}
	memcpy(key.laddr, socket->local, sizeof(key.laddr));
	memcpy(key.raddr, socket->remote, sizeof(key.raddr));
	flow.slot = adopt->rule_slot ? adopt->rule_slot[slot] : (uint16_t)slot;
	/* NOEXIST: the programs may have made it meanwhile, and know it better. */
	if (bpf_map_update_elem(adopt->flows_fd, &key, &flow, BPF_NOEXIST))
		return errno == EEXIST ? 0 : -errno;
	adopt->result.flows++;
	adopt->result.unruled += !slot;
	return 0;
}

int adopt_connections(const struct firewall *firewall, const struct image *image,
		      const uint16_t *rule_slot, struct report *report,
		      struct adoption *ret_adoption)
{
	const uint32_t states = TCP_STATE_BIT(TCP_ESTABLISHED) | TCP_STATE_BIT(TCP_SYN_SENT) |
				TCP_STATE_BIT(TCP_SYN_RECV) | TCP_STATE_BIT(TCP_FIN_WAIT1) |
				TCP_STATE_BIT(TCP_FIN_WAIT2) | TCP_STATE_BIT(TCP_CLOSE_WAIT) |
				TCP_STATE_BIT(TCP_LAST_ACK) | TCP_STATE_BIT(TCP_CLOSING);
	struct adopt adopt = {
		.flows_fd = firewall->map[MAP_FLOWS].fd,
		.image = image,
		.rule_slot = rule_slot,
		.now_ns = coarse_now_ns(),
	};
	int error;

	image_lookup_use(image);
	error = tcp_sockets_dump(TCP_STATE_BIT(TCP_LISTEN), listener_note, &adopt);
	if (!error)
		error = tcp_sockets_dump(states, socket_adopt, &adopt);
	image_lookup_use(NULL);
	if (error)
		return report_fail(report, error, "taking over the host's open connections");
	*ret_adoption = adopt.result;
	return 0;
}
