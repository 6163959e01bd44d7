// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The words about a policy that would shut its operator out.
 */
#include "cli/lockout_print.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report_print.h"
#include "observe/lockout.h"
#include "util/cleanup.h"

static const char *address_text(const uint8_t address[16], char text[INET6_ADDRSTRLEN])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (!memcmp(address, mapped, sizeof(mapped)))
		return inet_ntop(AF_INET, address + 12, text, INET6_ADDRSTRLEN);
	return inet_ntop(AF_INET6, address, text, INET6_ADDRSTRLEN);
}

static const char *local_zone(const struct resolved *policy)
{
	for (size_t i = 0; i < policy->zone_count; i++)
		if (policy->zones[i].local)
			return policy->zones[i].name;
	return "edge";
}

static void say_session(const struct resolved *policy, const struct lockout *lockout)
{
	char remote[INET6_ADDRSTRLEN], local[INET6_ADDRSTRLEN];

	fprintf(stderr,
		"zonegate: this policy would cut %u open SSH session%s, as %s port %u to %s port "
		"%u\n",
		lockout->sessions, lockout->sessions == 1 ? "" : "s",
		address_text(lockout->remote, remote), lockout->rport,
		address_text(lockout->local, local), lockout->lport);
	fprintf(stderr,
		"  a row that lets it in, in one of [rules] tables:\n"
		"    ssh-admin,management,%s,SSH,%u,inbound,administration\n"
		"  with [zones] management = %s, or the network it is in\n",
		local_zone(policy), lockout->lport, remote);
}

static void say_management(const struct resolved *policy, const struct lockout *lockout)
{
	char remote[INET6_ADDRSTRLEN];
	const char *zone = policy->zones[policy->settings.management_zone].name;

	fprintf(stderr,
		"zonegate: this policy shuts the management zone '%s' out: %s could not connect to "
		"port %u\n",
		zone, address_text(lockout->remote, remote), lockout->lport);
	fprintf(stderr,
		"  a row that lets it in, in one of [rules] tables:\n    "
		"ssh-admin,%s,%s,SSH,%u,inbound,administration\n",
		zone, local_zone(policy), lockout->lport);
}

int lockout_check(const struct context *context, const struct resolved *policy,
		  const struct image *image, bool force)
{
	CLEANUP(report_free) struct report report = {0};
	struct lockout lockout;
	int error = lockout_find(policy, image, getenv("SSH_CONNECTION"), &report, &lockout);

	if (error)
		return report_print_failure(context, &report, error);
	if (lockout.kind == LOCKOUT_NONE)
		return EXIT_DONE;
	if (lockout.kind == LOCKOUT_SESSION)
		say_session(policy, &lockout);
	else
		say_management(policy, &lockout);
	if (force) {
		fprintf(stderr, "  put into force all the same: --force\n");
		return EXIT_DONE;
	}
	fprintf(stderr,
		"  nothing was changed; --force does it all the same, best with --confirm 60\n");
	return EXIT_POLICY;
}
