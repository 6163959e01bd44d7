/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Questions to the system about this host. Owns nothing.
 */
#include "resolve/host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include "util/cleanup.h"

static int address_add(const struct sockaddr *address, struct address_set_builder *builder)
{
	if (address->sa_family == AF_INET) {
		uint32_t v4 =
			ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr);

		return address_set_builder_add4(builder, v4, v4);
	}
	if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)address;
		struct addr6 v6 = addr6_from_bytes(in6->sin6_addr.s6_addr);

		return address_set_builder_add6(builder, v6, v6);
	}
	return 0;
}

int host_addresses(struct arena *arena, struct address_set *ret_addresses)
{
	CLEANUP(address_set_builder_free) struct address_set_builder builder = {0};
	struct ifaddrs *list;
	int err = 0;

	if (getifaddrs(&list))
		return -errno;
	for (const struct ifaddrs *entry = list; entry && !err; entry = entry->ifa_next) {
		if (entry->ifa_addr && !(entry->ifa_flags & IFF_LOOPBACK))
			err = address_add(entry->ifa_addr, &builder);
	}
	freeifaddrs(list);
	return err ? err : address_set_build(&builder, arena, ret_addresses);
}

int host_port_range(struct port_range *ret_range)
{
	AUTO_FILE FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	unsigned int first, last;

	if (!file)
		return -errno;
	if (fscanf(file, "%u %u", &first, &last) != 2 || first > last || last > 65535)
		return -EINVAL;
	*ret_range = (struct port_range){(uint16_t)first, (uint16_t)last};
	return 0;
}
