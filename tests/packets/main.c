/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Runs the packet tests in a network namespace of their own, against the Edge policy and then the
 * Server policy; ends with the sum of packets, which have to be those that the counters have.
 */
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests.h"

int forget(void **state)
{
	(void)state;
	stand_forget(stand);
	return 0;
}

/* Packets in are packets passed and packets dropped, by the counters. */
static int conserved(struct stand *loaded)
{
	uint64_t counted = 0;

	for (size_t slot = 1; slot <= loaded->image.rule_count; slot++) {
		const struct zg_rule_counter *rule = &loaded->rule_seen[loaded->rule_slot[slot]];

		if (loaded->rule_slot[slot])
			counted += rule->packets_in + rule->packets_out;
	}
	for (uint32_t index = 0; index < ZG_REASON_INDEX(ZG_CONNECT, 0, 0); index++)
		counted += loaded->reason_seen[index].packets;
	printf("packets: %llu in, %llu passed + %llu dropped, %llu counted\n",
	       (unsigned long long)loaded->shots, (unsigned long long)loaded->passed,
	       (unsigned long long)loaded->dropped, (unsigned long long)counted);
	return counted == loaded->shots && loaded->passed + loaded->dropped == loaded->shots ? 0
											     : 1;
}

static void command(const char *text)
{
	if (system(text))
		errx(1, "%s: failed", text);
}

int main(int argc, char **argv)
{
	/* Without arguments, as in the guests of tests/kernels: seen from the folder of the tree.
	 */
	const char *edge = "tests/packets/edge/zonegate.conf";
	const char *server = "tests/packets/server/zonegate.conf";
	static struct stand loaded;
	int failed = 0;

	if (argc != 1 && argc != 3)
		errx(2, "usage: %s [EDGE.conf SERVER.conf]", argv[0]);
	if (argc == 3) {
		edge = argv[1];
		server = argv[2];
	}
	/* NICs of the policies' names, and an address of this host's; they go with the process. */
	if (unshare(CLONE_NEWNET))
		err(1, "network namespace (root is needed)");
	command("ip link add zgp0 type veth peer name zgp1 && ip addr add 192.0.2.10/32 dev zgp0 "
		"&& "
		"ip -6 addr add 2001:db8::10/128 dev zgp0 nodad");
	stand = &loaded;
	stand_open(stand, edge);
	failed += test_rows();
	failed += test_link();
	failed += test_headers();
	failed += test_extensions();
	failed += test_fragments();
	failed += test_icmp();
	failed += test_flows();
	failed += test_origin();
	failed += test_modes();
	failed += test_sockopt();
	failed += conserved(stand);
	stand_close(stand);
	command("ip addr flush dev zgp0"); /* the Edge is somebody else now */
	stand_open(stand, server);
	failed += test_rows();
	failed += conserved(stand);
	stand_close(stand);
	return failed ? 1 : 0;
}
