/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Addresses as numbers, and their texts: one address, a CIDR prefix, first-last.
 * Owns both directions of that conversion. Knows no zones, names or sets.
 */
#ifndef USER_UTIL_ADDRESS_H
#define USER_UTIL_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct range4 { /* host order, both included */
	uint32_t first, last;
};

struct addr6 { /* host order halves: compares as a number */
	uint64_t high, low;
};

struct range6 { /* both included */
	struct addr6 first, last;
};

struct address_range {
	bool ipv6;
	bool host_bits; /* a CIDR with bits set behind its prefix; the range is the whole network */
	union {
		struct range4 v4;
		struct range6 v6;
	};
};

static inline int addr6_compare(struct addr6 a, struct addr6 b)
{
	if (a.high != b.high)
		return a.high < b.high ? -1 : 1;
	return a.low == b.low ? 0 : a.low < b.low ? -1 : 1;
}

/*
 * Reads all of text[0..length): "192.0.2.1", "10.0.0.0/8", "10.0.0.1-10.0.0.9", the same in IPv6.
 * 0. -ENOENT: it does not look like an address (it may be a name). -EINVAL: it does, but is wrong;
 * *ret_error says how, in words for people.
 */
int address_range_parse(const char *text, size_t length, struct address_range *ret_range,
			const char **ret_error);

/* 16 bytes in network order to a number, and back. */
struct addr6 addr6_from_bytes(const uint8_t *bytes);
void addr6_to_bytes(struct addr6 address, uint8_t *ret_bytes);

#define ADDRESS_RANGE_TEXT 96 /* bytes of the longest text, with its end */
/* "a", "a/n" where the range is a prefix, else "a-b". Answers buffer. */
char *range4_format(struct range4 range, char buffer[ADDRESS_RANGE_TEXT]);
char *range6_format(struct range6 range, char buffer[ADDRESS_RANGE_TEXT]);

#endif
