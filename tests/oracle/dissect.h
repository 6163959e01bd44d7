/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The oracle's own reading of a frame, sections 1 to 6 of docs/semantics.md, from the RFCs. Owns
 * the facts of one packet. Knows no policy but the list of ethertypes that pass.
 */
#ifndef TESTS_ORACLE_DISSECT_H
#define TESTS_ORACLE_DISSECT_H

#include "model.h"

struct bytes {
	const uint8_t *at;
	size_t size;
};

struct dissection {
	struct host src, dst;
	int proto;
	int ttl;
	struct bytes payload; /* from the transport header to the packet's end */
	bool fragmented;      /* there is a fragment header, or MF or an offset */
	bool first_fragment, later_fragment;
	uint32_t fragment_id;
	int fragment_proto;
	/* TCP and UDP */
	unsigned int sport, dport;
	bool fin, syn, rst, ack;
	/* ICMP */
	unsigned int type, identifier;
};

struct quote {
	struct host src, dst;
	int proto;
	bool later_fragment, other_headers;
	const uint8_t *transport; /* 8 bytes */
};

unsigned int read16(const uint8_t *at);
/* 0: the policy decides (or, for a later fragment, its first one). Else the reason that ends it, of
 * passing or dropping. */
int dissect(const struct model *model, const uint8_t *frame, size_t size,
	    struct dissection *ret_dissection);
/* What an ICMP error quotes. 0, or bad-icmp. */
int dissect_quote(const struct dissection *error, struct quote *ret_quote);
bool dissection_is_icmp_error(const struct dissection *dissection);

#endif
