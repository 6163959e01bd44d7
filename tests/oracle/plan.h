/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a packet is to be, before it is bytes. Owns the layout of headers as they are sent.
 */
#ifndef TESTS_ORACLE_PLAN_H
#define TESTS_ORACLE_PLAN_H

#include <stdbool.h>

#include "model.h"
#include "packet.h"

#define PLAN_HEADERS 9
#define PLAN_BODY 1400

struct plan {
	int hook;
	int tags;
	uint16_t tag_type;
	uint16_t ethertype; /* 0: by family */
	struct host src, dst;
	uint8_t ttl;
	int options; /* bytes of IPv4 options, a multiple of 4 */
	uint8_t option[40];
	uint8_t header[PLAN_HEADERS]; /* IPv6 extension headers, in order; 44 takes the fragment's
				       */
	int headers;
	bool fragment, more; /* IPv4: flags; IPv6: with a header 44 */
	uint16_t offset;     /* bytes, a multiple of 8 */
	uint8_t reserved;    /* IPv6: of the fragment header; IPv4: 0x80 sets the reserved flag */
	uint32_t id;
	uint8_t proto;
	uint8_t body[PLAN_BODY]; /* transport header and payload */
	int body_size;
	int padding; /* bytes behind the packet */
};

void plan_render(const struct plan *plan, struct packet *ret_packet);
void store16(uint8_t *at, unsigned int value);

#endif
