/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Frames for the packet tests, right at first and then made wrong. Owns the bytes of one frame.
 * Shares no code with bpf/: offsets are written out here.
 */
#ifndef TESTS_PACKETS_SHOT_H
#define TESTS_PACKETS_SHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/reasons.h>

#define SHOT_MAX 4096

enum {
	FIN = 0x01,
	SYN = 0x02,
	RST = 0x04,
	PSH = 0x08,
	ACK = 0x10,
	URG = 0x20,
};

struct shot {
	enum zg_hook hook;
	bool ipv6;
	uint8_t proto;
	size_t l3, l4, size;  /* where the IP and the transport header begin; of the frame */
	unsigned int ifgroup; /* of the NIC */
	uint8_t byte[SHOT_MAX];
};

#define IN ZG_INGRESS
#define OUT ZG_EGRESS

/* Addresses as text; IPv6 where they have a colon. */
struct shot shot_tcp(enum zg_hook hook, const char *source, uint16_t sport, const char *destination,
		     uint16_t dport, uint8_t flags);
struct shot shot_udp(enum zg_hook hook, const char *source, uint16_t sport, const char *destination,
		     uint16_t dport);
/* 24 bytes from the ICMP header on; identifier id. */
struct shot shot_icmp(enum zg_hook hook, const char *source, const char *destination, uint8_t type,
		      uint16_t id);
/* Any protocol, with payload bytes of 0 behind the IP header. */
struct shot shot_ip(enum zg_hook hook, const char *source, const char *destination, uint8_t proto,
		    size_t payload);
/* An ICMP error from a third party that quotes what shot has behind its Ethernet header. */
struct shot shot_error(enum zg_hook hook, const char *source, const char *destination, uint8_t type,
		       const struct shot *quoted);
struct shot shot_arp(enum zg_hook hook, uint16_t operation);

uint16_t get16(const uint8_t *at);
void put16(uint8_t *at, unsigned int value);

/* A VLAN tag in front of the ethertype. */
void shot_tag(struct shot *shot, uint16_t tpid);
/* Bytes at an offset; lengths in the IP header follow, l4 moves when it lies behind. */
void shot_insert(struct shot *shot, size_t offset, const void *bytes, size_t size);
/* The IP packet is made longer or shorter at its end. */
void shot_resize(struct shot *shot, size_t ip_payload);
/* IPv6: an extension header behind the last one; size a multiple of 8. Its first byte is set. */
void shot_extend(struct shot *shot, uint8_t kind, size_t size);
/* Makes the whole packet a fragment of its own: offset and payload in bytes. */
struct shot shot_fragment(const struct shot *whole, uint32_t id, size_t offset, size_t size,
			  bool more);

#endif
