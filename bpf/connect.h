/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * connect() of this host's programs: what egress would drop is refused at once, and a TCP socket
 * without a port gets one of its tcpoport line. Owns the order of these checks. Egress judges the
 * SYN again: nothing passes because of what is said here.
 */
#ifndef BPF_CONNECT_H
#define BPF_CONNECT_H

#include "assign.h"
#include "classify.h"
#include "count.h"
#include "event.h"
#include "origin.h"

/* What a context says, family by family. */
struct connect {
	union address remote; /* IPv4 mapped */
	union address bound;  /* the same; 0: the socket has no address yet */
	__u32 is_bound;
	__u32 is_ipv4; /* the connection */
	__u32 family;  /* the socket */
	__u16 rport, lport;
};

static __always_inline __u32 connect_remote4(const struct connect *connect)
{
	return bpf_be64_to_cpu(connect->remote.word[1]);
}

/* 127/8, ::1, and the addresses that mean "this host" (RFC 1122, 3.2.1.3). */
static __always_inline bool connect_is_loopback(const struct connect *connect)
{
	__u32 address = connect_remote4(connect);

	if (connect->is_ipv4)
		return address >> 24 == 127 || !address;
	return !connect->remote.word[0] && bpf_be64_to_cpu(connect->remote.word[1]) <= 1;
}

/* The rule that lets a local class open to a remote one, by any NIC: the route is not known yet. */
SUBPROGRAM __u32 connect_rule_find(__u32 half, __u32 remote, __u32 local, __u32 port_class)
{
	const struct zg_settings *current = &settings[half & 1];
	__u32 reason = 0;

	NO_UNROLL
	for (__u32 group = 0; group <= ZG_IFGROUPS_MAX; group++) {
		__u32 slot;

		if (local >= current->locals)
			break;
		slot = lookup_rule(current, ZG_OPEN, remote, local, port_class, &reason);
		if (slot != ZG_SLOT_NONE)
			return slot; /* broken tables too: egress says so */
		local += current->local_classes;
	}
	return ZG_SLOT_NONE;
}

/*
 * The rule for the address that the socket is bound to, else for the host's number turn. A program
 * of its own: 6.1 takes a loop for endless when a call in it is followed by a branch's end.
 */
SUBPROGRAM __u32 connect_rule_of(const struct connect *connect, __u32 half, __u32 remote,
				 __u32 turn)
{
	__u32 class, port_class, at = turn & (ZG_CONNECT_ADDRESSES - 1);
	union address local = {};

	if (!connect)
		return ZG_SLOT_NONE;
	if (connect->is_bound)
		local = connect->bound;
	else if (connect->is_ipv4)
		__builtin_memcpy(&local.wire.byte[12], host.address4[at], 4);
	else
		__builtin_memcpy(local.wire.byte, host.address6[at], 16);
	port_class = tables_ports(half, ZG_OPEN)->tcp[connect->rport];
	if (connect->is_ipv4)
		class = lookup_class4(half & 1, ZG_LOCAL4, bpf_be64_to_cpu(local.word[1]));
	else
		class = class6_find(&local, half, ZG_LOCAL6);
	return connect_rule_find(half, remote, class, port_class);
}

/* Would egress find a rule for one of the addresses that the socket may come to have? */
SUBPROGRAM __u32 connect_permitted(const struct connect *connect, __u32 half, __u32 remote)
{
	__u32 count;

	if (!connect)
		return 1;
	if (connect->is_bound)
		return connect_rule_of(connect, half, remote, 0);
	count = connect->is_ipv4 ? host.count4 : host.count6;
	NO_UNROLL
	for (__u32 i = 0; i < ZG_CONNECT_ADDRESSES; i++) {
		if (i >= count)
			break;
		if (connect_rule_of(connect, half, remote, i))
			return 1;
	}
	/* A host without an address of the family, or with more than are listed: egress decides. */
	return !count || host.more;
}

static __always_inline void connect_event(const struct connect *connect, __u32 reason, __u32 line,
					  __u32 audited)
{
	__u64 now_ns = bpf_ktime_get_ns();
	struct zg_event *event;

	if (LIKELY(!control_events_per_s()) || !event_rate_take(control_events_per_s(), now_ns))
		return;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return;
	__builtin_memset(event, 0, sizeof(*event));
	event->time_ns = now_ns;
	if (connect->is_bound)
		__builtin_memcpy(event->saddr, &connect->bound, sizeof(event->saddr));
	__builtin_memcpy(event->daddr, &connect->remote, sizeof(event->daddr));
	event->sport = bpf_htons(connect->lport);
	event->dport = bpf_htons(connect->rport);
	event->line = line;
	event->pid = bpf_get_current_pid_tgid() >> 32;
	event->hook = ZG_CONNECT;
	event->reason = reason;
	event->proto = PROTO_TCP;
	event->audited = audited;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	bpf_ringbuf_submit(event, 0);
}

/* Egress may drop what this socket sends, and knows its cookie alone. */
static __always_inline void connect_owner_note(struct bpf_sock_addr *ctx)
{
	struct zg_owner owner = {.pid = bpf_get_current_pid_tgid() >> 32};

	if (LIKELY(!control_events_per_s()))
		return;
	bpf_get_current_comm(owner.comm, sizeof(owner.comm));
	owner_update(bpf_get_socket_cookie(ctx), &owner);
}

/* Counts and tells; the error for connect(), or 0 in audit. */
static __always_inline int connect_refuse(const struct policy *policy,
					  const struct connect *connect, __u32 reason, __u32 line,
					  int error)
{
	__u32 audited = !!(policy->flags & ZG_F_AUDIT);

	reason_count(ZG_REASON_INDEX(ZG_CONNECT, audited, reason), 1, 0);
	connect_event(connect, reason, line, audited);
	return audited ? 0 : error;
}

static __always_inline int connect_assign(const struct policy *policy, struct bpf_sock_addr *ctx,
					  const struct connect *connect, const struct zg_line *line,
					  __u32 number)
{
	struct assignment assignment = {
		.remote = connect->remote,
		.is_bound = connect->is_bound,
		.is_ipv4 = connect->is_ipv4,
		.family = connect->family,
		.rport = connect->rport,
		.first = line->first,
		.ports = (__u32)line->last - line->first + 1,
	};
	__u32 slot = line->slot;
	struct zg_line_counter *counter;
	int error;

	if (!assignment.ports || assignment.ports > 65535)
		return 0;
	if (connect->is_bound)
		__builtin_memcpy(assignment.bound, &connect->bound, sizeof(assignment.bound));
	error = assign_port(ctx, &assignment);
	counter = bpf_map_lookup_elem(&line_counters, &slot);
	if (counter) {
		counter->assigned += !error;
		counter->exhausted += !!error;
	}
	return error ? connect_refuse(policy, connect, ZG_R_NO_FREE_PORT, number, error) : 0;
}

/* 0, or the error of connect(). */
static __always_inline int connect_judge(const struct policy *policy, struct bpf_sock_addr *ctx,
					 const struct connect *connect)
{
	struct origin_query query = {
		.remote = connect->remote,
		.rport = connect->rport,
		.is_ipv4 = connect->is_ipv4,
	};
	const struct zg_class *class;
	const struct zg_line *line;
	__u32 remote, number;

	if (connect->is_ipv4)
		remote = lookup_class4(policy->half, ZG_REMOTE4, connect_remote4(connect));
	else
		remote = class6_find(&connect->remote, policy->half, ZG_REMOTE6);
	if (remote == ZG_LOOKUP_BROKEN)
		return 0; /* egress drops it and says why */
	class = tables_class(policy->settings->class_base + remote);
	if (!class || class->flags & ZG_CLASS_SELF)
		return 0;
	if (!(policy->flags & ZG_F_EGRESS_PASS) && READ_ONCE(host.flags) & ZG_CONNECT_REFUSE &&
	    !connect_permitted(connect, policy->half, remote)) {
		int error = connect_refuse(policy, connect, ZG_R_NO_RULE, 0, -EPERM);

		if (error)
			return error;
	}
	if (!(policy->flags & ZG_F_ORIGIN_ASSIGN) || connect->lport)
		return 0;
	query.remote_class = remote;
	number = origin_line_find(&query, policy->half);
	line = origin_line(policy->half, number);
	if (!line || line->flags & ZG_ORIGIN_ANY)
		return 0;
	return connect_assign(policy, ctx, connect, line, number);
}

/* A cgroup program's answer: 1 goes on. */
static __always_inline int connect_answer(struct bpf_sock_addr *ctx, const struct connect *connect)
{
	__u32 half = policy_half();
	struct policy policy;
	int error;

	if (half >= ZG_PASS_ALL || connect_is_loopback(connect))
		return 1;
	connect_owner_note(ctx);
	policy_take(half, &policy);
	error = connect_judge(&policy, ctx, connect);
	if (!error)
		return 1;
	bpf_set_retval(error);
	return 0;
}

/* TCP of the guarded network namespace alone: others have NICs of their own. */
static __always_inline bool connect_is_ours(struct bpf_sock_addr *ctx)
{
	return ctx->protocol == PROTO_TCP && bpf_get_netns_cookie(ctx) == host.netns_cookie;
}

static __always_inline void connect_take4(struct bpf_sock_addr *ctx, struct connect *ret_connect)
{
	struct bpf_sock *sk = ctx->sk;

	ret_connect->is_ipv4 = 1;
	ret_connect->family = AF_INET;
	ret_connect->remote = address_map4(bpf_ntohl(ctx->user_ip4));
	ret_connect->rport = bpf_ntohs(ctx->user_port);
	if (!sk)
		return;
	ret_connect->bound = address_map4(bpf_ntohl(sk->src_ip4));
	ret_connect->is_bound = !!sk->src_ip4;
	ret_connect->lport = sk->src_port;
}

/* An IPv6 socket; ::ffff:a.b.c.d is an IPv4 connection all the same. */
static __always_inline void connect_take6(struct bpf_sock_addr *ctx, struct connect *ret_connect)
{
	__u32 remote[4] = {ctx->user_ip6[0], ctx->user_ip6[1], ctx->user_ip6[2], ctx->user_ip6[3]};
	struct bpf_sock *sk = ctx->sk;

	ret_connect->family = AF_INET6;
	ret_connect->is_ipv4 = !remote[0] && !remote[1] && remote[2] == bpf_htonl(0xffff);
	__builtin_memcpy(&ret_connect->remote, remote, sizeof(remote));
	ret_connect->rport = bpf_ntohs(ctx->user_port);
	if (!sk)
		return;
	__u32 bound[4] = {sk->src_ip6[0], sk->src_ip6[1], sk->src_ip6[2], sk->src_ip6[3]};

	ret_connect->is_bound = bound[0] | bound[1] | bound[2] | bound[3];
	__builtin_memcpy(&ret_connect->bound, bound, sizeof(bound));
	ret_connect->lport = sk->src_port;
}

#endif
