/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A policy as the oracle thinks of it: what is written, in plain arrays of fixed size. Owns the
 * model and the naive questions asked of it. Shares nothing with zonegate but the names of reasons.
 */
#ifndef TESTS_ORACLE_MODEL_H
#define TESTS_ORACLE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODEL_ZONES 64
#define MODEL_MEMBERS 48
#define MODEL_LISTS 8
#define MODEL_TABLES 8
#define MODEL_RULES 256
#define MODEL_RANGES 12
#define MODEL_LINES 128
#define MODEL_SELF 16
#define MODEL_ETHERTYPES 8
#define MODEL_NAME 48
#define MODEL_TEXT 160

/* An address of either family; IPv4 uses four bytes. Network order. */
struct host {
	uint8_t family; /* 4 or 6 */
	uint8_t byte[16];
};

enum member_kind {
	MEMBER_RANGE,
	MEMBER_ANY,
	MEMBER_PRIVATE,
	MEMBER_BOGONS,
	MEMBER_ZONE,
	MEMBER_LIST,
	MEMBER_NOTHING, /* a DNS name: the oracle never resolves */
};

struct member {
	enum member_kind kind;
	bool negated;
	struct host first, last; /* MEMBER_RANGE */
	int ref;		 /* zone or list */
	char text[MODEL_TEXT];
};

struct members {
	struct member member[MODEL_MEMBERS];
	int count;
	char name[MODEL_NAME]; /* of the zone or of the list's file */
	char interface[16];    /* zones: bound to this NIC; "": to none */
	bool local, component;
};

struct span {
	uint32_t first, last;
};

enum {
	PROTO_TCP_UDP = 256,
	PROTO_EVERY = 257,
};

struct row {
	char name[MODEL_NAME];
	int table;
	int source, destination; /* zones; -1: nobody defines it */
	char source_text[MODEL_NAME], destination_text[MODEL_NAME];
	char protocol[MODEL_NAME]; /* as written */
	int proto;		   /* IP protocol, or PROTO_* */
	bool ftp;
	char ports[MODEL_TEXT]; /* as written in the table */
	struct span range[MODEL_RANGES];
	int ranges;	     /* 0: every port */
	uint32_t port_count; /* row_port_count(), kept by model_finish() */
	char direction[16];
	bool overridden; /* [rule N] ports = */
	char override_ports[MODEL_TEXT];
	bool disabled;
	bool missing; /* no port: an error unless it is overridden, disabled or not here */
};

struct origin {
	bool negated;
	bool ipv6;
	bool named;	  /* a DNS name: never resolved here */
	int octet[4];	  /* -1: '*' */
	struct host net;  /* ipv6 */
	int prefix;	  /* ipv6 */
	struct span to;	  /* 0-65535: any */
	struct span from; /* 0-0: the system chooses */
	char text[MODEL_TEXT];
};

enum origin_says {
	SAYS_OFF,
	SAYS_AUDIT,
	SAYS_ENFORCE,
	SAYS_ASSIGN,
};

struct model {
	struct members zone[MODEL_ZONES];
	int zones;
	struct members list[MODEL_LISTS];
	int lists;
	char table[MODEL_TABLES][MODEL_NAME];
	int tables;
	struct row row[MODEL_RULES];
	int rows;
	bool components_given;
	struct origin line[MODEL_LINES];
	int lines;
	enum origin_says origin_says;
	struct host self[MODEL_SELF];
	int selves;
	bool audit, ingress_pass, egress_pass;
	unsigned int echo_per_s;
	uint16_t ethertype[MODEL_ETHERTYPES];
	int ethertypes;
	char interfaces[MODEL_TEXT];
};

/* Which way a row may be used on this host. */
struct here {
	bool accept, open;
	int accept_remote[2], accept_local[2]; /* zones */
	int accepts;
	int open_remote[2], open_local[2];
	int opens;
};

bool host_equal(const struct host *a, const struct host *b);
int host_compare(const struct host *a, const struct host *b); /* of one family */
struct host host_v4(uint32_t address);			      /* host order */
struct host host_v6(const uint8_t *byte);
/* The neighbour, one up or down; wraps. */
struct host host_next(struct host host, int step);
void host_print(const struct host *host, char *ret_text, size_t size);
bool host_parse(const char *text, struct host *ret_host);
bool host_in_prefix(const struct host *host, const struct host *net, int prefix);

bool zone_has(const struct model *model, int zone, const struct host *host);
bool model_is_local(const struct model *model, const struct host *host);
void row_here(const struct model *model, const struct row *row, struct here *ret_here);
uint32_t row_port_count(const struct row *row);
/* Counts the ports of every row: to be called when the model is complete. */
void model_finish(struct model *model);

enum asks {
	ASKS_ACCEPT,
	ASKS_OPEN,
	ASKS_FTP,
};

/* The row that permits it, the one with the fewest ports first, then in order; -1: none. port: of
 * the party that listens, or ICMP type; not looked at for other protocols. */
int model_find(const struct model *model, enum asks asks, const struct host *remote,
	       const struct host *local, int proto, unsigned int port);
/* martian-source, spoofed-local, spoofed-interface, not-local; 0: none of these. */
int model_address_reason(const struct model *model, const struct host *remote,
			 const struct host *local, const char *interface);
/* First line that matches, index; -1: none. */
int model_line(const struct model *model, const struct host *destination, unsigned int port);
/* Is it L-1 of a listening port of FTP? */
bool model_is_ftp_data_port(const struct model *model, unsigned int port);

#endif
