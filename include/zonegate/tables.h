/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The compiled tables of one policy: what the compiler writes and every hook reads, per packet.
 * Owns layout and limits only; the walk over them is lookup.h. Knows neither policy text nor BPF
 * maps.
 *
 * Integers are in host byte order; addresses are in network byte order, as bytes.
 *
 * Verdict of a packet, in four steps that cost the same for any policy:
 *   remote address -> remote class r      (trie, root remote4/remote6)
 *   local address  -> local class l       (trie, root local4/local6), moved by the interface group
 *   protocol, port -> port class p        (one array)
 *   pair[role][r * stride + l] -> base of a row in comb, or a drop reason
 *   comb[base + p] -> rule slot, when the cell says that it belongs to column p; else no rule
 * Rows of comb overlap where their cells leave room for each other (row displacement, Tarjan and
 * Yao 1979); every distinct row has a base of its own, so the column number alone proves that a
 * cell is the row's.
 */
#ifndef ZONEGATE_TABLES_H
#define ZONEGATE_TABLES_H

#include "types.h"

#define ZG_HALVES 2

/* ---- address -> class
 * ------------------------------------------------------------------------------------------- */

enum zg_trie {
	ZG_REMOTE4,
	ZG_LOCAL4,
	ZG_REMOTE6,
	ZG_LOCAL6,
	ZG_TRIES,
};

#define ZG_ROOT_SIZE 65536u /* the first 16 bits of an address, both families */
/*
 * Entries: a class, or by the two highest bits what follows. Roots alone have dense blocks, those
 * of IPv4 alone have ranges.
 */
#define ZG_ENTRY_KIND 0xc0000000u
#define ZG_ENTRY_DENSE 0x40000000u  /* index of its first leaf */
#define ZG_ENTRY_NODE 0x80000000u   /* index of a node */
#define ZG_ENTRY_RANGES 0xc0000000u /* enum zg_ranges << 28, and index of its first leaf / 8 */
#define ZG_ENTRY_INDEX 0x3fffffffu
#define ZG_RUN_CHILD 0x8000u /* run entries: ordinal of a child follows, else a class */
#define ZG_CLASS_MAX 32767u  /* classes fit a run entry */
#define ZG_CLASS_NONE 0u     /* local tries: not an address of a local zone */

/* One half of the roots. 2 halves: 2 MiB. */
struct zg_roots {
	__u32 entry[ZG_TRIES][ZG_ROOT_SIZE];
};

enum zg_node_kind {
	ZG_NODE_BRANCH = 1, /* by one byte of the address: runs of equal values */
	ZG_NODE_PREFIX = 2, /* does the address lie in one prefix? (path compression) */
};

#define ZG_NODE_RUNS 9		     /* runs that fit in the node itself */
#define ZG_LEAVES_INLINE 0xffffffffu /* leaf_base: the runs are in run[] */
#define ZG_NODE_DEPTH_MAX 14	     /* every node takes at least one byte: 2..15 */

/*
 * A node is one cache line. Branch: bit v of bits is set when byte value v begins a new run (never
 * bit 0); the run of value v has index rank[v / 64] + popcount(bits[v / 64] & low (v % 64 + 1)
 * bits). Its entry is a class or the ordinal of a child: node child_base + ordinal. Prefix:
 * (address & mask) == key ? match : miss, both as root entries.
 */
struct zg_node {
	union {
		__u64 bits[4];
		struct {
			__u8 key[16]; /* network order, bits outside mask are 0 */
			__u8 mask[16];
		} prefix;
	};
	union {
		__u8 rank[4];
		__u32 match; /* prefix node */
	};
	union {
		__u32 child_base;
		__u32 miss; /* prefix node */
	};
	__u32 leaf_base; /* branch: first run in leaves, or ZG_LEAVES_INLINE */
	__u8 kind;	 /* enum zg_node_kind */
	__u8 pos;	 /* branch: which byte of the address, 2..3 (IPv4), 2..15 (IPv6) */
	__u16 run[ZG_NODE_RUNS];
};
ZG_ASSERT_SIZE(struct zg_node, 64);
ZG_ASSERT_OFFSET(struct zg_node, child_base, 36);
ZG_ASSERT_OFFSET(struct zg_node, run, 46);

/*
 * A dense block stands for the branch by the third byte of an address, straight below a root: run
 * entries for each byte value in leaves, and in two more of them, low half first, what a branch has
 * in child_base. One load where a branch with runs of its own takes two. Its child_base counts from
 * the half's first node (zg_settings.node_base): leaves are copied as they are.
 */
#define ZG_DENSE_CHILDREN 256u
#define ZG_DENSE_LEAVES 258u

/*
 * Ranges: the classes of all addresses below an IPv4 root as c intervals, in leaves, in one line of
 * cache. First the starts of the second and later intervals (the address's last 16 bits), c - 1 of
 * them, then c classes. A comparison with all starts at once says which (bpf has no vectors: four
 * starts lie in a word). Intervals that are left over have the last one's class.
 */
enum zg_ranges {
	ZG_RANGES_4,  /* 16 bytes */
	ZG_RANGES_8,  /* 32 bytes */
	ZG_RANGES_16, /* 64 bytes */
	ZG_RANGES_32, /* two of 16: leaf ZG_RANGES_SPLIT of the first is where the second begins */
	ZG_RANGES_SIZES,
};
#define ZG_RANGES_LEAVES(c) (2 * (c)) /* one is spare */
#define ZG_RANGES_SPLIT 31u
#define ZG_RANGES_UNIT 8u	    /* leaves: what an index counts in */
#define ZG_RANGES_INDEX 0x0fffffffu /* of the entry */
#define ZG_RANGES_READ 32u	    /* leaves that a lookup may touch behind the first */

/* ---- protocol and port -> class
 * -------------------------------------------------------------------------------- */

/* What a packet asks of the cross tables. */
enum zg_role {
	ZG_ACCEPT,   /* this host listens: service port is local */
	ZG_OPEN,     /* this host connects: service port is remote */
	ZG_FTP_DATA, /* OPEN, FTP rules alone: who may leave from port L-1; shares OPEN's port
			classes */
	ZG_ROLES,
};

/* Service port -> port class, one for ACCEPT and one for OPEN. 0: in no rule. proto[] serves
 * protocols without ports. */
struct zg_ports {
	__u16 tcp[65536];
	__u16 udp[65536];
	__u16 proto[256];
	__u16 icmp[256];  /* by type */
	__u16 icmp6[256]; /* by type */
};
ZG_ASSERT_SIZE(struct zg_ports, 2 * (65536 * 2 + 3 * 256));

/* ---- (remote class, local class, port class) -> rule
 * ------------------------------------------------------------ */

#define ZG_PAIR_REASON                                                                             \
	0x80000000u /* pair: low 8 bits are a drop reason (reasons.h), for every port */
#define ZG_CELL(column, slot) ((__u32)(column) << 16 | (__u32)(slot))
#define ZG_CELL_COLUMN(cell) ((cell) >> 16)
#define ZG_CELL_SLOT(cell) ((cell)&0xffffu)
#define ZG_SLOT_NONE 0u /* column 0 and slot 0 are never written: an empty cell is 0 */
#define ZG_SLOT_MAX 65535u

/* Facts of a remote class, read only where a connection is made or a message is about one. */
#define ZG_LINE_WORDS 8
#define ZG_LINES_MAX (ZG_LINE_WORDS * 64)
#define ZG_CLASS_SELF 0x1u    /* an address of this host */
#define ZG_CLASS_MARTIAN 0x2u /* cannot be a source */
struct zg_class {
	__u64 lines[ZG_LINE_WORDS]; /* origin lines whose name or IPv6 address holds this class */
	__u32 flags;
	__u32 zone; /* a zone of this class for display: 1 + index, 0: none */
};
ZG_ASSERT_SIZE(struct zg_class, 72);

/* How many elements the tables have that grow with the policy, both halves. */
struct zg_bounds {
	__u32 nodes, leaves, cross;
	__u32 ranges; /* leaves that have as many behind them as a lookup of ranges may touch */
	__u32 rule_slots, rule_counters; /* of one CPU, of all */
	__u32 reason_counters;		 /* of all */
};

/* ---- tcpoport.ini
 * ------------------------------------------------------------------------------------------------
 */

#define ZG_ORIGIN_ANY 0x1u /* org_ports 0: any origin port will do */

struct zg_line {
	__u16 first, last; /* origin ports, host order; both 0 with ZG_ORIGIN_ANY */
	__u16 slot;	   /* counter slot */
	__u16 flags;
};
ZG_ASSERT_SIZE(struct zg_line, 8);

#define ZG_ORIGIN_PORT_CLASSES (2 * ZG_LINES_MAX + 2)

/*
 * Bit n of every word list is line n, in file order. A line matches when
 *   ((octets ANDed | class.lines) & port_bits) ^ invert, & valid
 * has its bit; the lowest set bit is the first matching line. octet[] is for IPv4 patterns alone:
 * an IPv6 destination starts from class.lines.
 */
struct zg_origin {
	__u64 octet[4][256][ZG_LINE_WORDS];
	__u64 port_bits[ZG_ORIGIN_PORT_CLASSES][ZG_LINE_WORDS];
	__u64 invert[ZG_LINE_WORDS]; /* lines with '!' */
	__u64 valid[ZG_LINE_WORDS];  /* lines in use: not the '!' lines whose name never resolved */
	struct zg_line line[ZG_LINES_MAX];
	__u16 port_class[65536];
	__u32 lines; /* how many */
	__u32 words; /* word lists in use: (lines + 63) / 64 */
};

/* ---- settings of one half
 * ---------------------------------------------------------------------------------------- */

#define ZG_F_AUDIT 0x01u	/* count what would be dropped, drop nothing */
#define ZG_F_INGRESS_PASS 0x02u /* what no rule permits passes: [policy] ingress = pass */
#define ZG_F_EGRESS_PASS 0x04u	/* [policy] egress = pass */
#define ZG_F_ORIGIN_ENFORCE 0x08u
#define ZG_F_ORIGIN_AUDIT 0x10u
#define ZG_F_ORIGIN_ASSIGN 0x20u
#define ZG_F_CLASS_LINES 0x40u /* some line needs class.lines */
#define ZG_F_IFGROUPS 0x80u    /* some zone is bound to an interface */

#define ZG_IFGROUPS_MAX 8
#define ZG_ETHERTYPES_MAX 8
#define ZG_FTP_PORTS_MAX 16

/*
 * A few addresses of this host with their local class, so that most packets need no trie for them.
 * Every entry says what the trie says, also the unused ones, which hold the address 0.
 */
#define ZG_HOSTS_MAX 4
struct zg_host4 {
	__u32 address; /* host order */
	__u32 class;
};
struct zg_host6 {
	__u8 address[16]; /* network order */
	__u32 class;
	__u32 pad;
};

struct zg_settings {
	__u32 flags;
	__u32 locals;		     /* local classes x interface groups */
	__u32 local_classes;	     /* group g moves the local class by g x local_classes */
	__u32 pair_base[ZG_ROLES];   /* index of the role's first word in pairs */
	__u32 pair_stride[ZG_ROLES]; /* words a remote class: locals, or 0 where all have the same
				      */
	__u32 class_base;	     /* index of class 0 in classes */
	__u32 node_base;	     /* index of the half's first node */
	struct zg_host4 host4[ZG_HOSTS_MAX];
	struct zg_host6 host6[ZG_HOSTS_MAX];
	__u32 echo_interval_ns; /* between two echo requests of one source; 0: echo is dropped */
	__u32 echo_burst;	/* so many at once */
	__u32 ifindex[ZG_IFGROUPS_MAX];	       /* group g + 1; 0: unused. Others are group 0 */
	__u16 ethertype[ZG_ETHERTYPES_MAX];    /* host order, pass as they are; 0: unused */
	__u16 ftp_data_port[ZG_FTP_PORTS_MAX]; /* L-1 of the control ports, host order; 0: unused */
	__u32 udp_window_s;		       /* replies to own UDP come within this time */
	__u32 tcp_idle_s;		       /* an idle established flow is forgotten after */
	__u32 generation;
	__u8 policy_hash[32];
};

#endif
