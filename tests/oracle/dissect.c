// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reading a frame: link layer, IPv4 (RFC 791), IPv6 (RFC 8200), fragments, transports, what a link
 * needs. Must not know the data plane's parser: it is what that one is held against.
 */
#include "dissect.h"

#include <string.h>

#include <zonegate/reasons.h>

#define FOLLOWED_TAGS 2
#define FOLLOWED_HEADERS 6

unsigned int read16(const uint8_t *at)
{
	return (unsigned int)at[0] << 8 | at[1];
}

static struct bytes bytes_skip(struct bytes bytes, size_t count)
{
	return (struct bytes){bytes.at + count, bytes.size - count};
}

static int dissect_arp(struct bytes arp)
{
	unsigned int operation;

	if (arp.size < 28)
		return ZG_R_TRUNCATED;
	operation = read16(arp.at + 6);
	if (read16(arp.at) != 1 || read16(arp.at + 2) != 0x0800 || arp.at[4] != 6 ||
	    arp.at[5] != 4 || (operation != 1 && operation != 2))
		return ZG_R_BAD_ARP;
	return ZG_R_ARP;
}

static int dissect_ipv4_options(const uint8_t *option, const uint8_t *end)
{
	while (option < end && option[0] != 0) {
		if (option[0] == 1) {
			option++;
			continue;
		}
		if (end - option < 2 || option[1] < 2 || option[1] > end - option)
			return ZG_R_BAD_IPV4;
		if (option[0] == 7 || option[0] == 131 || option[0] == 137)
			return ZG_R_IP_OPTIONS;
		option += option[1];
	}
	return 0;
}

/* Section 4.1: what holds for every fragment. */
static int fragment_shape(size_t offset, bool more, size_t payload)
{
	if (payload == 0 || (more && payload % 8 != 0) || offset + payload > 65535)
		return ZG_R_BAD_FRAGMENT;
	return 0;
}

static int dissect_ipv4(struct bytes ip, struct dissection *d)
{
	size_t header, total, offset;
	bool more;
	int reason;

	if (ip.size < 20)
		return ZG_R_TRUNCATED;
	header = (size_t)(ip.at[0] & 15) * 4;
	if (ip.at[0] >> 4 != 4 || header < 20)
		return ZG_R_BAD_IPV4;
	if (header > ip.size)
		return ZG_R_TRUNCATED;
	total = read16(ip.at + 2);
	if (total < header || total > ip.size || (ip.at[6] & 0x80))
		return ZG_R_BAD_IPV4;
	reason = dissect_ipv4_options(ip.at + 20, ip.at + header);
	if (reason)
		return reason;
	d->src = (struct host){.family = 4};
	d->dst = (struct host){.family = 4};
	memcpy(d->src.byte, ip.at + 12, 4);
	memcpy(d->dst.byte, ip.at + 16, 4);
	if (host_equal(&d->src, &d->dst))
		return ZG_R_LAND;
	d->ttl = ip.at[8];
	d->proto = ip.at[9];
	d->payload = (struct bytes){ip.at + header, total - header};
	offset = (size_t)(read16(ip.at + 6) & 0x1fff) * 8;
	more = ip.at[6] & 0x20;
	if (!offset && !more)
		return 0;
	d->fragmented = true;
	d->first_fragment = offset == 0;
	d->later_fragment = offset != 0;
	d->fragment_id = read16(ip.at + 4);
	d->fragment_proto = d->proto;
	reason = fragment_shape(offset, more, d->payload.size);
	if (!reason && offset && d->proto == 6 && offset < 20)
		reason = ZG_R_FRAGMENT_OVERLAP;
	return reason;
}

static int dissect_fragment_header(struct bytes header, struct dissection *d)
{
	size_t offset = read16(header.at + 2) & 0xfff8;
	bool more = header.at[3] & 1;
	int reason;

	d->fragmented = true;
	if (!offset && !more)
		return 0;
	d->first_fragment = offset == 0;
	d->later_fragment = offset != 0;
	memcpy(&d->fragment_id, header.at + 4, 4);
	d->fragment_proto = header.at[0];
	reason = fragment_shape(offset, more, header.size - 8);
	if (!reason && offset && header.at[0] == 6 && offset < 20)
		reason = ZG_R_FRAGMENT_OVERLAP;
	return reason;
}

/* The headers between IPv6 and the protocol. */
static int dissect_extensions(struct bytes rest, int next, struct dissection *d)
{
	int reason, followed = 0;
	size_t size;

	for (;; followed++) {
		bool first = followed == 0;

		if (next == 135 || next == 139 || next == 140 || next == 253 || next == 254 ||
		    (next == 0 && !first))
			return ZG_R_EXTENSION_HEADERS;
		if (next == 43)
			return ZG_R_ROUTING_HEADER;
		if (next != 0 && next != 60 && next != 44)
			break;
		if (followed == FOLLOWED_HEADERS)
			return ZG_R_EXTENSION_HEADERS;
		if (next == 44 && d->fragmented)
			return ZG_R_BAD_FRAGMENT;
		size = next == 44 ? 8 : 0;
		if (rest.size >= 8 && next != 44)
			size = 8 * ((size_t)rest.at[1] + 1);
		if (rest.size < 8 || rest.size < size)
			return d->first_fragment ? ZG_R_FRAGMENT_TINY : ZG_R_TRUNCATED;
		if (next == 44) {
			reason = dissect_fragment_header(rest, d);
			if (reason)
				return reason;
		}
		next = rest.at[0];
		rest = bytes_skip(rest, size);
		if (d->later_fragment)
			break;
	}
	d->proto = next;
	d->payload = rest;
	return 0;
}

static int dissect_ipv6(struct bytes ip, struct dissection *d)
{
	size_t length;

	if (ip.size < 40)
		return ZG_R_TRUNCATED;
	length = read16(ip.at + 4);
	if (ip.at[0] >> 4 != 6 || length + 40 > ip.size || (length == 0 && ip.at[6] != 59))
		return ZG_R_BAD_IPV6;
	d->src = host_v6(ip.at + 8);
	d->dst = host_v6(ip.at + 24);
	if (host_equal(&d->src, &d->dst))
		return ZG_R_LAND;
	d->ttl = ip.at[7];
	return dissect_extensions((struct bytes){ip.at + 40, length}, ip.at[6], d);
}

static int too_short(const struct dissection *d)
{
	return d->first_fragment ? ZG_R_FRAGMENT_TINY : ZG_R_TRUNCATED;
}

static int dissect_tcp(struct dissection *d)
{
	const uint8_t *tcp = d->payload.at;
	size_t header;

	if (d->payload.size < 20)
		return too_short(d);
	header = (size_t)(tcp[12] >> 4) * 4;
	if (header < 20)
		return ZG_R_BAD_TCP;
	if (header > d->payload.size)
		return d->first_fragment ? ZG_R_FRAGMENT_TINY : ZG_R_BAD_TCP;
	d->sport = read16(tcp);
	d->dport = read16(tcp + 2);
	if (!d->sport || !d->dport)
		return ZG_R_PORT_ZERO;
	d->fin = tcp[13] & 0x01;
	d->syn = tcp[13] & 0x02;
	d->rst = tcp[13] & 0x04;
	d->ack = tcp[13] & 0x10;
	if ((d->syn && (d->fin || d->rst)) || (d->fin && d->rst) || (!d->ack && !d->syn && !d->rst))
		return ZG_R_TCP_FLAGS;
	return 0;
}

static int dissect_udp(struct dissection *d)
{
	size_t length;

	if (d->payload.size < 8)
		return too_short(d);
	length = read16(d->payload.at + 4);
	if (length < 8 || (!d->first_fragment && length > d->payload.size))
		return ZG_R_BAD_UDP;
	d->sport = read16(d->payload.at);
	d->dport = read16(d->payload.at + 2);
	return d->sport && d->dport ? 0 : ZG_R_PORT_ZERO;
}

static bool is_link_local(const struct host *host)
{
	return host->byte[0] == 0xfe && (host->byte[1] & 0xc0) == 0x80;
}

static bool is_unspecified(const struct host *host)
{
	static const uint8_t zero[16];

	return memcmp(host->byte, zero, 16) == 0;
}

/* RFC 4861 6.1, 7.1; RFC 6980. */
static int dissect_neighbour(const struct dissection *d)
{
	static const size_t least[] = {8, 16, 24, 24};

	if (d->ttl != 255 || d->payload.at[1] != 0 || d->fragmented ||
	    d->payload.size < least[d->type - 133])
		return ZG_R_ND_INVALID;
	if (d->type == 134 && !is_link_local(&d->src))
		return ZG_R_ND_INVALID;
	if (d->type >= 135 && d->payload.at[8] == 0xff)
		return ZG_R_ND_INVALID;
	return ZG_R_ND;
}

/* RFC 2710 3, RFC 3810 5.1.14 and 5.2.13. */
static int dissect_listener(const struct dissection *d)
{
	bool source_fine = is_link_local(&d->src) || (d->type != 130 && is_unspecified(&d->src));
	size_t least = d->type == 143 ? 8 : 24;

	if (d->ttl != 1 || d->fragmented || !source_fine || d->payload.size < least)
		return ZG_R_ND_INVALID;
	return ZG_R_MLD;
}

static int dissect_icmp(struct dissection *d)
{
	bool v6 = d->src.family == 6;

	if (v6 != (d->proto == 58))
		return ZG_R_BAD_ICMP;
	if (d->payload.size < 8)
		return too_short(d);
	d->type = d->payload.at[0];
	d->identifier = read16(d->payload.at + 4);
	if (d->type == (v6 ? 137 : 5))
		return ZG_R_ICMP_REDIRECT;
	if (v6 && d->type >= 133 && d->type <= 136)
		return dissect_neighbour(d);
	if (v6 && ((d->type >= 130 && d->type <= 132) || d->type == 143))
		return dissect_listener(d);
	return 0;
}

static int dissect_transport(struct dissection *d)
{
	if (d->later_fragment)
		return 0;
	switch (d->proto) {
	case 6:
		return dissect_tcp(d);
	case 17:
		return dissect_udp(d);
	case 1:
	case 58:
		return dissect_icmp(d);
	case 2: /* IGMP, RFC 3376 4 */
		if (d->src.family == 4 && !d->fragmented && d->ttl == 1 &&
		    d->dst.byte[0] >> 4 == 14 && d->payload.size >= 8)
			return ZG_R_MLD;
		return 0;
	default:
		return 0;
	}
}

int dissect(const struct model *model, const uint8_t *frame, size_t size,
	    struct dissection *ret_dissection)
{
	struct bytes rest = {frame, size};
	unsigned int ethertype;
	int reason, tags = 0;

	memset(ret_dissection, 0, sizeof(*ret_dissection));
	if (size < 14)
		return ZG_R_TRUNCATED;
	ethertype = read16(frame + 12);
	rest = bytes_skip(rest, 14);
	while (ethertype == 0x8100 || ethertype == 0x88a8) {
		if (tags++ == FOLLOWED_TAGS)
			return ZG_R_VLAN_DEPTH;
		if (rest.size < 4)
			return ZG_R_TRUNCATED;
		ethertype = read16(rest.at + 2);
		rest = bytes_skip(rest, 4);
	}
	switch (ethertype) {
	case 0x0806:
		return dissect_arp(rest);
	case 0x0800:
		reason = dissect_ipv4(rest, ret_dissection);
		return reason ? reason : dissect_transport(ret_dissection);
	case 0x86dd:
		reason = dissect_ipv6(rest, ret_dissection);
		return reason ? reason : dissect_transport(ret_dissection);
	}
	if (ethertype < 0x0600)
		return ZG_R_LLC;
	for (int i = 0; i < model->ethertypes; i++)
		if (model->ethertype[i] == ethertype)
			return ZG_R_ETHERTYPE;
	return ZG_R_ETHERTYPE_UNKNOWN;
}

bool dissection_is_icmp_error(const struct dissection *d)
{
	if (d->later_fragment)
		return false;
	if (d->proto == 1)
		return d->type == 3 || d->type == 11 || d->type == 12;
	return d->proto == 58 && d->type >= 1 && d->type <= 4;
}

static int dissect_quote4(struct bytes ip, struct quote *quote)
{
	size_t header;

	if (ip.size < 20)
		return ZG_R_BAD_ICMP;
	header = (size_t)(ip.at[0] & 15) * 4;
	if (ip.at[0] >> 4 != 4 || header < 20 || ip.size < header + 8)
		return ZG_R_BAD_ICMP;
	quote->src = (struct host){.family = 4};
	quote->dst = (struct host){.family = 4};
	memcpy(quote->src.byte, ip.at + 12, 4);
	memcpy(quote->dst.byte, ip.at + 16, 4);
	quote->proto = ip.at[9];
	quote->later_fragment = read16(ip.at + 6) & 0x1fff;
	quote->transport = ip.at + header;
	return 0;
}

static int dissect_quote6(struct bytes ip, struct quote *quote)
{
	static const uint8_t headers[] = {0, 43, 44, 60, 135, 139, 140, 253, 254};

	if (ip.size < 48 || ip.at[0] >> 4 != 6)
		return ZG_R_BAD_ICMP;
	quote->src = host_v6(ip.at + 8);
	quote->dst = host_v6(ip.at + 24);
	quote->proto = ip.at[6];
	quote->transport = ip.at + 40;
	if (quote->proto == 44) {
		if (ip.size < 56)
			return ZG_R_BAD_ICMP;
		quote->proto = ip.at[40];
		quote->later_fragment = read16(ip.at + 42) & 0xfff8;
		quote->transport = ip.at + 48;
	}
	quote->other_headers = memchr(headers, quote->proto, sizeof(headers)) != NULL;
	return 0;
}

int dissect_quote(const struct dissection *error, struct quote *ret_quote)
{
	struct bytes quoted = bytes_skip(error->payload, 8);

	memset(ret_quote, 0, sizeof(*ret_quote));
	return error->src.family == 4 ? dissect_quote4(quoted, ret_quote)
				      : dissect_quote6(quoted, ret_quote);
}
