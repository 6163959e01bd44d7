/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Text files in memory, line by line. Owns reading; knows no formats.
 */
#include "config/source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "util/cleanup.h"

#define SOURCE_BYTES_MAX (1024u * 1024 * 1024)

static const struct source_hooks *hooks;

void source_hooks_use(const struct source_hooks *new_hooks)
{
	hooks = new_hooks;
}

static int read_all(int fd, char *text, size_t size, size_t *ret_size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = read(fd, text + done, size - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		done += (size_t)got;
	}
	*ret_size = done;
	return 0;
}

static int source_open(const char *path, struct arena *arena, struct source *source)
{
	char located[PATH_MAX];
	AUTO_FD int fd = -1;
	struct stat status;
	int err;

	if (hooks && hooks->locate) {
		err = hooks->locate(path, sizeof(located), located);
		if (err)
			return err;
	}
	fd = open(hooks && hooks->locate ? located : path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &status))
		return -errno;
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	if (!S_ISREG(status.st_mode)) /* a pipe could keep a reload waiting for ever */
		return -EINVAL;
	if (status.st_size > SOURCE_BYTES_MAX)
		return -EFBIG;
	source->text = arena_alloc(arena, (size_t)status.st_size + 1, 1);
	if (!source->text)
		return -ENOMEM;
	err = read_all(fd, source->text, (size_t)status.st_size, &source->size_bytes);
	if (err)
		return err;
	source->text[source->size_bytes] = '\0';
	return 0;
}

/* A NUL byte would end texts early, so that what is checked is not what is written. */
static int source_check_nul(const struct source *source, struct diags *diags)
{
	const char *nul = source->text ? memchr(source->text, '\0', source->size_bytes) : NULL;
	struct source_line line = {0};

	if (!nul)
		return 0;
	while (source_next_line(source, &line)) {
		if (nul <= line.text + line.length)
			break;
	}
	diag_hint(diag_add(diags, DIAG_ERROR, "file-not-text",
			   place_after(line.place, (size_t)(nul - line.text)),
			   "a NUL byte: this is not a text file"),
		  "save the file as plain text in UTF-8");
	return -EINVAL;
}

int source_read(const char *path, const struct word *named_by, struct arena *arena,
		struct diags *diags, struct source *ret_source)
{
	struct source source = {.path = arena_strdup(arena, path)};
	struct word whole = {.place = {.file = source.path}};
	int err;

	if (!source.path)
		return -ENOMEM;
	err = source_open(path, arena, &source);
	if (err == -ENOMEM)
		return err;
	if (err) {
		word_diag(diags, DIAG_ERROR, "file-unreadable",
			  named_by && named_by->place.file ? named_by : &whole,
			  "cannot read %s: %s", path,
			  err == -EINVAL ? "not a regular file" : strerror(-err));
		return err;
	}
	if (hooks && hooks->seen)
		hooks->seen(path, source.text, source.size_bytes);
	if (source.size_bytes >= 3 && !memcmp(source.text, "\xef\xbb\xbf", 3))
		source.start = 3;
	err = source_check_nul(&source, diags);
	if (err)
		return err;
	*ret_source = source;
	return 0;
}

bool source_next_line(const struct source *source, struct source_line *line)
{
	size_t start = line->place.line ? line->next : source->start;
	const char *end;

	if (start >= source->size_bytes)
		return false;
	line->text = source->text + start;
	end = memchr(line->text, '\n', source->size_bytes - start);
	line->next = end ? (size_t)(end - source->text) + 1 : source->size_bytes;
	line->length = line->next - start - (end ? 1 : 0);
	if (line->length && line->text[line->length - 1] == '\r')
		line->length--;
	line->place = (struct place){source->path, line->place.line + 1, 1};
	return true;
}

size_t source_line_content(const struct source_line *line)
{
	for (size_t i = 0; i < line->length; i++) {
		if ((line->text[i] == '#' || line->text[i] == ';') &&
		    (i == 0 || text_is_blank(line->text[i - 1])))
			return i;
	}
	return line->length;
}

char *source_path(const char *base, const char *path, struct arena *arena)
{
	const char *slash = strrchr(base, '/');

	if (*path == '/' || !slash)
		return arena_strdup(arena, path);
	return arena_printf(arena, "%.*s/%s", (int)(slash - base), base, path);
}
