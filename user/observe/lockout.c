// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Would a policy shut its operator out? The answer comes from the compiled image, for the NIC that
 * holds the session's local address: a NIC that is not guarded cuts nobody off.
 */
#include "observe/lockout.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile/image_lookup.h"
#include "kernel/sockets.h"
#include "util/address.h"

#define SSH_PORT 22

struct search {
	const struct resolved *policy;
	const struct image *image;
	struct ifaddrs *addresses;
	uint16_t port; /* where sshd listens */
	struct lockout *found;
};

static bool is_mapped4(const uint8_t address[16])
{
	static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

	return !memcmp(address, prefix, sizeof(prefix));
}

static uint32_t class_of(const uint8_t address[16], enum zg_trie trie4)
{
	_Alignas(8) uint8_t aligned[16];

	if (is_mapped4(address))
		return lookup_class4(0, trie4,
				     (uint32_t)address[12] << 24 | (uint32_t)address[13] << 16 |
					     (uint32_t)address[14] << 8 | address[15]);
	memcpy(aligned, address, sizeof(aligned));
	return lookup_class6(0, trie4 == ZG_REMOTE4 ? ZG_REMOTE6 : ZG_LOCAL6, aligned);
}

static bool holds(const struct ifaddrs *entry, const uint8_t address[16])
{
	if (!entry->ifa_addr)
		return false;
	if (entry->ifa_addr->sa_family == AF_INET)
		return is_mapped4(address) &&
		       !memcmp(&((struct sockaddr_in *)(void *)entry->ifa_addr)->sin_addr,
			       address + 12, 4);
	return entry->ifa_addr->sa_family == AF_INET6 &&
	       !memcmp(&((struct sockaddr_in6 *)(void *)entry->ifa_addr)->sin6_addr, address, 16);
}

/* The guarded NIC that holds an address; NULL: none, so that packets to it are not judged. */
static const char *guarded_nic(const struct search *search, const uint8_t local[16])
{
	const struct policy_settings *settings = &search->policy->settings;

	for (const struct ifaddrs *entry = search->addresses; entry; entry = entry->ifa_next) {
		if (!holds(entry, local))
			continue;
		for (size_t i = 0; i < settings->interfaces; i++)
			if (!strcmp(settings->interface[i], entry->ifa_name))
				return settings->interface[i];
	}
	return NULL;
}

static bool permits(const struct search *search, const uint8_t remote[16], const uint8_t local[16],
		    const char *nic, uint16_t port)
{
	const struct image *image = search->image;
	uint32_t reason = 0, remote_class, local_class, slot;

	image_lookup_use(image);
	remote_class = class_of(remote, ZG_REMOTE4);
	local_class = class_of(local, ZG_LOCAL4);
	for (uint32_t i = 0; i < ZG_IFGROUPS_MAX && image->settings.flags & ZG_F_IFGROUPS; i++)
		if (!strcmp(image->ifgroup_name[i], nic))
			local_class += (i + 1) * image->settings.local_classes;
	slot = lookup_rule(&image->settings, ZG_ACCEPT, remote_class, local_class,
			   image->ports[ZG_ACCEPT].tcp[port], &reason);
	return slot != ZG_SLOT_NONE && slot != ZG_LOOKUP_BROKEN;
}

static void judge_session(struct search *search, const struct tcp_socket *session)
{
	const char *nic = guarded_nic(search, session->local);
	struct lockout *found = search->found;

	if (!nic || permits(search, session->remote, session->local, nic, session->lport))
		return;
	if (!found->sessions++) {
		found->kind = LOCKOUT_SESSION;
		memcpy(found->remote, session->remote, sizeof(found->remote));
		memcpy(found->local, session->local, sizeof(found->local));
		found->rport = session->rport;
		found->lport = session->lport;
	}
}

static int see_socket(const struct tcp_socket *socket, void *context)
{
	struct search *search = context;

	if (socket->lport == search->port)
		judge_session(search, socket);
	return 0;
}

static bool address_take(const char *text, uint8_t ret_address[16])
{
	memset(ret_address, 0, 16);
	if (inet_pton(AF_INET, text, ret_address + 12) == 1) {
		ret_address[10] = ret_address[11] = 0xff;
		return true;
	}
	return inet_pton(AF_INET6, text, ret_address) == 1;
}

/* sshd's words; false when there are none, or others than sshd writes. */
static bool session_take(const char *words, struct tcp_socket *ret_session)
{
	char client[64], server[64];

	return words &&
	       sscanf(words, "%63s %hu %63s %hu", client, &ret_session->rport, server,
		      &ret_session->lport) == 4 &&
	       address_take(client, ret_session->remote) &&
	       address_take(server, ret_session->local);
}

static bool rule_covers(const struct rule *rule, uint16_t port)
{
	if (rule->accept_local < 0 || (rule->kind == PROTOCOL_IP && rule->proto != IPPROTO_TCP))
		return false;
	if (!rule->port_ranges)
		return true;
	for (size_t i = 0; i < rule->port_ranges; i++)
		if (rule->ports[i].first <= port && port <= rule->ports[i].last)
			return true;
	return false;
}

static void note_management(struct search *search, const struct address_set *shut)
{
	struct lockout *found = search->found;

	found->kind = LOCKOUT_MANAGEMENT;
	found->lport = search->port;
	if (shut->count4) {
		uint32_t first = htonl(shut->v4[0].first);

		found->remote[10] = found->remote[11] = 0xff;
		memcpy(found->remote + 12, &first, sizeof(first));
	} else {
		addr6_to_bytes(shut->v6[0].first, found->remote);
	}
}

/* Every address of the zone has to be let in to some address of this host: what no rule lets in is
 * left over. */
static int judge_management(struct search *search)
{
	const struct resolved *policy = search->policy;
	int management = policy->settings.management_zone;
	struct address_set shut = {0};
	struct arena arena = {0};
	int error = 0;

	if (management < 0)
		return 0;
	/* The host itself does not come in through a NIC. */
	error = address_set_subtract(&policy->zones[management].addresses, &policy->self, &arena,
				     &shut);
	for (size_t i = 0; i < policy->rule_count && !error; i++) {
		const struct rule *rule = &policy->rules[i];

		if ((rule->role != ROLE_ACCEPT && rule->role != ROLE_BOTH) ||
		    !rule_covers(rule, search->port))
			continue;
		if (!address_set_is_empty(&policy->self) &&
		    !address_set_intersects(&policy->zones[rule->accept_local].addresses,
					    &policy->self))
			continue;
		error = address_set_subtract(&shut, &policy->zones[rule->accept_remote].addresses,
					     &arena, &shut);
	}
	if (!error && !address_set_is_empty(&shut))
		note_management(search, &shut);
	arena_free(&arena);
	return error;
}

int lockout_find(const struct resolved *policy, const struct image *image,
		 const char *ssh_connection, struct report *report, struct lockout *ret_lockout)
{
	struct lockout found = {0};
	struct search search = {
		.policy = policy, .image = image, .port = SSH_PORT, .found = &found};
	struct tcp_socket session = {0};
	int error = 0;

	*ret_lockout = found;
	if (policy->settings.audit || policy->settings.ingress_pass)
		return 0;
	if (getifaddrs(&search.addresses))
		return report_fail(report, -errno, "listing the addresses of this host");
	if (session_take(ssh_connection, &session)) {
		search.port = session.lport;
		judge_session(&search, &session);
	}
	if (!found.sessions)
		error = tcp_sockets_dump(TCP_STATE_BIT(TCP_ESTABLISHED), see_socket, &search);
	freeifaddrs(search.addresses);
	if (error)
		return report_fail(report, error, "listing the open connections");
	if (found.kind == LOCKOUT_NONE)
		error = judge_management(&search);
	*ret_lockout = found;
	return error;
}
