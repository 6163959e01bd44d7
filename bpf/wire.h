/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Headers as they stand on the wire. Owns layout only. WIRE says to user space that they may lie at
 * any address; the programs read them at any address anyway.
 */
#ifndef BPF_WIRE_H
#define BPF_WIRE_H

#include "platform.h"

struct ethernet_header {
	__u8 destination[6], source[6];
	__be16 type;
} WIRE;

struct vlan_tag {
	__be16 tci;
	__be16 type; /* of what follows */
} WIRE;

/* ARP for IPv4 over Ethernet (RFC 826). */
struct arp_message {
	__be16 hardware, protocol;
	__u8 hardware_size, protocol_size;
	__be16 operation;
	__u8 addresses[20];
} WIRE;

struct ipv4_header {
	__u8 version_ihl, tos;
	__be16 length, id, fragment;
	__u8 ttl, proto;
	__be16 check;
	__be32 saddr, daddr;
} WIRE;

struct ipv6_header {
	__u8 version_class, class_label[3];
	__be16 payload;
	__u8 next, hop_limit;
	__u64 saddr[2], daddr[2]; /* network order */
} WIRE;

/* What all extension headers have in common, and the fields of the fragment header. */
struct ipv6_extension {
	__u8 next, size;
	__be16 fragment; /* offset and flags */
	__be32 fragment_id;
} WIRE;

struct tcp_header {
	__be16 source, destination;
	__be32 seq, ack_seq;
	__u8 doff_reserved, flags;
	__be16 window, check, urgent;
} WIRE;

struct udp_header {
	__be16 source, destination, length, check;
} WIRE;

/* ICMP and ICMPv6 alike; identifier and sequence: of echoes. */
struct icmp_header {
	__u8 type, code;
	__be16 check;
	__be16 identifier, sequence;
} WIRE;

ZG_ASSERT_SIZE(struct ethernet_header, 14);
ZG_ASSERT_SIZE(struct vlan_tag, 4);
ZG_ASSERT_SIZE(struct arp_message, 28);
ZG_ASSERT_SIZE(struct ipv4_header, 20);
ZG_ASSERT_SIZE(struct ipv6_header, 40);
ZG_ASSERT_SIZE(struct ipv6_extension, 8);
ZG_ASSERT_SIZE(struct tcp_header, 20);
ZG_ASSERT_SIZE(struct udp_header, 8);
ZG_ASSERT_SIZE(struct icmp_header, 8);

#endif
