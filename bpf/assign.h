/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A free origin port for a socket that is about to connect. Owns the search; must not know which
 * range is asked for, or why.
 *
 * A port is free when nobody has it (the socket is bound alone, as by bind() without SO_REUSEADDR),
 * else when nobody has it toward this destination (bound together with others, SO_REUSEADDR), else
 * when such a connection is in TIME_WAIT: connect() itself then decides whether the old one's
 * timestamps permit it. So TIME_WAIT and reuse are what a program meets that sets SO_REUSEADDR and
 * binds by itself. Two CPUs may take the same shared port toward one destination at once: connect()
 * answers EADDRNOTAVAIL to the later one. Ports that nobody has cannot be taken twice.
 */
#ifndef BPF_ASSIGN_H
#define BPF_ASSIGN_H

#include "packet.h"

#include <zonegate/connect.h>

/* Macros of the kernel's headers, which BTF does not have. */
#define AF_INET 2
#define AF_INET6 10
#define SOL_SOCKET 1
#define SO_REUSEADDR 2
#define SOCKET_TIME_WAIT 6
#define CURRENT_NETNS ((__u64)-1)
#define EPERM 1
#define EACCES 13
#define EADDRNOTAVAIL 99

/* Ports that nobody has are looked for so many times: with 9 of 10 taken, 128 fail once in 700,000
 * connects. */
#define ASSIGN_ALONE_MAX 128

/* Who has a port toward the destination. */
#define ASSIGN_IN_USE 1u
#define ASSIGN_IN_TIME_WAIT 2u

/*
 * What is asked, and how far the search has come. No padding: handed to a subprogram, to which it
 * is memory of unknown content. That keeps the loops cheap to verify: whatever a turn writes here,
 * the next one looks the same to the verifier.
 */
struct assignment {
	union address remote; /* IPv4 mapped */
	__u8 bound[16];	      /* the address that the socket is bound to; 0: none */
	__u32 is_bound;
	__u32 is_ipv4; /* the connection */
	__u32 family;  /* the socket: an IPv6 one may connect to IPv4 */
	__u16 rport, first;
	__u32 ports; /* in the range */
	__u32 start, step;
	__u32 addresses; /* that a shared port is tried with, at least 1 */
	__u32 taken;	 /* of the port under trial: by whom */
	__u32 tolerated; /* what does not matter */
	__u32 time_wait; /* such ports were met */
	__s32 error;	 /* of the last bind; 0: the socket is bound */
};
ZG_ASSERT_SIZE(struct assignment, 80);

/* For bpf_loop(). The context cannot lie in an assignment: what is read from there is a number. */
struct assign_walk {
	struct bpf_sock_addr *ctx;
	struct assignment *assignment;
};

/* Any of these is coprime to every number of ports: a walk by steps of it meets each port once. */
static __always_inline __u32 assign_step(__u32 random)
{
	switch (random & 3) {
	case 0:
		return 104729;
	case 1:
		return 611953;
	case 2:
		return 1299709;
	default:
		return 15485863;
	}
}

static __always_inline int assign_bind(struct bpf_sock_addr *ctx,
				       const struct assignment *assignment, __u16 port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = bpf_htons(port)};
	struct sockaddr_in6 address6 = {.sin6_family = AF_INET6, .sin6_port = bpf_htons(port)};

	/* The address goes along: a socket bound to one alone would lose it. */
	if (assignment->family == AF_INET) {
		__builtin_memcpy(&address.sin_addr, &assignment->bound[12], 4);
		return bpf_bind(ctx, (struct sockaddr *)&address, sizeof(address));
	}
	__builtin_memcpy(&address6.sin6_addr, assignment->bound, 16);
	return bpf_bind(ctx, (struct sockaddr *)&address6, sizeof(address6));
}

/* Who has (local, port, destination); 0: nobody. */
static __always_inline __u32 assign_tuple_taken(struct bpf_sock_addr *ctx,
						const struct assignment *assignment,
						const __u8 *local, __u16 port)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *found;
	__u32 state;

	/* As a packet of the peer has it. */
	if (assignment->is_ipv4) {
		__builtin_memcpy(&tuple.ipv4.saddr, &assignment->remote.wire.byte[12], 4);
		__builtin_memcpy(&tuple.ipv4.daddr, local + 12, 4);
		tuple.ipv4.sport = bpf_htons(assignment->rport);
		tuple.ipv4.dport = bpf_htons(port);
		found = bpf_skc_lookup_tcp(ctx, &tuple, sizeof(tuple.ipv4), CURRENT_NETNS, 0);
	} else {
		__builtin_memcpy(tuple.ipv6.saddr, assignment->remote.wire.byte, 16);
		__builtin_memcpy(tuple.ipv6.daddr, local, 16);
		tuple.ipv6.sport = bpf_htons(assignment->rport);
		tuple.ipv6.dport = bpf_htons(port);
		found = bpf_skc_lookup_tcp(ctx, &tuple, sizeof(tuple.ipv6), CURRENT_NETNS, 0);
	}
	if (!found)
		return 0;
	state = found->state;
	bpf_sk_release(found);
	return state == SOCKET_TIME_WAIT ? ASSIGN_IN_TIME_WAIT : ASSIGN_IN_USE;
}

/* Each port once, from a random one on. */
static __always_inline __u16 assign_next(const struct assignment *assignment, __u32 i)
{
	return assignment->first + (assignment->start + i * assignment->step) % assignment->ports;
}

/*
 * For bpf_loop(), which 1 ends: binds alone. In a large range to ports at random: a walk may run
 * along what another walk has taken. Ports under 1024 and a caller without CAP_NET_BIND_SERVICE: no
 * other port will do.
 */
static long assign_try_alone(__u32 i, struct assign_walk *walk)
{
	struct assignment *assignment = walk->assignment;
	__u16 port = assign_next(assignment, i);
	int error;

	if (assignment->ports > ASSIGN_ALONE_MAX)
		port = assignment->first + bpf_get_prandom_u32() % assignment->ports;
	error = assign_bind(walk->ctx, assignment, port);
	assignment->error = error;
	return !error || error == -EACCES;
}

/*
 * The same for a port that others have: the local address that connect() will choose is not known
 * yet, so all of the host's are tried, one a call, and after the last of them the port.
 */
static long assign_try_shared(__u32 i, struct assign_walk *walk)
{
	struct assignment *assignment = walk->assignment;
	__u32 turn = i % assignment->addresses;
	__u16 port = assign_next(assignment, i / assignment->addresses);
	union address local;

	if (assignment->is_bound)
		__builtin_memcpy(local.wire.byte, assignment->bound, 16);
	else if (assignment->is_ipv4)
		__builtin_memcpy(&local.wire.byte[12], host.address4[turn % ZG_CONNECT_ADDRESSES],
				 4);
	else
		__builtin_memcpy(local.wire.byte, host.address6[turn % ZG_CONNECT_ADDRESSES], 16);
	if (!turn)
		assignment->taken = 0;
	assignment->taken |= assign_tuple_taken(walk->ctx, assignment, local.wire.byte, port);
	if (turn != assignment->addresses - 1)
		return 0;
	assignment->time_wait |= assignment->taken & ASSIGN_IN_TIME_WAIT;
	if (assignment->taken & ~assignment->tolerated)
		return 0;
	assignment->error = assign_bind(walk->ctx, assignment, port);
	return !assignment->error;
}

static __always_inline void assign_reuse_set(struct bpf_sock_addr *ctx, int reuse)
{
	bpf_setsockopt(ctx, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse));
}

static __always_inline void assign_shared(struct assign_walk *walk)
{
	struct assignment *assignment = walk->assignment;
	__u32 addresses = assignment->is_ipv4 ? host.count4 : host.count6;

	if (assignment->is_bound || !addresses)
		addresses = 1;
	if (addresses > ZG_CONNECT_ADDRESSES)
		addresses = ZG_CONNECT_ADDRESSES;
	assignment->addresses = addresses;
	bpf_loop(assignment->ports * addresses, assign_try_shared, walk, 0);
	if (!assignment->error || !assignment->time_wait)
		return;
	assignment->tolerated = ASSIGN_IN_TIME_WAIT;
	bpf_loop(assignment->ports * addresses, assign_try_shared, walk, 0);
}

/*
 * Binds the socket to a port of first..first+ports-1; ports is in 1..65535, and what belongs to the
 * search is 0. 0; -EADDRNOTAVAIL: none is free; -EACCES. The socket is left with SO_REUSEADDR set:
 * its port may be shared toward other destinations later.
 */
SUBPROGRAM int assign_port(struct bpf_sock_addr *ctx, struct assignment *assignment)
{
	struct assign_walk walk = {.ctx = ctx, .assignment = assignment};
	__u32 random = bpf_get_prandom_u32(), alone;
	int reuse = 0;

	if (!assignment)
		return -EADDRNOTAVAIL;
	alone = assignment->ports;
	if (alone > ASSIGN_ALONE_MAX)
		alone = ASSIGN_ALONE_MAX;
	/* Below 65,536 both: start + i * step stays within 32 bits. */
	assignment->start = (random >> 2) % assignment->ports;
	assignment->step = assign_step(random) % assignment->ports;
	assignment->error = -EADDRNOTAVAIL;
	bpf_getsockopt(ctx, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse));
	if (reuse)
		assign_reuse_set(ctx, 0);
	bpf_loop(alone, assign_try_alone, &walk, 0);
	assign_reuse_set(ctx, 1);
	if (assignment->error && assignment->error != -EACCES)
		assign_shared(&walk);
	if (!assignment->error)
		return 0;
	assign_reuse_set(ctx, reuse);
	return assignment->error == -EACCES ? -EACCES : -EADDRNOTAVAIL;
}

#endif
