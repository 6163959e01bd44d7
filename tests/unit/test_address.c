/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * util/address: texts to ranges and back, and every way to get one wrong.
 */
#include "text_make.h"

#include <arpa/inet.h>
#include <errno.h>

#include "util/address.h"

static int parse(const char *text, struct address_range *range)
{
	const char *error = NULL;
	int err = address_range_parse(text, strlen(text), range, &error);

	assert_true((err == -EINVAL) == (error && err)); /* who says no says why */
	return err;
}

static void test_round_trip(void **state)
{
	static const struct {
		const char *text, *canonical;
	} cases[] = {
		{"192.0.2.1", "192.0.2.1"},
		{"0.0.0.0/0", "0.0.0.0/0"},
		{"0.0.0.0-255.255.255.255", "0.0.0.0/0"},
		{"10.0.0.0/8", "10.0.0.0/8"},
		{"192.0.2.1/32", "192.0.2.1"},
		{"10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9"},
		{"10.0.0.2-10.0.0.3", "10.0.0.2/31"},
		{"10.0.0.1-10.0.0.2", "10.0.0.1-10.0.0.2"},
		{"::", "::"},
		{"::1", "::1"},
		{"::/0", "::/0"},
		{"1::", "1::"},
		{"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
		{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
		{"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
		{"2001:DB8::/32", "2001:db8::/32"},
		{"2001:db8::/65", "2001:db8::/65"},
		{"fe80::1/128", "fe80::1"},
		{"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
		{"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
		{"2001:db8::1-2001:db8::9", "2001:db8::1-2001:db8::9"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[ADDRESS_RANGE_TEXT];
		struct address_range range;

		assert_int_equal(parse(cases[i].text, &range), 0);
		assert_false(range.host_bits);
		if (range.ipv6)
			range6_format(range.v6, text);
		else
			range4_format(range.v4, text);
		assert_string_equal(text, cases[i].canonical);
	}
}

static void test_host_bits(void **state)
{
	struct address_range range;
	char text[ADDRESS_RANGE_TEXT];

	(void)state;
	assert_int_equal(parse("10.20.1.5/16", &range), 0);
	assert_true(range.host_bits);
	assert_string_equal(range4_format(range.v4, text), "10.20.0.0/16");
	assert_int_equal(parse("2001:db8::1/64", &range), 0);
	assert_true(range.host_bits);
	assert_string_equal(range6_format(range.v6, text), "2001:db8::/64");
}

static void test_wrong(void **state)
{
	static const char *const wrong[] = {
		"1.2.3",
		"1.2.3.4.5",
		"1.2.3.256",
		"1.2.3.1000",
		"01.2.3.4",
		"1..2.3",
		"1.2.3.",
		"10.0.0.0/33",
		"10.0.0.0/",
		"10.0.0.0/8/9",
		"10.0.0.0/-1",
		"10.0.0.9-10.0.0.1",
		"10.0.0.1-",
		"10.0.0.1-10.0.0.2-10.0.0.3",
		":",
		":::",
		":1",
		"1:",
		"1::2::3",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7:8::",
		"12345::",
		"00001::",
		"::g",
		"::1.2.3",
		"1.2.3.4::",
		"::/129",
		"::2-::1",
		"::1-1.2.3.4",
		"12",
		"1-2",
	};
	struct address_range range;

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		if (parse(wrong[i], &range) != -EINVAL)
			fail_msg("taken: %s", wrong[i]);
	}
}

static void test_names_are_not_addresses(void **state)
{
	static const char *const names[] = {"", "mail.example.com", "a", "-", ".", "/8", "any"};
	struct address_range range;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		assert_int_equal(parse(names[i], &range), -ENOENT);
}

/* Only the given length is read. */
static void test_length(void **state)
{
	struct address_range range;
	const char *error;

	(void)state;
	assert_int_equal(address_range_parse("192.0.2.12345", 10, &range, &error), 0);
	assert_int_equal(range.v4.first, 0xc000020c);
}

/* Against the C library, on addresses of every shape. */
static void test_agrees_with_inet_pton(void **state)
{
	uint64_t seed = 42;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char text[INET6_ADDRSTRLEN];
		struct address_range range;
		uint8_t bytes[16], back[16];

		for (int k = 0; k < 16; k++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			/* Many zeros: they are what "::" is about. */
			bytes[k] = seed >> 60 < 9 ? 0 : (uint8_t)(seed >> 40);
		}
		inet_ntop(AF_INET6, bytes, text, sizeof(text));
		assert_int_equal(parse(text, &range), 0);
		addr6_to_bytes(range.v6.first, back);
		assert_memory_equal(back, bytes, 16);
		assert_int_equal(addr6_compare(addr6_from_bytes(bytes), range.v6.last), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_host_bits),
		cmocka_unit_test(test_wrong),	   cmocka_unit_test(test_names_are_not_addresses),
		cmocka_unit_test(test_length),	   cmocka_unit_test(test_agrees_with_inet_pton),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
