/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every row of the tables that is here: its packets in the right direction pass under the rule that
 * a naive reading of the rows names, in the wrong direction they do not pass under it. The reading
 * walks rules and zones; it shares nothing with classes and tables.
 */
#include "tests.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* A representative of a zone, as text: of its first range, or of one that is not this host's. */
static bool zone_address(const struct zone *zone, bool ipv6, char text[INET6_ADDRSTRLEN])
{
	uint8_t bytes[16];
	uint32_t address4;

	if (ipv6) {
		/* Documentation addresses, where the zone is too wide to pick from. */
		struct addr6 wide = {0x20010db800010000ull, 7}, first;

		if (!zone->addresses.count6)
			return false;
		first = zone->addresses.v6[0].first;
		addr6_to_bytes(address_set_has6(&zone->addresses, wide) ? wide : first, bytes);
		return inet_ntop(AF_INET6, bytes, text, INET6_ADDRSTRLEN);
	}
	if (!zone->addresses.count4)
		return false;
	address4 = 203u << 24 | 113u << 8 | 7;
	if (!address_set_has4(&zone->addresses, address4))
		address4 = zone->addresses.v4[0].first;
	if (address_set_has4(&zone->addresses, 10u << 24 | 20u << 16 | 7))
		address4 = 10u << 24 | 20u << 16 | 7; /* trusted, and no server */
	address4 = htonl(address4);
	return inet_ntop(AF_INET, &address4, text, INET6_ADDRSTRLEN);
}

static bool zone_has(int zone, const char *text)
{
	const struct address_set *set;
	uint8_t bytes[16];

	if (zone < 0)
		return false;
	set = &stand->policy.zones[zone].addresses;
	if (strchr(text, ':')) {
		inet_pton(AF_INET6, text, bytes);
		return address_set_has6(set, addr6_from_bytes(bytes));
	}
	inet_pton(AF_INET, text, bytes);
	return address_set_has4(set, (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
					     (uint32_t)bytes[2] << 8 | bytes[3]);
}

struct asked {
	bool open;
	const char *remote, *local;
	uint8_t proto;
	uint16_t port;
};

static bool rule_permits(const struct rule *rule, const struct asked *asked)
{
	if (rule->role == ROLE_NOT_HERE || rule->role == ROLE_DISABLED)
		return false;
	if (!zone_has(asked->open ? rule->open_remote : rule->accept_remote, asked->remote) ||
	    !zone_has(asked->open ? rule->open_local : rule->accept_local, asked->local))
		return false;
	if (rule->kind == PROTOCOL_IP && rule->proto != asked->proto)
		return false;
	if (rule->kind == PROTOCOL_TCP_UDP && asked->proto != 6 && asked->proto != 17)
		return false;
	for (size_t i = 0; i < rule->port_ranges; i++)
		if (asked->port >= rule->ports[i].first && asked->port <= rule->ports[i].last)
			return true;
	return !rule->port_ranges;
}

/* Fewest ports first, then the order of the tables. */
static const struct rule *naive_rule(const struct asked *asked)
{
	const struct rule *best = NULL;

	for (size_t i = 0; i < stand->policy.rule_count; i++) {
		const struct rule *rule = &stand->policy.rules[i];

		if (rule_permits(rule, asked) && (!best || rule->port_count < best->port_count))
			best = rule;
	}
	return best;
}

/* The packet that asks for the service; back: the one that answers it. */
static struct shot row_shot(const struct asked *asked, bool back)
{
	bool out = asked->open != back;
	const char *source = out ? asked->local : asked->remote;
	const char *destination = out ? asked->remote : asked->local;
	bool service_is_source = (asked->open ? !out : out);
	/* An origin port of the Edge's tcpoport.ini, and nobody's service. */
	uint16_t other = 62345, sport = service_is_source ? asked->port : other;
	uint16_t dport = service_is_source ? other : asked->port;

	switch (asked->proto) {
	case 6:
		return shot_tcp(out ? OUT : IN, source, sport, destination, dport,
				back ? SYN | ACK : SYN);
	case 17:
		return shot_udp(out ? OUT : IN, source, sport, destination, dport);
	case 1:
	case 58:
		return shot_icmp(out ? OUT : IN, source, destination,
				 (uint8_t)(back && asked->port == 8	? 0
					   : back && asked->port == 128 ? 129
									: asked->port),
				 7);
	default:
		return shot_ip(out ? OUT : IN, source, destination, asked->proto, 32);
	}
}

static void row_try(const struct asked *asked)
{
	const struct rule *expected = naive_rule(asked);
	struct asked other = *asked;
	struct shot shot;

	assert_non_null(expected);
	stand_forget(stand);
	shot = row_shot(asked, false);
	stand_expect_rule(stand, &shot, expected->name, __FILE__, __LINE__);
	/* Its answer counts under the same rule, and only an answer passes. */
	if (asked->proto != 1 && asked->proto != 58) {
		shot = row_shot(asked, true);
		stand_expect_rule(stand, &shot, expected->name, __FILE__, __LINE__);
	}
	/* The wrong direction: the other party opens. */
	stand_forget(stand);
	other.open = !asked->open;
	expected = naive_rule(&other);
	shot = row_shot(&other, false);
	if (expected)
		stand_expect_rule(stand, &shot, expected->name, __FILE__, __LINE__);
	else if (asked->proto == 6)
		REASON(shot, NO_RULE);
	else
		stand_shoot(stand, &shot, __FILE__, __LINE__);
}

static void rule_try(const struct rule *rule, bool open, bool ipv6)
{
	int remote = open ? rule->open_remote : rule->accept_remote;
	int local = open ? rule->open_local : rule->accept_local;
	char remote_text[INET6_ADDRSTRLEN], local_text[INET6_ADDRSTRLEN];
	struct asked asked = {.open = open, .remote = remote_text, .local = local_text};

	if (remote < 0 || local < 0 || stand->policy.zones[remote].interface[0] ||
	    (rule->kind == PROTOCOL_IP && rule->proto == (ipv6 ? 1 : 58)) ||
	    !zone_address(&stand->policy.zones[remote], ipv6, remote_text) ||
	    !zone_address(&stand->policy.zones[local], ipv6, local_text))
		return;
	/* A zone that opens to itself: two of its addresses. */
	if (!strcmp(remote_text, local_text))
		local_text[strlen(local_text) - 1]++;
	for (int i = 0; i < (rule->kind == PROTOCOL_TCP_UDP ? 2 : 1); i++) {
		asked.proto = rule->kind == PROTOCOL_IP ? rule->proto : i ? 17 : 6;
		for (size_t range = 0; range < rule->port_ranges; range++) {
			asked.port = rule->ports[range].first;
			row_try(&asked);
			asked.port = rule->ports[range].last;
			row_try(&asked);
		}
		if (!rule->port_ranges)
			row_try(&asked);
	}
}

static void every_row(void **state)
{
	size_t tried = 0;

	(void)state;
	for (size_t i = 0; i < stand->policy.rule_count; i++) {
		const struct rule *rule = &stand->policy.rules[i];

		if (rule->role == ROLE_NOT_HERE || rule->role == ROLE_DISABLED)
			continue;
		tried++;
		for (int ipv6 = 0; ipv6 < 2; ipv6++) {
			rule_try(rule, false, ipv6);
			rule_try(rule, true, ipv6);
		}
	}
	assert_true(tried > 15);
}

int test_rows(void)
{
	const struct CMUnitTest tests[] = {TEST(every_row)};

	return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
