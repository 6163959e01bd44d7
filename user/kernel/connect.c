/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the connect() programs are told of this host. Owns the contents of map "connect".
 */
#include "kernel/connect.h"

#include <endian.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include "util/address.h"

/* Ranges of self are addresses in a row: they are told apart again. */
static void fill4(const struct address_set *self, struct zg_connect *connect)
{
	uint32_t count = 0;

	for (size_t i = 0; i < self->count4; i++)
		for (uint64_t a = self->v4[i].first; a <= self->v4[i].last; a++) {
			uint32_t wire = htobe32((uint32_t)a);

			if (count == ZG_CONNECT_ADDRESSES) {
				connect->more = 1;
				goto out;
			}
			memcpy(connect->address4[count++], &wire, sizeof(wire));
		}
out:
	connect->count4 = count;
}

static void fill6(const struct address_set *self, struct zg_connect *connect)
{
	uint32_t count = 0;

	for (size_t i = 0; i < self->count6; i++) {
		struct addr6 address = self->v6[i].first;

		for (;; address.high += !++address.low) {
			if (count == ZG_CONNECT_ADDRESSES) {
				connect->more = 1;
				goto out;
			}
			addr6_to_bytes(address, connect->address6[count++]);
			if (!addr6_compare(address, self->v6[i].last))
				break;
		}
	}
out:
	connect->count6 = count;
}

void connect_fill(const struct address_set *self, uint64_t cookie, bool all_guarded,
		  struct zg_connect *ret_connect)
{
	ret_connect->more = 0;
	fill4(self, ret_connect);
	fill6(self, ret_connect);
	ret_connect->flags = all_guarded ? ZG_CONNECT_REFUSE : 0;
	ret_connect->netns_cookie = cookie;
}

static bool is_guarded(const struct policy_settings *settings, const char *nic)
{
	for (size_t i = 0; i < settings->interfaces; i++)
		if (!strcmp(settings->interface[i], nic))
			return true;
	return false;
}

/* An IPv4 or a global IPv6 address. Ports of bonds and bridges have none: what they carry is seen
 * elsewhere. */
static bool carries_ip(const struct ifaddrs *entry)
{
	const struct sockaddr_in6 *address6 = (const void *)entry->ifa_addr;

	if (!address6 || entry->ifa_flags & IFF_LOOPBACK || !(entry->ifa_flags & IFF_UP))
		return false;
	if (address6->sin6_family == AF_INET)
		return true;
	return address6->sin6_family == AF_INET6 && !IN6_IS_ADDR_LINKLOCAL(&address6->sin6_addr);
}

bool connect_all_guarded(const struct policy_settings *settings)
{
	struct ifaddrs *list, *entry;
	bool all = true;

	if (getifaddrs(&list))
		return false;
	for (entry = list; entry && all; entry = entry->ifa_next)
		all = !carries_ip(entry) || is_guarded(settings, entry->ifa_name);
	freeifaddrs(list);
	return all;
}
