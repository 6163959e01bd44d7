/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Copies of a policy's texts, byte for byte as they were read: what the service goes back to when
 * it refreshes names or the host starts with a broken file. Owns the folders of copies. Knows no
 * format.
 *
 * FOLDER/NAME/ holds one file a text, called by the SHA-256 of its path, "config" with the path of
 * zonegate.conf, and "index" for people. Names: good (in force and confirmed), trial (in force,
 * waits for its confirmation), before (was good until a policy without copies came into force).
 */
#ifndef USER_CONFIG_SNAPSHOT_H
#define USER_CONFIG_SNAPSHOT_H

#include <stdbool.h>

#define SNAPSHOT_GOOD "good"
#define SNAPSHOT_TRIAL "trial"
#define SNAPSHOT_BEFORE "before"
#define SNAPSHOT_PATH 512

/* FOLDER of an instance: below ZONEGATE_STATE, else /var/lib/zonegate. -ENAMETOOLONG. */
int snapshot_folder(const char *instance, char ret_folder[SNAPSHOT_PATH]);

/*
 * From here on every text that is read is copied as well, to FOLDER/new. 0 or -errno: then nothing
 * is copied and the reading goes on without. -EBUSY: another process is at it, until it commits or
 * discards.
 */
int snapshot_begin(const char *folder);
/* The copies are whole and get their name, in the place of older ones. -errno of any copy: they are
 * thrown away. */
int snapshot_commit(const char *name, const char *config_path);
/* Throws the copies away. */
void snapshot_discard(void);

/*
 * good becomes before while another policy comes into force: should that one's copies not come to
 * be, by a full disk or a kill, nobody takes the old ones for what is in force. And back, when it
 * did not come into force: only what this process put aside. 0 also when there are none.
 */
int snapshot_put_aside(const char *folder);
int snapshot_put_back(const char *folder);

/* trial becomes good, or goes. 0 also when there is none. */
int snapshot_confirm(const char *folder);
int snapshot_revoke(const char *folder);

/* From here on texts are read from the copies; *ret_config is the path to load. -ENOENT: there are
 * none. */
int snapshot_use(const char *folder, const char *name, char ret_config[SNAPSHOT_PATH]);
/* Texts are read from where they are again. */
void snapshot_leave(void);

#endif
