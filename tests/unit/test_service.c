/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * policy/service.h: protocol labels and port texts as vendor's tables and people write them.
 */
#include "text_make.h"

#include <errno.h>

#include "policy/service.h"

static int protocol_of(struct stage *stage, const char *label, struct protocol *protocol)
{
	struct word word = word_of(stage, label);

	return protocol_parse(&word, &stage->arena, &stage->diags, protocol);
}

static int ports_of(struct stage *stage, const char *label, const char *text, struct ports *ports)
{
	struct word word = word_of(stage, text);
	struct protocol protocol;

	assert_int_equal(protocol_of(stage, label, &protocol), 0);
	return ports_parse(&word, &protocol, &stage->arena, &stage->diags, ports);
}

static void test_labels(void **state)
{
	static const struct {
		const char *label;
		enum rule_protocol_kind kind;
		uint8_t proto;
		bool ftp;
	} cases[] = {
		{"FTP(S)", PROTOCOL_IP, 6, true},
		{"ftp", PROTOCOL_IP, 6, true},
		{"HTTP", PROTOCOL_IP, 6, false},
		{"HTTPS", PROTOCOL_IP, 6, false},
		{"SSH", PROTOCOL_IP, 6, false},
		{"AS2 (SSL)", PROTOCOL_IP, 6, false},
		{"AS2 (non-SSL)", PROTOCOL_IP, 6, false},
		{"AS2", PROTOCOL_IP, 6, false},
		{"PeSIT", PROTOCOL_IP, 6, false},
		{"PeSIT over plain socket", PROTOCOL_IP, 6, false},
		{"PeSIT over secured socket (not CFT compatible)", PROTOCOL_IP, 6, false},
		{"PeSIT over secured socket (CFT compatible)", PROTOCOL_IP, 6, false},
		{"PeSIT over pTCP plain socket", PROTOCOL_IP, 6, false},
		{"pesit  OVER ptcp secured socket", PROTOCOL_IP, 6, false},
		{"SMTP (TCP)", PROTOCOL_IP, 6, false},
		{"SNMP (UDP)", PROTOCOL_IP, 17, false},
		{"SiteMinder", PROTOCOL_IP, 6, false},
		{"LDAP", PROTOCOL_IP, 6, false},
		{"TCP over SSL", PROTOCOL_IP, 6, false},
		{"SOCKS", PROTOCOL_IP, 6, false},
		{"Proprietary", PROTOCOL_IP, 6, false},
		{"TCP and UDP", PROTOCOL_TCP_UDP, 0, false},
		{"tcp", PROTOCOL_IP, 6, false},
		{"UDP", PROTOCOL_IP, 17, false},
		{"icmp", PROTOCOL_IP, 1, false},
		{"ICMPv6", PROTOCOL_IP, 58, false},
		{"esp", PROTOCOL_IP, 50, false},
		{"ah", PROTOCOL_IP, 51, false},
		{"gre", PROTOCOL_IP, 47, false},
		{"vrrp", PROTOCOL_IP, 112, false},
		{"igmp", PROTOCOL_IP, 2, false},
		{"sctp", PROTOCOL_IP, 132, false},
		{"112", PROTOCOL_IP, 112, false},
		{"0", PROTOCOL_IP, 0, false},
		{"255", PROTOCOL_IP, 255, false},
		{"any", PROTOCOL_ANY, 0, false},
		{"IP", PROTOCOL_ANY, 0, false},
		{"Backup agent (TCP)", PROTOCOL_IP, 6, false},
		{"Cluster (TCP and UDP)", PROTOCOL_TCP_UDP, 0, false},
		{"HTTPS (clients)", PROTOCOL_IP, 6, false},
	};
	struct stage stage = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct protocol protocol;

		assert_int_equal(protocol_of(&stage, cases[i].label, &protocol), 0);
		assert_int_equal(protocol.kind, cases[i].kind);
		assert_int_equal(protocol.proto, cases[i].proto);
		assert_int_equal(protocol.ftp, cases[i].ftp);
	}
	assert_clean(&stage.diags);
	stage_free(&stage);
}

static void test_unknown_labels(void **state)
{
	static const char *const labels[] = {"",    "HTPS",	  "256",      "1000000000000",
					     "6 7", "PeSIT over", "x (sctp)", "("};
	struct stage stage = {0};
	struct protocol protocol;

	(void)state;
	for (size_t i = 0; i < COUNT(labels); i++) {
		assert_int_equal(protocol_of(&stage, labels[i], &protocol), -EINVAL);
		assert_int_equal(stage.diags.errors, i + 1);
	}
	assert_string_equal(stage.diags.list[1].hint, "did you mean 'https'?");
	stage_free(&stage);
}

static void test_ports(void **state)
{
	static const struct {
		const char *protocol, *text, *canonical;
		uint32_t total;
	} cases[] = {
		{"tcp", "21", "21", 1},
		{"tcp", "1024 to 65535", "1024-65535", 64512},
		{"tcp", "1024 to 65535 (range set on the Edge)", "1024-65535", 64512},
		{"tcp", "8088 through 8093", "8088-8093", 6},
		{"tcp", "389 or 3268", "389, 3268", 2},
		{"tcp", "80, 443 and 8080-8090", "80, 443, 8080-8090", 13},
		{"tcp", "80,443", "80, 443", 2},
		{"tcp", "443 80", "80, 443", 2},
		{"tcp", "80, and 443", "80, 443", 2},
		{"tcp", "80 (clear), 443 (secure)", "80, 443", 2},
		{"tcp", "1000 \xe2\x80\x93 1010", "1000-1010", 11},
		{"tcp", "1-65535", "1-65535", 65535},
		{"tcp", "10-20, 15-30", "10-30", 21},
		{"tcp", "21, 21", "21", 1},
		{"tcp", "20 21", "20, 21", 2}, /* singles that touch stay: FTP has its data port */
		{"TCP AND UDP", "8088 TO 8093", "8088-8093", 6},
		{"tcp", "any", "any", 65536},
		{"tcp", "* (really)", "any", 65536},
		{"esp", "", "any", 65536},
		{"any", "all", "any", 65536},
		{"icmp", "8", "8", 1},
		{"icmp", "0, 3-5", "0, 3-5", 4},
		{"icmp", "echo-request", "8", 1},
		{"icmpv6", "echo-request and Packet-Too-Big", "2, 128", 2},
		{"icmp", "", "any", 65536},
	};
	struct stage stage = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ports ports;

		assert_int_equal(ports_of(&stage, cases[i].protocol, cases[i].text, &ports), 0);
		assert_string_equal(ports_format(ports.ranges, ports.count, &stage.arena),
				    cases[i].canonical);
		assert_int_equal(ports.total, cases[i].total);
		assert_false(ports.missing);
	}
	assert_clean(&stage.diags);
	stage_free(&stage);
}

static void test_missing_ports(void **state)
{
	static const char *const texts[] = {"", "-", "as the transfer site says", "(to be said)",
					    "as defined in the Transfer Site"};
	struct stage stage = {0};
	struct ports ports;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_int_equal(ports_of(&stage, "tcp", texts[i], &ports), 0);
		assert_true(ports.missing);
		assert_int_equal(ports.count, 0);
	}
	assert_clean(&stage.diags);
	stage_free(&stage);
}

static void test_wrong_ports(void **state)
{
	static const struct {
		const char *protocol, *text, *code;
		unsigned int column;
	} cases[] = {
		{"tcp", "65536", "port-range", 1},
		{"tcp", "21, 99999999999", "port-range", 5},
		{"tcp", "0", "port-zero", 1},
		{"tcp", "0-100", "port-zero", 1},
		{"tcp", "443 to 80", "port-reversed", 1},
		{"tcp", "80 to", "port-syntax", 6},
		{"tcp", "to 80", "port-syntax", 1},
		{"tcp", "80,", "port-syntax", 4},
		{"tcp", "http", "port-syntax", 1},
		{"tcp", "80 to eighty", "port-syntax", 7},
		{"tcp", "21 (open", "port-syntax", 4},
		{"tcp", "any, 80", "port-syntax", 1},
		{"tcp", "80 443 any", "port-syntax", 8},
		{"tcp", "echo-request", "port-syntax", 1},
		{"icmp", "256", "port-range", 1},
		{"icmp", "packet-too-big", "port-syntax", 1},
		{"esp", "80", "port-protocol", 1},
		{"sctp", "80", "port-protocol", 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct stage stage = {0};
		struct ports ports = {.total = 7};

		assert_int_equal(ports_of(&stage, cases[i].protocol, cases[i].text, &ports),
				 -EINVAL);
		assert_diag(&stage.diags, cases[i].code, 1, cases[i].column);
		assert_int_equal(stage.diags.errors, 1);
		assert_int_equal(ports.total, 7); /* outputs are untouched on failure */
		stage_free(&stage);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_labels),	    cmocka_unit_test(test_unknown_labels),
		cmocka_unit_test(test_ports),	    cmocka_unit_test(test_missing_ports),
		cmocka_unit_test(test_wrong_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
