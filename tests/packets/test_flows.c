/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Connections of this host: states, exactness, timeouts, picking up; a SYN is always judged anew.
 */
#include "tests.h"

#include <string.h>

#define PEER "203.0.113.50"
#define OPEN_PORT 62345

static struct shot from_here(uint8_t flags)
{
	return shot_tcp(OUT, EDGE, OPEN_PORT, PEER, 443, flags);
}

static struct shot from_peer(uint8_t flags)
{
	return shot_tcp(IN, PEER, 443, EDGE, OPEN_PORT, flags);
}

static int flow_state(void)
{
	struct shot out = from_here(ACK);
	struct zg_flow flow;

	return stand_flow(stand, &out, &flow) ? flow.state : 0;
}

#define SEND(flags)                                                                                \
	do {                                                                                       \
		struct shot sent = from_here(flags);                                               \
		RULE(sent, "36");                                                                  \
	} while (0)
#define GET(flags)                                                                                 \
	do {                                                                                       \
		struct shot got = from_peer(flags);                                                \
		RULE(got, "36");                                                                   \
	} while (0)
#define GET_REASON(flags, NAME)                                                                    \
	do {                                                                                       \
		struct shot got = from_peer(flags);                                                \
		REASON(got, NAME);                                                                 \
	} while (0)

static void life(void **state)
{
	uint64_t connections = stand_rule(stand, "36").connections;

	(void)state;
	GET_REASON(SYN | ACK, SYN_ACK);
	GET_REASON(ACK, NO_FLOW);
	GET_REASON(RST | ACK, NO_FLOW);
	SEND(SYN);
	assert_int_equal(flow_state(), ZG_FLOW_SYN_SENT);
	SEND(SYN); /* repeated: the same connection */
	assert_int_equal(stand_rule(stand, "36").connections, connections + 1);
	GET(SYN | ACK);
	assert_int_equal(flow_state(), ZG_FLOW_SYN_ACKED);
	SEND(ACK); /* may be lost: the peer repeats its SYN-ACK */
	GET(SYN | ACK);
	assert_int_equal(flow_state(), ZG_FLOW_SYN_ACKED);
	GET(ACK);
	assert_int_equal(flow_state(), ZG_FLOW_ESTABLISHED);
	GET_REASON(SYN | ACK, SYN_ACK); /* nothing waits for it any more */
	SEND(ACK | PSH);
	GET(FIN | ACK);
	assert_int_equal(flow_state(), ZG_FLOW_CLOSING);
	SEND(ACK | PSH); /* half closed: the other half goes on */
	GET(ACK);
	SEND(FIN | ACK);
	GET(ACK);
	assert_int_equal(flow_state(), ZG_FLOW_CLOSING);
	stand_age(stand, 121);
	GET_REASON(ACK, NO_FLOW);
	assert_int_equal(flow_state(), 0);
}

/* A SYN from a peer is never a flow's, whatever the state. */
static void syn_is_judged(void **state)
{
	struct shot out;

	(void)state;
	SEND(SYN);
	GET_REASON(SYN, NO_RULE);
	GET(SYN | ACK);
	GET_REASON(SYN, NO_RULE);
	GET(ACK);
	GET_REASON(SYN, NO_RULE);
	GET_REASON(SYN | PSH, NO_RULE);
	/* And of this host: another destination port is no rule's, flow or not. */
	out = shot_tcp(OUT, EDGE, OPEN_PORT, "10.20.0.9", 443, SYN);
	REASON(out, NO_RULE);
}

/* Every field counts: a segment from next door is nobody's. */
static void exact(void **state)
{
	struct shot shot;

	(void)state;
	SEND(SYN);
	GET(SYN | ACK);
	GET(ACK);
	shot = shot_tcp(IN, "203.0.113.51", 443, EDGE, OPEN_PORT, ACK);
	REASON(shot, NO_FLOW);
	shot = shot_tcp(IN, PEER, 444, EDGE, OPEN_PORT, ACK);
	REASON(shot, NO_FLOW);
	shot = shot_tcp(IN, PEER, 443, EDGE, OPEN_PORT + 1, ACK);
	REASON(shot, NO_FLOW);
	shot = shot_tcp(IN, PEER, 443, VIP, OPEN_PORT, ACK);
	REASON(shot, NO_FLOW);
	shot = shot_udp(IN, PEER, 443, EDGE, OPEN_PORT);
	REASON(shot, NO_RULE);
	/* A forged RST from next door ends nothing. */
	shot = shot_tcp(IN, PEER, 444, EDGE, OPEN_PORT, RST);
	REASON(shot, NO_FLOW);
	assert_int_equal(flow_state(), ZG_FLOW_ESTABLISHED);
}

static void refused_by_peer(void **state)
{
	(void)state;
	SEND(SYN);
	GET(RST | ACK);
	assert_int_equal(flow_state(), ZG_FLOW_CLOSING);
	GET_REASON(SYN | ACK, SYN_ACK);
	SEND(SYN); /* once more from the same port */
	assert_int_equal(flow_state(), ZG_FLOW_SYN_SENT);
	GET(SYN | ACK);
}

static void timeouts(void **state)
{
	struct zg_flow_counter before = stand_flows(stand), after;

	(void)state;
	SEND(SYN);
	stand_age(stand, 129);
	GET(ACK); /* a challenge: old, and not too old */
	stand_age(stand, 131);
	GET_REASON(SYN | ACK, SYN_ACK);
	SEND(SYN);
	GET(SYN | ACK);
	GET(ACK);
	stand_age(stand, stand->policy.settings.tcp_idle_s - 5);
	GET(ACK);
	stand_age(stand, stand->policy.settings.tcp_idle_s + 5);
	GET_REASON(ACK, NO_FLOW);
	after = stand_flows(stand);
	assert_int_equal(after.created - before.created, 2);
	assert_int_equal(after.deleted - before.deleted, 2);
}

/* Segments of connections that are older than the filter, or evicted. */
static void picked_up(void **state)
{
	struct zg_flow_counter before = stand_flows(stand);
	struct shot shot;

	(void)state;
	SEND(ACK | PSH);
	assert_int_equal(flow_state(), ZG_FLOW_ESTABLISHED);
	assert_int_equal(stand_flows(stand).picked_up - before.picked_up, 1);
	GET(ACK);
	stand_forget(stand);
	SEND(FIN | ACK);
	assert_int_equal(flow_state(), ZG_FLOW_CLOSING);
	stand_forget(stand);
	shot = shot_tcp(OUT, EDGE, 55000, PEER, 443, ACK); /* under the same checks */
	REASON(shot, ORIGIN_PORT);
	shot = shot_tcp(OUT, EDGE, OPEN_PORT, "10.20.0.9", 443, ACK);
	REASON(shot, NO_RULE);
	shot = from_here(SYN | ACK); /* nobody asked */
	REASON(shot, SYN_ACK);
}

static void datagrams(void **state)
{
	struct shot ask = shot_udp(OUT, EDGE, 40000, "10.20.0.53", 53);
	struct shot answer = shot_udp(IN, "10.20.0.53", 53, EDGE, 40000);
	uint32_t window_s = stand->policy.settings.udp_window_s;

	(void)state;
	REASON(answer, NO_RULE);
	RULE(ask, "host-dns-udp");
	RULE(answer, "host-dns-udp");
	stand_age(stand, window_s - 2);
	RULE(answer, "host-dns-udp"); /* does not make the window longer */
	stand_age(stand, 4);
	REASON(answer, NO_RULE);
	RULE(ask, "host-dns-udp");
	stand_age(stand, window_s - 2);
	RULE(ask, "host-dns-udp"); /* does */
	stand_age(stand, window_s - 2);
	RULE(answer, "host-dns-udp");
	ask = shot_udp(OUT, EDGE, 40000, CLIENT, 53);
	REASON(ask, NO_RULE);
}

/* Full: more flows than entries. What is accepted inbound needs none and passes. */
static void pressure(void **state)
{
	enum { ROUND = 256 };
	static struct zg_flow_key keys[ROUND];
	static struct zg_flow flows[ROUND];
	uint32_t max = stand->firewall.map[MAP_FLOWS].max_entries;
	struct shot service = shot_tcp(IN, CLIENT, 40000, VIP, 443, ACK);
	struct zg_flow_counter before = stand_flows(stand), after;

	(void)state;
	for (uint32_t made = 0; made < max + max / 2; made += ROUND) {
		for (uint32_t i = 0; i < ROUND; i++) {
			uint32_t peer = made + i;

			keys[i].proto = 6;
			memcpy(keys[i].raddr, &peer, sizeof(peer));
			flows[i].state = ZG_FLOW_ESTABLISHED;
		}
		stand_flows_put(stand, keys, flows, ROUND);
	}
	RULE(service, "5");
	SEND(SYN);
	GET(SYN | ACK);
	RULE(service, "5");
	after = stand_flows(stand);
	assert_int_equal(after.created - before.created, 1);
}

int test_flows(void)
{
	const struct CMUnitTest tests[] = {
		TEST(life),	TEST(syn_is_judged), TEST(exact),     TEST(refused_by_peer),
		TEST(timeouts), TEST(picked_up),     TEST(datagrams), TEST(pressure),
	};

	return cmocka_run_group_tests_name("flows", tests, NULL, NULL);
}
