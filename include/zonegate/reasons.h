/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every reason for which a packet passes without a rule or is dropped: number, stable name,
 * sentence for people. The one list that programs, commands, metrics and the oracle share. Append
 * only: numbers are counter indices.
 */
#ifndef ZONEGATE_REASONS_H
#define ZONEGATE_REASONS_H

#include "types.h"

enum zg_hook {
	ZG_INGRESS,
	ZG_EGRESS,
	ZG_CONNECT,
	ZG_HOOKS,
};

/* X(NAME, number, name, sentence) */
#define ZG_PASS_REASONS(X)                                                                         \
	X(RULE, 0, "rule", "a rule permits it")                                                    \
	X(PASS_ALL, 1, "pass-all",                                                                 \
	  "no policy is in force: the way back of an unconfirmed first apply")                     \
	X(ARP, 2, "arp", "address resolution for IPv4")                                            \
	X(ND, 3, "neighbour-discovery", "IPv6 neighbour discovery (RFC 4861, RFC 4890)")           \
	X(MLD, 4, "multicast-listener", "multicast listener discovery or IGMP (RFC 4890)")         \
	X(ETHERTYPE, 5, "ethertype", "the configuration lists this ethertype to pass")             \
	X(ECHO, 6, "icmp-echo", "echo within its rate, or its reply")                              \
	X(ICMP_ERROR, 7, "icmp-error", "an ICMP error about permitted traffic")                    \
	X(DEFAULT_PASS, 8, "default-pass",                                                         \
	  "no rule permits it; the configuration lets such traffic pass")

#define ZG_DROP_REASONS(X)                                                                         \
	X(NO_RULE, 16, "no-rule", "no rule permits it")                                            \
	X(NOT_LOCAL, 17, "not-local", "the local address is in no zone of this host")              \
	X(NO_FLOW, 18, "no-flow", "no connection of this host waits for it")                       \
	X(ORIGIN_PORT, 19, "origin-port",                                                          \
	  "the origin port is outside the range of the first matching tcpoport line")              \
	X(MARTIAN, 20, "martian-source",                                                           \
	  "an address that cannot be a source (RFC 1122, RFC 6890)")                               \
	X(SPOOFED_LOCAL, 21, "spoofed-local", "the source is an address of this host")             \
	X(SPOOFED_INTERFACE, 22, "spoofed-interface",                                              \
	  "the source belongs to a zone that is bound to another interface")                       \
	X(LAND, 23, "land", "source and destination are the same")                                 \
	X(TRUNCATED, 24, "truncated", "the frame ends inside a header")                            \
	X(BAD_IPV4, 25, "bad-ipv4", "malformed IPv4 header (RFC 791)")                             \
	X(IP_OPTIONS, 26, "ip-options", "source route or record route option (RFC 7126)")          \
	X(BAD_IPV6, 27, "bad-ipv6", "malformed IPv6 header or length (RFC 8200)")                  \
	X(EXTENSION_HEADERS, 28, "extension-headers",                                              \
	  "more, or other, extension headers than are followed (RFC 9098)")                        \
	X(ROUTING_HEADER, 29, "routing-header",                                                    \
	  "routing header type 0 or of a kind a host does not need (RFC 5095)")                    \
	X(BAD_TCP, 30, "bad-tcp", "malformed TCP header (RFC 9293)")                               \
	X(TCP_FLAGS, 31, "tcp-flags", "a combination of TCP flags that no stack sends")            \
	X(BAD_UDP, 32, "bad-udp", "malformed UDP header (RFC 768)")                                \
	X(PORT_ZERO, 33, "port-zero", "port 0 is reserved (RFC 6335)")                             \
	X(BAD_ICMP, 34, "bad-icmp", "malformed ICMP message (RFC 792, RFC 4443)")                  \
	X(ICMP_TYPE, 35, "icmp-type", "an ICMP type that a host does not need (RFC 4890)")         \
	X(ICMP_UNRELATED, 36, "icmp-unrelated", "an ICMP error about traffic that is not ours")    \
	X(ICMP_REDIRECT, 37, "icmp-redirect", "redirects are never followed")                      \
	X(ECHO_RATE, 38, "icmp-echo-rate", "more echo requests than the configured rate")          \
	X(ND_INVALID, 39, "nd-invalid", "neighbour discovery that fails RFC 4861's checks")        \
	X(FRAGMENT_ORPHAN, 40, "fragment-orphan", "a fragment without its first one")              \
	X(FRAGMENT_TINY, 41, "fragment-tiny",                                                      \
	  "a first fragment too small for its header (RFC 1858, RFC 7112)")                        \
	X(FRAGMENT_OVERLAP, 42, "fragment-overlap",                                                \
	  "a fragment that could rewrite the header (RFC 3128, RFC 5722)")                         \
	X(BAD_FRAGMENT, 43, "bad-fragment", "malformed fragment (RFC 791, RFC 8200)")              \
	X(VLAN_DEPTH, 44, "vlan-depth", "more VLAN tags than are followed")                        \
	X(ETHERTYPE_UNKNOWN, 45, "ethertype-unknown",                                              \
	  "an ethertype that is not IP and not listed to pass")                                    \
	X(LLC, 46, "llc", "IEEE 802.3 with LLC, not listed to pass")                               \
	X(SYN_ACK, 47, "syn-ack-unexpected",                                                       \
	  "a SYN-ACK that no connection of this host waits for")                                   \
	X(NO_FREE_PORT, 48, "no-free-port", "no origin port of the line is free")                  \
	X(REFUSED_OPTION, 49, "socket-option-refused",                                             \
	  "a socket option that would go round the egress filter")                                 \
	X(BAD_ARP, 50, "bad-arp", "malformed ARP (RFC 826)")                                       \
	X(INTERNAL, 51, "internal", "the tables do not hold what they should; report this")

#define ZG_REASON_FIRST_DROP 16
#define ZG_REASONS 64

enum zg_reason {
#define X(NAME, number, name, text) ZG_R_##NAME = (number),
	ZG_PASS_REASONS(X) ZG_DROP_REASONS(X)
#undef X
};

#define ZG_REASON_INDEX(hook, audited, reason) (((hook)*2 + (audited)) * ZG_REASONS + (reason))
#define ZG_REASON_COUNTERS (ZG_HOOKS * 2 * ZG_REASONS)

#endif
