// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * SHA-256 against the examples that NIST publishes for FIPS 180-4, whole and in pieces.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "util/sha256.h"

static void assert_digest(const uint8_t *digest, const char *hex)
{
	char text[2 * SHA256_BYTES + 1];

	for (int i = 0; i < SHA256_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	assert_string_equal(text, hex);
}

static void test_examples(void **state)
{
	static const struct {
		const char *text, *hex;
	} examples[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
		{"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
		 "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
		 "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
	};

	(void)state;
	for (size_t e = 0; e < sizeof(examples) / sizeof(examples[0]); e++) {
		size_t length = strlen(examples[e].text);

		for (size_t step = 1; step <= length + 1; step++) {
			struct sha256 sha;
			uint8_t digest[SHA256_BYTES];

			sha256_start(&sha);
			for (size_t at = 0; at < length; at += step)
				sha256_add(&sha, examples[e].text + at,
					   length - at < step ? length - at : step);
			sha256_end(&sha, digest);
			assert_digest(digest, examples[e].hex);
		}
	}
}

static void test_million(void **state)
{
	static uint8_t as[1000];
	struct sha256 sha;
	uint8_t digest[SHA256_BYTES];

	(void)state;
	memset(as, 'a', sizeof(as));
	sha256_start(&sha);
	for (int i = 0; i < 1000; i++)
		sha256_add(&sha, as, sizeof(as));
	sha256_end(&sha, digest);
	assert_digest(digest, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_million),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
