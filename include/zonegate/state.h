/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What lives longer than one policy: the control word, flows, fragments, limiters, counters,
 * events. Owns map keys and values. Written by the programs, except where a comment says otherwise.
 */
#ifndef ZONEGATE_STATE_H
#define ZONEGATE_STATE_H

#include "types.h"

/* To be raised when maps change in meaning; a change of size is found without (firewall_abi()). */
#define ZG_ABI 3

/*
 * The word that says which policy is in force; one aligned 64-bit store by user space flips every
 * hook of every NIC.
 *   bits 0-1   active: half 0, half 1, or ZG_PASS_ALL
 *   bits 2-3   fallback: the same, in force once the deadline has passed
 *   bit 4      the active half wants more than the short way of a packet knows (bpf/fast.h)
 *   bits 8-63  deadline, CLOCK_MONOTONIC milliseconds; 0: none (the policy is confirmed)
 */
#define ZG_PASS_ALL 2u
#define ZG_WORD(active, fallback, deadline_ms)                                                     \
	((__u64)(active) | (__u64)(fallback) << 2 | (__u64)(deadline_ms) << 8)
#define ZG_WORD_STAGES 0x10u
#define ZG_WORD_ACTIVE(word) ((__u32)((word)&3))
#define ZG_WORD_FALLBACK(word) ((__u32)((word) >> 2 & 3))
#define ZG_WORD_DEADLINE_MS(word) ((word) >> 8)

struct zg_control {
	__u64 word;
	__u32 abi;
	__u32 events_per_s; /* drop events a CPU may send; 0: nobody listens. Written by user space
			     */
	__u64 build; /* hash of the object: which programs these are. Written by user space */
	/* Where the tables of fixed size lie in their map, 1 + bytes: reading BTF takes a
	 * capability, which the running service does not hold. 0: not known. Written by user space
	 */
	__u32 roots_offset, ports_offset;
	__u32 pair_words; /* of the cross table, before its rows; both halves. By user space */
	__u32 pad;
};

enum zg_flow_state {
	ZG_FLOW_SYN_SENT = 1, /* waits for a SYN-ACK */
	ZG_FLOW_SYN_ACKED,    /* SYN-ACK seen: it may be repeated */
	ZG_FLOW_ESTABLISHED,
	ZG_FLOW_CLOSING,  /* FIN or RST seen */
	ZG_FLOW_DATAGRAM, /* UDP, echo, other protocols: replies within the window */
};

/* Addresses in network order, IPv4 as ::ffff:a.b.c.d. Echo: lport = rport = identifier. No ports:
 * 0. */
struct zg_flow_key {
	__u8 laddr[16];
	__u8 raddr[16];
	__be16 lport;
	__be16 rport;
	__u8 proto;
	__u8 pad[3];
};
ZG_ASSERT_SIZE(struct zg_flow_key, 40);

struct zg_flow {
	__u64 seen_ns; /* CLOCK_MONOTONIC, coarse. A lost race costs one clock tick of age */
	__u16 slot;    /* rule */
	__u16 line;    /* origin line: 1 + counter slot, 0: none */
	__u8 state;    /* enum zg_flow_state. Two CPUs may race; the states only go forward, so the
			  later one wins */
	__u8 adopted;  /* taken over from the host's open connections */
	__u8 pad[2];
};
ZG_ASSERT_SIZE(struct zg_flow, 16);

struct zg_fragment_key {
	__u8 saddr[16];
	__u8 daddr[16];
	__u32 id; /* network order; IPv4: low 16 bits */
	__u8 proto;
	__u8 hook; /* enum zg_hook */
	__u8 pad[2];
};
ZG_ASSERT_SIZE(struct zg_fragment_key, 40);

struct zg_fragment {
	__u64 seen_ns;
	__u16 slot;  /* rule that passed the first fragment; 0: see reason */
	__u8 reason; /* pass reason (enum zg_reason) when no rule did */
	__u8 pad[5]; /* keeps the value free of bytes that nobody wrote */
};
ZG_ASSERT_SIZE(struct zg_fragment, 16);

struct zg_address {
	__u8 byte[16];
};

struct zg_limit {
	__u64 ready_ns; /* theoretical arrival time (GCRA, ITU-T I.371) */
};

struct zg_rule_counter { /* index: CPU * slots + rule slot */
	__u64 packets_in, bytes_in;
	__u64 packets_out, bytes_out;
	__u64 connections; /* accept: SYNs, or packets of protocols without; open: flows made */
};
ZG_ASSERT_SIZE(struct zg_rule_counter, 40);

/* Index: CPU * ZG_REASON_COUNTERS + ZG_REASON_INDEX(hook, audited, reason). */
struct zg_reason_counter {
	__u64 packets, bytes;
};

struct zg_line_counter { /* per CPU, index: line slot */
	__u64 connections;
	__u64 violations;
	__u64 exhausted; /* connect() found no free port */
	__u64 assigned;	 /* connect() got its port from us */
};

struct zg_flow_counter { /* per CPU, one */
	__u64 created;	 /* entries written to the flow table that were not there */
	__u64 deleted;
	__u64 full;	 /* no entry was to be had */
	__u64 picked_up; /* of created: segments of unknown flows */
};

/* Who connects a socket, by its cookie; noted by connect() while somebody listens to events. */
struct zg_owner {
	__u32 pid;
	__u8 comm[16];
};
ZG_ASSERT_SIZE(struct zg_owner, 20);

/* A drop (or would-be drop) on its way to monitor. */
struct zg_event {
	__u64 time_ns; /* CLOCK_MONOTONIC */
	__u8 saddr[16], daddr[16];
	__be16 sport, dport;
	__u16 line;   /* number in tcpoport.ini's order: 1 + index, 0: none */
	__u16 length; /* of the frame, capped */
	__u32 ifindex;
	__u32 pid; /* egress and connect, where the kernel knows; else 0 */
	__u8 hook, reason, proto, audited;
	__u8 tcp_flags, pad[3];
	__u8 comm[16];
};

struct zg_event_rate { /* per CPU, one */
	__u64 second;
	__u64 sent;
	__u64 suppressed; /* events beyond the bound, ever */
};

#endif
