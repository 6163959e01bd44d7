/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Questions of zonegate explain: words to a frame, and what is wrong with words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "judge/question.h"

static int ask(const char *text, struct question *question, char error[QUESTION_ERROR_MAX])
{
	static char copy[256];
	char *words[16], *rest = NULL;
	size_t count = 0;

	strcpy(copy, text);
	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		words[count++] = word;
	return question_parse(words, count, question, error);
}

static struct question good(const char *text)
{
	char error[QUESTION_ERROR_MAX] = "";
	struct question question;

	if (ask(text, &question, error))
		fail_msg("%s: %s", text, error);
	return question;
}

static void bad(const char *text, const char *part)
{
	char error[QUESTION_ERROR_MAX] = "";
	struct question question;

	assert_int_not_equal(ask(text, &question, error), 0);
	if (!strstr(error, part))
		fail_msg("%s: said '%s'", text, error);
}

static void words(void **state)
{
	struct question question = good("in tcp 203.0.113.7:40000 192.0.2.80:443");

	(void)state;
	assert_true(question.hook_given && question.hook == ZG_INGRESS);
	assert_int_equal(question.proto, 6);
	assert_int_equal(question.tcp_flags, 0x02);
	assert_int_equal(question.source.port, 40000);
	assert_int_equal(question.destination.port, 443);
	assert_memory_equal(question.destination.address, "\xc0\x00\x02\x50", 4);
	question = good("out TCP 192.0.2.10 203.0.113.7:22 flags=syn|ack via=eth1");
	assert_int_equal(question.hook, ZG_EGRESS);
	assert_int_equal(question.tcp_flags, 0x12);
	assert_string_equal(question.nic, "eth1");
	assert_true(question.source.port != 0);
	question = good("udp [2001:db8::1]:53 [2001:db8::2]:5353");
	assert_false(question.hook_given);
	assert_true(question.ipv6);
	assert_int_equal(question.source.port, 53);
	question = good("icmp 2001:db8::1 2001:db8::2");
	assert_int_equal(question.proto, 58);
	assert_int_equal(question.icmp_type, 128);
	question = good("in icmp 203.0.113.7 192.0.2.80 type=3 code=4 id=9");
	assert_int_equal(question.icmp_type, 3);
	assert_int_equal(question.icmp_code, 4);
	assert_int_equal(question.icmp_id, 9);
	assert_int_equal(good("in 47 203.0.113.7 192.0.2.80").proto, 47);
	assert_int_equal(good("in esp 203.0.113.7 192.0.2.80").proto, 50);
	assert_int_equal(good("tcp 1.2.3.4 5.6.7.8:1 flags=none").tcp_flags, 0);
}

static void nonsense(void **state)
{
	(void)state;
	bad("", "a question is");
	bad("in", "a question is");
	bad("in tcp 1.2.3.4:5", "a question is");
	bad("in foo 1.2.3.4 5.6.7.8", "unknown protocol 'foo'");
	bad("in 256 1.2.3.4 5.6.7.8", "unknown protocol");
	bad("in tcp 1.2.3.4:5 5.6.7.8", "needs a port");
	bad("in tcp 1.2.3.4:5 5.6.7.8:65536", "'65536' is not a port");
	bad("in tcp 1.2.3.4:x 5.6.7.8:1", "'x' is not a port");
	bad("in tcp 1.2.3:5 5.6.7.8:1", "is not an address");
	bad("in tcp example.com:5 5.6.7.8:1", "names are not resolved");
	bad("in tcp [2001:db8::1:5 [2001:db8::2]:1", "[address]:port");
	bad("in tcp [2001:db8::1]5 [2001:db8::2]:1", "[address]:port");
	bad("in tcp 2001:db8::1 5.6.7.8:1", "one address is IPv4");
	bad("in icmp 1.2.3.4:5 5.6.7.8", "ports are for tcp and udp");
	bad("in udp 1.2.3.4:5 5.6.7.8:1 flags=ack", "flags= is for tcp");
	bad("in tcp 1.2.3.4:5 5.6.7.8:1 flags=foo", "unknown TCP flag 'foo'");
	bad("in tcp 1.2.3.4:5 5.6.7.8:1 type=8", "is for icmp");
	bad("in icmp 1.2.3.4 5.6.7.8 type=256", "'type=256' is not");
	bad("in tcp 1.2.3.4:5 5.6.7.8:1 via=", "not the name of a NIC");
	bad("in tcp 1.2.3.4:5 5.6.7.8:1 via=aninterfacetoolong", "not the name of a NIC");
}

static void frames(void **state)
{
	struct question question = good("in tcp 203.0.113.7:40000 192.0.2.80:443");
	uint8_t frame[QUESTION_FRAME_MAX];

	(void)state;
	assert_int_equal(question_frame(&question, frame), 14 + 20 + 20);
	assert_memory_equal(frame + 12, "\x08\x00\x45", 3);
	assert_memory_equal(frame + 14 + 2, "\x00\x28", 2);
	assert_memory_equal(frame + 34, "\x9c\x40\x01\xbb", 4);
	assert_int_equal(frame[34 + 12], 0x50);
	question = good("in icmpv6 fe80::1 fe80::2 type=135");
	assert_int_equal(question_frame(&question, frame), 14 + 40 + 24);
	assert_int_equal(frame[14 + 7], 255);
	question = good("in icmpv6 fe80::1 ff02::1 type=130");
	question_frame(&question, frame);
	assert_int_equal(frame[14 + 7], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(nonsense),
		cmocka_unit_test(frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
