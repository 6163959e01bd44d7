// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Capabilities of the running service, by libcap.
 */
#include "service/privileges.h"

#include <errno.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "util/cleanup.h"

static void cleanup_cap(cap_t *set)
{
	if (*set)
		cap_free(*set);
}

bool privileges_can_load(void)
{
	CLEANUP(cleanup_cap) cap_t set = cap_get_proc();
	cap_flag_value_t bpf = CAP_CLEAR, net = CAP_CLEAR, admin = CAP_CLEAR;

	if (!set)
		return false;
	cap_get_flag(set, CAP_BPF, CAP_EFFECTIVE, &bpf);
	cap_get_flag(set, CAP_NET_ADMIN, CAP_EFFECTIVE, &net);
	cap_get_flag(set, CAP_SYS_ADMIN, CAP_EFFECTIVE, &admin);
	return (bpf == CAP_SET && net == CAP_SET) || admin == CAP_SET;
}

int privileges_drop(void)
{
	CLEANUP(cleanup_cap) cap_t none = cap_init();

	if (!none)
		return -errno;
	/* Before the sets: dropping from the bounding set takes CAP_SETPCAP. Without it nothing can
	 * be won back either, for no_new_privs stands. */
	for (cap_value_t cap = 0; cap <= cap_max_bits() - 1; cap++)
		cap_drop_bound(cap);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	cap_reset_ambient();
	if (cap_set_proc(none))
		return -errno;
	return 0;
}
