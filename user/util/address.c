/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Address texts, read by hand: a list of a million prefixes is read at every start.
 * Owns the grammar of addresses. Allocates nothing.
 */
#include "util/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Each reader answers where it stopped, or NULL; *error is then set. */
static const char *read_ipv4(const char *p, const char *end, uint32_t *ret_address,
			     const char **error)
{
	uint32_t address = 0;

	for (int octet = 0; octet < 4; octet++) {
		const char *start;
		uint32_t value = 0;

		if (octet) {
			if (p == end || *p != '.') {
				*error = "an IPv4 address has four numbers";
				return NULL;
			}
			p++;
		}
		for (start = p; p < end && is_digit(*p) && p - start < 4; p++)
			value = value * 10 + (uint32_t)(*p - '0');
		if (p == start) {
			*error = "an IPv4 address has four numbers";
			return NULL;
		}
		if (value > 255) {
			*error = "a number of an IPv4 address is over 255";
			return NULL;
		}
		if (*start == '0' && p - start > 1) {
			*error = "a number of an IPv4 address begins with 0, which some read as "
				 "octal";
			return NULL;
		}
		address = address << 8 | value;
	}
	*ret_address = address;
	return p;
}

/* RFC 4291 2.2: groups of 16 bits, one "::", and the last 32 bits perhaps as IPv4. */
static const char *read_ipv6(const char *p, const char *end, struct addr6 *ret_address,
			     const char **error)
{
	uint16_t group[8] = {0};
	int count = 0, gap = -1;

	*error = "this is not an IPv6 address";
	if (end - p >= 2 && p[0] == ':' && p[1] == ':') {
		gap = 0;
		p += 2;
	}
	while (count < 8 && p < end && hex_value(*p) >= 0) {
		const char *start = p;
		uint32_t value = 0;

		for (; p < end && hex_value(*p) >= 0 && p - start < 5; p++)
			value = value << 4 | (uint32_t)hex_value(*p);
		if (p < end && *p == '.' && count <= 6) {
			uint32_t v4;

			p = read_ipv4(start, end, &v4, error);
			if (!p)
				return NULL;
			group[count++] = (uint16_t)(v4 >> 16);
			group[count++] = (uint16_t)v4;
			break;
		}
		if (p - start > 4)
			return NULL;
		group[count++] = (uint16_t)value;
		if (p == end || *p != ':')
			break;
		if (end - p >= 2 && p[1] == ':') {
			if (gap >= 0)
				return NULL;
			gap = count;
			p += 2;
		} else if (end - p >= 2 && hex_value(p[1]) >= 0 && count < 8) {
			p++;
		} else {
			return NULL;
		}
	}
	if (gap < 0 ? count != 8 : count > 7)
		return NULL;
	if (gap >= 0) {
		memmove(&group[8 - (count - gap)], &group[gap], (size_t)(count - gap) * 2);
		memset(&group[gap], 0, (size_t)(8 - count) * 2);
	}
	*ret_address = (struct addr6){0};
	for (int i = 0; i < 4; i++) {
		ret_address->high = ret_address->high << 16 | group[i];
		ret_address->low = ret_address->low << 16 | group[i + 4];
	}
	return p;
}

static const char *read_prefix_length(const char *p, const char *end, unsigned int maximum,
				      unsigned int *ret_bits, const char **error)
{
	const char *start = p;
	unsigned int bits = 0;

	for (; p < end && is_digit(*p) && p - start < 4; p++)
		bits = bits * 10 + (unsigned int)(*p - '0');
	if (p == start) {
		*error = "a prefix length must follow the slash";
		return NULL;
	}
	if (bits > maximum) {
		*error = maximum == 32 ? "an IPv4 prefix has at most 32 bits"
				       : "an IPv6 prefix has at most 128 bits";
		return NULL;
	}
	*ret_bits = bits;
	return p;
}

static int parse4(const char *p, const char *end, struct address_range *ret, const char **error)
{
	struct address_range range = {0};
	unsigned int bits;

	p = read_ipv4(p, end, &range.v4.first, error);
	if (!p)
		return -EINVAL;
	range.v4.last = range.v4.first;
	if (p < end && *p == '/') {
		uint32_t host;

		p = read_prefix_length(p + 1, end, 32, &bits, error);
		if (!p)
			return -EINVAL;
		host = bits == 32 ? 0 : UINT32_MAX >> bits;
		range.host_bits = range.v4.first & host;
		range.v4.first &= ~host;
		range.v4.last = range.v4.first | host;
	} else if (p < end && *p == '-') {
		p = read_ipv4(p + 1, end, &range.v4.last, error);
		if (!p)
			return -EINVAL;
		if (range.v4.last < range.v4.first) {
			*error = "the range ends before it begins";
			return -EINVAL;
		}
	}
	if (p != end) {
		*error = "characters follow the address";
		return -EINVAL;
	}
	*ret = range;
	return 0;
}

static struct addr6 host_mask6(unsigned int bits)
{
	return (struct addr6){
		.high = bits >= 64 ? 0 : UINT64_MAX >> bits,
		.low = bits <= 64    ? UINT64_MAX
		       : bits == 128 ? 0
				     : UINT64_MAX >> (bits - 64),
	};
}

static int parse6(const char *p, const char *end, struct address_range *ret, const char **error)
{
	struct address_range range = {.ipv6 = true};
	struct addr6 *first = &range.v6.first, *last = &range.v6.last;
	unsigned int bits;

	p = read_ipv6(p, end, first, error);
	if (!p)
		return -EINVAL;
	*last = *first;
	if (p < end && *p == '/') {
		struct addr6 host;

		p = read_prefix_length(p + 1, end, 128, &bits, error);
		if (!p)
			return -EINVAL;
		host = host_mask6(bits);
		range.host_bits = (first->high & host.high) || (first->low & host.low);
		first->high &= ~host.high;
		first->low &= ~host.low;
		*last = (struct addr6){first->high | host.high, first->low | host.low};
	} else if (p < end && *p == '-') {
		p = read_ipv6(p + 1, end, last, error);
		if (!p)
			return -EINVAL;
		if (addr6_compare(*last, *first) < 0) {
			*error = "the range ends before it begins";
			return -EINVAL;
		}
	}
	if (p != end) {
		*error = "characters follow the address";
		return -EINVAL;
	}
	*ret = range;
	return 0;
}

int address_range_parse(const char *text, size_t length, struct address_range *ret_range,
			const char **ret_error)
{
	const char *end = text + length;
	bool letters = false;

	/* Nearly all of a long list: no look ahead for what else it might be. */
	if (length && is_digit(*text) && !parse4(text, end, ret_range, ret_error))
		return 0;
	for (const char *p = text; p < end; p++) {
		if (*p == ':')
			return parse6(text, end, ret_range, ret_error);
		if (!is_digit(*p) && *p != '.' && *p != '/' && *p != '-')
			letters = true;
	}
	if (letters || !length || !is_digit(*text))
		return -ENOENT;
	return parse4(text, end, ret_range, ret_error);
}

struct addr6 addr6_from_bytes(const uint8_t *bytes)
{
	struct addr6 address = {0};

	for (int i = 0; i < 8; i++) {
		address.high = address.high << 8 | bytes[i];
		address.low = address.low << 8 | bytes[i + 8];
	}
	return address;
}

void addr6_to_bytes(struct addr6 address, uint8_t *ret_bytes)
{
	for (int i = 0; i < 8; i++) {
		ret_bytes[i] = (uint8_t)(address.high >> (56 - 8 * i));
		ret_bytes[i + 8] = (uint8_t)(address.low >> (56 - 8 * i));
	}
}

static void format4(uint32_t address, char buffer[INET_ADDRSTRLEN])
{
	snprintf(buffer, INET_ADDRSTRLEN, "%u.%u.%u.%u", address >> 24, address >> 16 & 0xff,
		 address >> 8 & 0xff, address & 0xff);
}

static void format6(struct addr6 address, char buffer[INET6_ADDRSTRLEN])
{
	uint8_t bytes[16];

	addr6_to_bytes(address, bytes);
	inet_ntop(AF_INET6, bytes, buffer, INET6_ADDRSTRLEN);
}

char *range4_format(struct range4 range, char buffer[ADDRESS_RANGE_TEXT])
{
	uint32_t size = range.last - range.first; /* less one */
	char first[INET_ADDRSTRLEN], last[INET_ADDRSTRLEN];

	format4(range.first, first);
	if (!size)
		snprintf(buffer, ADDRESS_RANGE_TEXT, "%s", first);
	else if (!(size & (size + 1)) && !(range.first & size))
		snprintf(buffer, ADDRESS_RANGE_TEXT, "%s/%d", first, __builtin_clz(size));
	else {
		format4(range.last, last);
		snprintf(buffer, ADDRESS_RANGE_TEXT, "%s-%s", first, last);
	}
	return buffer;
}

/* The prefix length when the range is one prefix, else -1. */
static int range6_bits(struct range6 range)
{
	for (unsigned int bits = 0; bits <= 128; bits++) {
		struct addr6 host = host_mask6(bits);

		if (((range.first.high ^ range.last.high) == host.high) &&
		    ((range.first.low ^ range.last.low) == host.low))
			return (range.first.high & host.high) || (range.first.low & host.low)
				       ? -1
				       : (int)bits;
	}
	return -1;
}

char *range6_format(struct range6 range, char buffer[ADDRESS_RANGE_TEXT])
{
	char first[INET6_ADDRSTRLEN], last[INET6_ADDRSTRLEN];
	int bits = range6_bits(range);

	format6(range.first, first);
	if (bits == 128)
		snprintf(buffer, ADDRESS_RANGE_TEXT, "%s", first);
	else if (bits >= 0)
		snprintf(buffer, ADDRESS_RANGE_TEXT, "%s/%d", first, bits);
	else {
		format6(range.last, last);
		snprintf(buffer, ADDRESS_RANGE_TEXT, "%s-%s", first, last);
	}
	return buffer;
}
