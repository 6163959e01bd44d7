/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a NIC is and what it does to packets before a hook sees them. Reads only. Knows no policy
 * and no BPF.
 */
#include "kernel/nic.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "kernel/netlink.h"
#include "util/cleanup.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

/* What one RTM_NEWLINK says, before names can be put to indices. */
struct link_entry {
	struct nic nic;
	uint32_t master, parent;
};

struct link_list {
	struct link_entry *entry;
	size_t count, capacity;
};

static void text_copy(char *to, const struct rtattr *attribute)
{
	size_t length = strnlen(RTA_DATA(attribute), RTA_PAYLOAD(attribute));

	if (length >= IF_NAMESIZE)
		length = IF_NAMESIZE - 1;
	memcpy(to, RTA_DATA(attribute), length);
	to[length] = '\0';
}

static uint32_t number_of(const struct rtattr *attribute)
{
	uint32_t number = 0;

	if (RTA_PAYLOAD(attribute) >= sizeof(number))
		memcpy(&number, RTA_DATA(attribute), sizeof(number));
	return number;
}

static void kind_read(const struct rtattr *info, struct nic *nic)
{
	const struct rtattr *attribute = RTA_DATA(info);
	int left = (int)RTA_PAYLOAD(info);

	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
		if ((attribute->rta_type & NLA_TYPE_MASK) == IFLA_INFO_KIND)
			text_copy(nic->kind, attribute);
}

static void link_read(const struct nlmsghdr *message, struct link_entry *entry)
{
	const struct ifinfomsg *info = NLMSG_DATA(message);
	const struct rtattr *attribute = IFLA_RTA(info);
	int left = (int)IFLA_PAYLOAD(message);
	bool parent_elsewhere = false;

	memset(entry, 0, sizeof(*entry));
	entry->nic.ifindex = (uint32_t)info->ifi_index;
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		switch (attribute->rta_type & NLA_TYPE_MASK) {
		case IFLA_IFNAME:
			text_copy(entry->nic.name, attribute);
			break;
		case IFLA_MTU:
			entry->nic.mtu = number_of(attribute);
			break;
		case IFLA_MASTER:
			entry->master = number_of(attribute);
			break;
		case IFLA_LINK:
			entry->parent = number_of(attribute);
			break;
		case IFLA_LINK_NETNSID:
			parent_elsewhere = true;
			break;
		case IFLA_LINKINFO:
			kind_read(attribute, &entry->nic);
			break;
		default:
			break;
		}
	}
	/* The index of a device in another namespace says nothing here. */
	if (parent_elsewhere)
		entry->parent = 0;
}

static int link_add(const struct nlmsghdr *message, void *data)
{
	struct link_list *list = data;

	if (message->nlmsg_type != RTM_NEWLINK)
		return 0;
	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(struct ifinfomsg)))
		return -EPROTO;
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? 2 * list->capacity : 64;
		struct link_entry *grown = realloc(list->entry, capacity * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		list->entry = grown;
		list->capacity = capacity;
	}
	link_read(message, &list->entry[list->count++]);
	return 0;
}

static int links_dump(struct link_list *list)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg info;
	} request = {
		.header = {.nlmsg_len = sizeof(request), .nlmsg_type = RTM_GETLINK},
		.info = {.ifi_family = AF_UNSPEC},
	};
	int error;

	/* Devices may come and go while we ask: ask again. */
	for (int try = 0; try < 5; try++) {
		list->count = 0;
		error = netlink_dump(NETLINK_ROUTE, &request.header, link_add, list);
		if (error != -EINTR)
			return error;
	}
	return error;
}

static void features_read(int fd, struct nic *nic)
{
	struct ethtool_value value = {.cmd = ETHTOOL_GFLAGS};
	struct ifreq request = {.ifr_data = (char *)&value};

	memcpy(request.ifr_name, nic->name, sizeof(request.ifr_name));
	if (ioctl(fd, SIOCETHTOOL, &request)) {
		nic->features_unknown = true;
		return;
	}
	nic->rxvlan = value.data & ETH_FLAG_RXVLAN;
	nic->lro = value.data & ETH_FLAG_LRO;
}

const struct nic *nic_find(const struct nic *nics, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(nics[i].name, name))
			return &nics[i];
	return NULL;
}

const struct nic *nic_find_index(const struct nic *nics, size_t count, uint32_t ifindex)
{
	for (size_t i = 0; i < count; i++)
		if (nics[i].ifindex == ifindex)
			return &nics[i];
	return NULL;
}

/* Masters and VLAN parents, now that all are known. */
static void relations_fill(const struct link_list *list, struct nic *nics)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct link_entry *entry = &list->entry[i];
		const struct nic *master = nic_find_index(nics, list->count, entry->master);

		if (entry->master && master) {
			memcpy(nics[i].master, master->name, sizeof(nics[i].master));
			memcpy(nics[i].master_kind, master->kind, sizeof(nics[i].master_kind));
		}
		if (!entry->parent || strcmp(entry->nic.kind, "vlan"))
			continue;
		for (size_t k = 0; k < list->count; k++)
			nics[k].vlan_children += nics[k].ifindex == entry->parent;
	}
}

int nics_read(struct report *report, struct nic **ret_nics, size_t *ret_count)
{
	AUTO_FD int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct link_list list = {0};
	struct nic *nics;
	int error = fd < 0 ? -errno : links_dump(&list);

	if (error) {
		free(list.entry);
		return report_fail(report, error, "asking the kernel for its network devices");
	}
	nics = calloc(list.count + 1, sizeof(*nics));
	if (!nics) {
		free(list.entry);
		return report_fail(report, -ENOMEM, "listing network devices");
	}
	for (size_t i = 0; i < list.count; i++)
		nics[i] = list.entry[i].nic;
	relations_fill(&list, nics);
	for (size_t i = 0; i < list.count; i++)
		features_read(fd, &nics[i]);
	*ret_nics = nics;
	*ret_count = list.count;
	free(list.entry);
	return 0;
}

int nic_check(const struct nic *nic, struct report *report)
{
	if (nic->lro) {
		report_refuse(report, -EOPNOTSUPP,
			      "%s merges received packets (large receive offload): what is judged "
			      "would not be what is on the wire",
			      nic->name);
		report_hint(report, "ethtool -K %s lro off", nic->name);
		return -EOPNOTSUPP;
	}
	if (nic->rxvlan && nic->vlan_children) {
		report_refuse(report, -EOPNOTSUPP,
			      "%s takes VLAN tags off before the filter can see them, and has %u "
			      "VLAN device%s",
			      nic->name, nic->vlan_children, nic->vlan_children == 1 ? "" : "s");
		report_hint(report, "ethtool -K %s rxvlan off", nic->name);
		return -EOPNOTSUPP;
	}
	if (!strcmp(nic->master_kind, "bond") || !strcmp(nic->master_kind, "team"))
		report_note(report,
			    "%s is part of %s: guard %s instead; a device that joins it later is "
			    "not guarded",
			    nic->name, nic->master, nic->master);
	else if (*nic->master)
		report_note(report,
			    "%s is part of %s: what %s forwards through it is judged as well, by "
			    "rules made for this host",
			    nic->name, nic->master, nic->master);
	return 0;
}

uint64_t netns_cookie(void)
{
	AUTO_FD int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size))
		return 0;
	return cookie;
}
