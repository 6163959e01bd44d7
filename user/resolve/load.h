/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a configuration file to what it means on this host: config, policy and resolve in one call.
 */
#ifndef USER_RESOLVE_LOAD_H
#define USER_RESOLVE_LOAD_H

#include "resolve/resolved.h"

struct name_cache; /* answers kept between loads by the service: resolve/names.h */

struct load_options {
	bool no_dns;  /* names stay unresolved, without a message */
	bool no_host; /* do not ask the system for its addresses: policy.self is empty, [host] zones
			 is needed */
	struct name_cache *names; /* NULL: ask the resolver anew */
};

/*
 * Reads and resolves. All errors and warnings of the whole policy go to diags. 0: *ret_policy is to
 * be freed with resolved_free(). -EINVAL: diags has errors; -ENOMEM; nothing is returned then.
 */
int policy_load(const char *path, const struct load_options *options, struct diags *diags,
		struct resolved *ret_policy);

#endif
