/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A text file in memory, and its lines with their places.
 * Owns reading and what every text file has in common: byte order mark, line ends, NUL bytes.
 */
#ifndef USER_CONFIG_SOURCE_H
#define USER_CONFIG_SOURCE_H

#include "config/word.h"

struct source {
	const char *path; /* in the arena */
	char *text;	  /* NUL behind the last byte */
	size_t size_bytes;
	size_t start; /* first byte of text proper: behind a UTF-8 byte order mark */
};

/*
 * Reads the whole file into the arena. 0; -ENOMEM; another negative errno after an error in diags,
 * shown at the word that names the file (place.file NULL: at the file itself).
 */
int source_read(const char *path, const struct word *named_by, struct arena *arena,
		struct diags *diags, struct source *ret_source);

/*
 * Where texts come from, and who looks on: one for the whole process, as a policy is read in one go
 * by one thread. NULL: from where they are, and nobody.
 */
struct source_hooks {
	/* The path to open for a path of the policy, in ret_path; -errno. NULL: the same. */
	int (*locate)(const char *path, size_t size, char *ret_path);
	/* A text was read. */
	void (*seen)(const char *path, const char *text, size_t size_bytes);
};
void source_hooks_use(const struct source_hooks *new_hooks);

/* A cursor over lines: begins zeroed. */
struct source_line {
	const char *text; /* not terminated */
	size_t length;	  /* without line end */
	struct place place;
	size_t next; /* offset of the line after it */
};
bool source_next_line(const struct source *source, struct source_line *line);

/* Length of the line without its comment: '#' or ';' at its start or after a blank. */
size_t source_line_content(const struct source_line *line);

/* path as it is meant in a file of this folder: absolute, or relative to the folder of base.
 * NULL: memory is out. */
char *source_path(const char *base, const char *path, struct arena *arena);

#endif
