/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The walk over the tables: address -> class, (role, classes) -> rule slot. ONE copy, compiled into
 * the BPF programs and into user space. Owns no storage: the includer gives the accessors named
 * below; each answers NULL past its end.
 *
 *   static inline __u32 tables_root(__u32 half, __u32 trie, __u32 top);   index into
 * zg_roots.entry[trie], top < 65536 static inline const struct zg_node *tables_node(__u32 index);
 *   static inline const __u16 *tables_leaf(__u32 index);
 *   static inline const __u16 *tables_ranges(__u32 index);   ZG_RANGES_READ leaves, by 8 bytes
 *   static inline const __u32 *tables_pair(__u32 index);
 *   static inline const __u32 *tables_comb(__u32 index);
 *   static inline __u32 tables_node_base(__u32 half);   what a dense block's child_base counts from
 */
#ifndef ZONEGATE_LOOKUP_H
#define ZONEGATE_LOOKUP_H

#include "tables.h"

#define ZG_LOOKUP_BROKEN 0xffffffffu /* the tables do not hold what they should: fail closed */

/* Set bits of a word; BPF has no instruction for it (Warren, Hacker's Delight, 5-1). */
static inline __attribute__((always_inline)) __u32 lookup_popcount(__u64 x)
{
	x -= x >> 1 & 0x5555555555555555ull;
	x = (x & 0x3333333333333333ull) + (x >> 2 & 0x3333333333333333ull);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0full;
	return (__u32)(x * 0x0101010101010101ull >> 56);
}

/* Both compilers know this one, and turn it into one instruction. */
static inline __attribute__((always_inline)) __u32 lookup_be32(__u32 value)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return __builtin_bswap32(value);
#else
	return value;
#endif
}

/* Entry of a branch node for one byte: a class, or ZG_ENTRY_NODE and the child's index. */
static inline __attribute__((always_inline)) __u32 lookup_branch(const struct zg_node *node,
								 __u8 byte)
{
	__u32 word = byte >> 6, index;
	__u16 run;

	index = node->rank[word] +
		lookup_popcount(node->bits[word] & (~0ull >> (63 - (byte & 63))));
	if (node->leaf_base == ZG_LEAVES_INLINE) {
		if (index >= ZG_NODE_RUNS)
			return ZG_LOOKUP_BROKEN;
		run = node->run[index];
	} else {
		const __u16 *leaf = tables_leaf(node->leaf_base + index);

		if (!leaf)
			return ZG_LOOKUP_BROKEN;
		run = *leaf;
	}
	if (run & ZG_RUN_CHILD)
		return ZG_ENTRY_NODE | (node->child_base + (run & ~ZG_RUN_CHILD));
	return run;
}

/* Even and odd numbers of a word's four, each with room for a borrow. */
#define LOOKUP_HALVES 0x0000ffff0000ffffull
#define LOOKUP_BORROWS 0x0001000000010000ull

/* How many of a word's four numbers are not above the key: added up in bits 16.. and 48.. */
static inline __attribute__((always_inline)) __u64 lookup_not_above(__u64 word, __u64 keys,
								    __u64 odd_borrows)
{
	__u64 even = keys - (word & LOOKUP_HALVES), odd = keys - (word >> 16 & LOOKUP_HALVES);

	return (even & LOOKUP_BORROWS) + (odd & odd_borrows);
}

/* Class of an IPv4 address (host order) from ranges, or ZG_LOOKUP_BROKEN. */
static inline __attribute__((always_inline)) __u32 lookup_ranges(__u32 entry, __u32 address)
{
	const __u64 three = 0x10000; /* the fourth number of a last word is a class */
	__u64 keys = (__u64)(address & 0xffff) * 0x100000001ull | LOOKUP_BORROWS, counts;
	__u32 size = entry >> 28 & 3, at = (entry & ZG_RANGES_INDEX) * ZG_RANGES_UNIT, rank;
	const __u16 *leaf = tables_ranges(at);
	const __u64 *words;

	if (!leaf)
		return ZG_LOOKUP_BROKEN;
	if (size == ZG_RANGES_32 && (address & 0xffff) >= leaf[ZG_RANGES_SPLIT]) {
		leaf = tables_ranges(at + ZG_RANGES_LEAVES(16));
		if (!leaf)
			return ZG_LOOKUP_BROKEN;
	}
	words = (const __u64 *)(const void *)leaf;
	if (size == ZG_RANGES_4) {
		counts = lookup_not_above(words[0], keys, three);
		rank = (__u32)((counts >> 48) + (counts >> 16)) & 3;
		return leaf[3 + rank];
	}
	counts = lookup_not_above(words[0], keys, LOOKUP_BORROWS);
	if (size == ZG_RANGES_8) {
		counts += lookup_not_above(words[1], keys, three);
		rank = (__u32)((counts >> 48) + (counts >> 16)) & 7;
		return leaf[7 + rank];
	}
	counts += lookup_not_above(words[1], keys, LOOKUP_BORROWS) +
		  lookup_not_above(words[2], keys, LOOKUP_BORROWS) +
		  lookup_not_above(words[3], keys, three);
	rank = (__u32)((counts >> 48) + (counts >> 16)) & 15;
	return leaf[15 + rank];
}

/* Entry of a dense block for the third byte of an address, as lookup_branch(). */
static inline __attribute__((always_inline)) __u32 lookup_dense(__u32 half, __u32 entry, __u8 byte)
{
	__u32 block = entry & ZG_ENTRY_INDEX;
	const __u16 *leaf = tables_leaf(block + byte), *low, *high;

	if (!leaf)
		return ZG_LOOKUP_BROKEN;
	if (!(*leaf & ZG_RUN_CHILD))
		return *leaf;
	low = tables_leaf(block + ZG_DENSE_CHILDREN);
	high = tables_leaf(block + ZG_DENSE_CHILDREN + 1);
	if (!low || !high)
		return ZG_LOOKUP_BROKEN;
	return ZG_ENTRY_NODE |
	       (tables_node_base(half) + ((__u32)*high << 16 | *low) + (*leaf & ~ZG_RUN_CHILD));
}

/* Entry of a prefix node for an IPv4 address in host order. */
static inline __attribute__((always_inline)) __u32 lookup_prefix4(const struct zg_node *node,
								  __u32 address)
{
	const __u32 *key = (const __u32 *)(const void *)node->prefix.key;
	const __u32 *mask = (const __u32 *)(const void *)node->prefix.mask;

	return (lookup_be32(address) & *mask) == *key ? node->match : node->miss;
}

/* Class of an IPv4 address (host order), or ZG_LOOKUP_BROKEN. At most three loads deep. */
static inline __attribute__((always_inline)) __u32 lookup_class4(__u32 half, __u32 trie,
								 __u32 address)
{
	__u32 entry = tables_root(half, trie, address >> 16);
	const struct zg_node *node;

	if (!(entry & ZG_ENTRY_KIND))
		return entry;
	if ((entry & ZG_ENTRY_KIND) == ZG_ENTRY_RANGES)
		return lookup_ranges(entry, address);
	if (entry & ZG_ENTRY_DENSE) {
		entry = lookup_dense(half, entry, address >> 8 & 0xff);
	} else {
		node = tables_node(entry & ZG_ENTRY_INDEX);
		if (!node)
			return ZG_LOOKUP_BROKEN;
		entry = node->kind == ZG_NODE_PREFIX ? lookup_prefix4(node, address)
						     : lookup_branch(node, address >> 8 & 0xff);
	}
	if (!(entry & ZG_ENTRY_NODE))
		return entry;
	if (entry == ZG_LOOKUP_BROKEN)
		return entry;
	node = tables_node(entry & ZG_ENTRY_INDEX);
	if (!node)
		return ZG_LOOKUP_BROKEN;
	entry = lookup_branch(node, address & 0xff);
	return entry & ZG_ENTRY_NODE ? ZG_LOOKUP_BROKEN : entry;
}

/* Local class of an IPv4 address (host order); false: the trie has to be asked. */
static inline __attribute__((always_inline)) int lookup_host4(const struct zg_settings *settings,
							      __u32 address, __u32 *ret_class)
{
	for (int i = 0; i < ZG_HOSTS_MAX; i++) {
		if (settings->host4[i].address == address) {
			*ret_class = settings->host4[i].class;
			return 1;
		}
	}
	return 0;
}

/* The walk of an IPv6 address (network order, 8-byte aligned) from an entry of its root. */
static inline __attribute__((always_inline)) __u32 lookup_walk6(__u32 entry, const __u8 *address)
{
	const __u64 *words = (const __u64 *)(const void *)address;

	for (int depth = 0; depth < ZG_NODE_DEPTH_MAX; depth++) {
		const struct zg_node *node;

		if (!(entry & ZG_ENTRY_NODE) || entry == ZG_LOOKUP_BROKEN)
			return entry;
		node = tables_node(entry & ZG_ENTRY_INDEX);
		if (!node)
			return ZG_LOOKUP_BROKEN;
		if (node->kind == ZG_NODE_PREFIX) {
			const __u64 *key = (const __u64 *)(const void *)node->prefix.key;
			const __u64 *mask = (const __u64 *)(const void *)node->prefix.mask;

			entry = ((words[0] & mask[0]) ^ key[0]) | ((words[1] & mask[1]) ^ key[1])
					? node->miss
					: node->match;
		} else {
			entry = lookup_branch(node, address[node->pos & 15]);
		}
	}
	return entry & ZG_ENTRY_NODE ? ZG_LOOKUP_BROKEN : entry;
}

/* Class of an IPv6 address (16 bytes, network order, 8-byte aligned), or ZG_LOOKUP_BROKEN. */
static inline __attribute__((always_inline)) __u32 lookup_class6(__u32 half, __u32 trie,
								 const __u8 *address)
{
	__u32 entry = tables_root(half, trie, (__u32)address[0] << 8 | address[1]);

	if (entry & ZG_ENTRY_DENSE)
		entry = lookup_dense(half, entry, address[2]);
	return lookup_walk6(entry, address);
}

/* Local class of two words of an IPv6 address, as they lie; false: the trie has to be asked. */
static inline __attribute__((always_inline)) int
lookup_host6(const struct zg_settings *settings, __u64 first, __u64 second, __u32 *ret_class)
{
	for (int i = 0; i < ZG_HOSTS_MAX; i++) {
		const __u64 *words = (const __u64 *)(const void *)settings->host6[i].address;

		if (words[1] == second && words[0] == first) {
			*ret_class = settings->host6[i].class;
			return 1;
		}
	}
	return 0;
}

/* What the pair of two classes says: the base of a row, a reason, or ZG_LOOKUP_BROKEN. */
static inline __attribute__((always_inline)) __u32
lookup_pair(const struct zg_settings *settings, __u32 role, __u32 remote, __u32 local)
{
	const __u32 *pair = tables_pair(settings->pair_base[role] +
					remote * settings->pair_stride[role] + local);

	return pair ? *pair : ZG_LOOKUP_BROKEN;
}

/* The rule slot of a row for a port class, or ZG_SLOT_NONE; ZG_LOOKUP_BROKEN. */
static inline __attribute__((always_inline)) __u32 lookup_cell(__u32 base, __u32 port_class)
{
	const __u32 *cell = tables_comb(base + port_class);

	if (!cell)
		return ZG_LOOKUP_BROKEN;
	return ZG_CELL_COLUMN(*cell) == port_class ? ZG_CELL_SLOT(*cell) : ZG_SLOT_NONE;
}

/*
 * The rule slot for three classes, or ZG_SLOT_NONE; *ret_reason is then the drop reason when the
 * pair has one of its own (martian and such), else untouched. ZG_LOOKUP_BROKEN when the tables are.
 */
static inline __attribute__((always_inline)) __u32 lookup_rule(const struct zg_settings *settings,
							       __u32 role, __u32 remote,
							       __u32 local, __u32 port_class,
							       __u32 *ret_reason)
{
	__u32 pair = lookup_pair(settings, role, remote, local);

	if (pair == ZG_LOOKUP_BROKEN)
		return pair;
	if (pair & ZG_PAIR_REASON) {
		*ret_reason = pair & 0xff;
		return ZG_SLOT_NONE;
	}
	return lookup_cell(pair, port_class);
}

#endif
