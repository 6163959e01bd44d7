/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A drop as words: what a struct zg_event says, for people and as fields. Owns spelling. Prints
 * nothing.
 */
#ifndef USER_OBSERVE_EVENTS_H
#define USER_OBSERVE_EVENTS_H

#include <netinet/in.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include <zonegate/state.h>

#include "kernel/firewall.h"

struct event_words {
	int64_t time_us;    /* CLOCK_REALTIME */
	const char *hook;   /* "ingress" */
	const char *reason; /* "no-rule" */
	bool audited;	    /* it would have been dropped */
	bool is_ip;	    /* else there are no addresses */
	bool is_ipv6;	    /* of both addresses */
	char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];
	bool has_ports;
	uint16_t sport, dport;
	char protocol[16];	     /* "tcp", "47" */
	char flags[9];		     /* TCP: "SA"; "." for none; "": not TCP */
	char interface[IF_NAMESIZE]; /* "": none, or it is gone */
	uint32_t line;		     /* of tcpoport.ini's file; 0: none */
	char line_text[128];	     /* "": not known */
	uint32_t pid;		     /* 0: not known */
	char process[17];	     /* control characters masked */
	uint16_t length;
};

/* The firewall says what a tcpoport line reads; NULL: it is not said. */
void event_describe(const struct zg_event *event, const struct firewall *firewall,
		    struct event_words *ret_words);

#define EVENT_DETAILS 256
#define EVENT_TEXT 640

/* " on eth0 by curl[12] tcpoport line 3: ...": what of it is known. */
void event_details(const struct event_words *words, char ret_text[EVENT_DETAILS]);
/* "ingress drop no-rule tcp 203.0.113.7:40000 > 192.0.2.10:81 S 54 bytes", and the details. */
void event_text(const struct event_words *words, char ret_text[EVENT_TEXT]);

#endif
