/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From texts to what is in force, for the service: load, compile, apply, each failure logged,
 * nothing half done. Owns which texts are taken: the operator's files when he asks, the copies of
 * what he last put into force otherwise, so that a refresh of names never puts an edited file, or a
 * policy that went back, into force.
 */
#ifndef USER_SERVICE_ENFORCE_H
#define USER_SERVICE_ENFORCE_H

#include <stdbool.h>

#include "resolve/names.h"
#include "resolve/resolved.h"

enum enforce_texts {
	ENFORCE_FILES,	/* the operator asked: start on an unfiltered host, reload */
	ENFORCE_COPIES, /* names, addresses, NICs: what is in force, as it is now */
};

struct enforce {
	const char *config, *instance;
	struct name_cache *names;
	struct policy_settings
		settings; /* of the policy put into force last; strings are in texts_arena */
	struct arena settings_arena;
	bool settings_known;
};

/*
 * 0; -EBUSY: a policy waits for its confirmation, or another command is at it: try again later;
 * -EINVAL: the texts have errors; -ENOENT: there are no copies; another negative errno. Said in the
 * log with why. unchanged_is_done: nothing is written when the policy means what is in force
 * already and all its NICs are guarded.
 */
int enforce_policy(struct enforce *enforce, enum enforce_texts texts, bool unchanged_is_done,
		   const char *why);
/* Is there a policy in force, or one on trial? */
bool enforce_is_in_force(const char *instance);
void enforce_free(struct enforce *enforce);

#endif
