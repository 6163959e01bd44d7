// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Texts in memory files, loaded by the stages as they are. Owns the memory files and the questions
 * that every load has to answer rightly. Knows no format.
 */
#include "texts.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "cli/show.h"
#include "compile/settings.h"
#include "config/source.h"
#include "kernel/instance.h"
#include "must.h"
#include "resolve/load.h"
#include "rules_hold.h"
#include "site.h"

static struct text {
	const char *ending;
	int fd;
	const char *text; /* the caller's */
	size_t size;
} texts[TEXT_KINDS] = {
	[TEXT_CONF] = {".conf", -1, NULL, 0},
	[TEXT_TABLE] = {".csv", -1, NULL, 0},
	[TEXT_ORIGIN] = {".ini", -1, NULL, 0},
	[TEXT_LIST] = {".txt", -1, NULL, 0},
};

static struct text *text_find(const char *path)
{
	size_t length = strlen(path);

	for (size_t i = 0; i < TEXT_KINDS; i++) {
		size_t ending = strlen(texts[i].ending);

		if (length >= ending && !strcmp(path + length - ending, texts[i].ending))
			return &texts[i];
	}
	return NULL;
}

static int text_locate(const char *path, size_t size, char *ret_path)
{
	const struct text *text = text_find(path);

	if (!text)
		return -ENOENT;
	snprintf(ret_path, size, "/proc/self/fd/%d", text->fd);
	return 0;
}

/* The linker leads fopen() here: messages show lines of texts. Modes of others go on. */
FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode)
{
	char located[64];

	if (strcmp(mode, "re"))
		return __real_fopen(path, mode);
	if (text_locate(path, sizeof(located), located)) {
		errno = ENOENT;
		return NULL;
	}
	return __real_fopen(located, mode);
}

/* So it does here: no instance is in force for `show origin` to measure. */
int __wrap_instance_open(const char *instance, struct report *report, struct pins *ret_pins,
			 struct firewall *ret_firewall);
int __wrap_instance_open(const char *instance, struct report *report, struct pins *ret_pins,
			 struct firewall *ret_firewall)
{
	(void)instance;
	(void)report;
	(void)ret_pins;
	(void)ret_firewall;
	return -ENOENT;
}

/* A hash over the whole policy would be much of what the fuzzer does. It has tests of its own. */
int __wrap_policy_hash(const struct resolved *policy, const struct image *image,
		       uint8_t ret_hash[32]);
int __wrap_policy_hash(const struct resolved *policy, const struct image *image,
		       uint8_t ret_hash[32])
{
	(void)policy;
	(void)image;
	memset(ret_hash, 0, 32);
	return 0;
}

void texts_init(void)
{
	static const struct source_hooks hooks = {.locate = text_locate};

	for (size_t i = 0; i < TEXT_KINDS; i++) {
		texts[i].fd = memfd_create("text", MFD_CLOEXEC);
		MUST(texts[i].fd >= 0, "memfd_create: %s", strerror(errno));
	}
	text_set(TEXT_CONF, SITE_CONF, sizeof(SITE_CONF) - 1);
	text_set(TEXT_TABLE, SITE_TABLE, sizeof(SITE_TABLE) - 1);
	text_set(TEXT_ORIGIN, SITE_ORIGIN, sizeof(SITE_ORIGIN) - 1);
	text_set(TEXT_LIST, SITE_LIST, sizeof(SITE_LIST) - 1);
	source_hooks_use(&hooks);
	/* libFuzzer has taken its own copy of stderr before. */
	stdout = __real_fopen("/dev/null", "w");
	stderr = stdout;
}

void text_set(enum text_kind kind, const void *text, size_t size)
{
	struct text *set = &texts[kind];

	set->text = text;
	set->size = size;
	MUST(!ftruncate(set->fd, 0) && pwrite(set->fd, text, size, 0) == (ssize_t)size,
	     "memory file");
}

/* ---- what must hold ---- */

/* A place lies in its text: at most one byte behind the end of a line that is there. */
static void place_holds(const struct place *place)
{
	const struct text *text = place->file ? text_find(place->file) : NULL;
	const char *at, *end, *line_end;

	if (!text || !place->line)
		return;
	at = text->text;
	end = at + text->size;
	for (unsigned int line = 1; line < place->line; line++) {
		at = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
		MUST(at, "%s:%u: the text has no such line", place->file, place->line);
		at++;
	}
	line_end = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
	if (!line_end)
		line_end = end;
	MUST(place->column >= 1 && (ptrdiff_t)place->column - 1 <= line_end - at,
	     "%s:%u:%u: the line has %td bytes", place->file, place->line, place->column,
	     line_end - at);
}

static void diags_hold(const struct diags *diags)
{
	size_t errors = 0, warnings = 0;

	for (size_t i = 0; i < diags->count; i++) {
		const struct diag *diag = &diags->list[i];

		errors += diag->severity == DIAG_ERROR;
		warnings += diag->severity == DIAG_WARNING;
		MUST(diag->text && *diag->text, "message %zu is empty", i);
		MUST(diag->code && *diag->code, "message %zu has no code", i);
		place_holds(&diag->place);
		place_holds(&diag->second);
	}
	MUST(!diags->out_of_memory, "memory is out");
	MUST(errors == diags->errors && warnings == diags->warnings, "%zu errors, %zu warnings",
	     errors, warnings);
}

/* Each message is shown, to people and as JSON; each subject too. */
static void shown(struct resolved *policy)
{
	static const struct {
		const char *name;
		int (*show)(const struct context *context, struct resolved *policy);
	} subjects[] = {{"rules", show_rules}, {"zones", show_zones}, {"origin", show_origin}};

	for (size_t i = 0; i < sizeof(subjects) / sizeof(*subjects); i++) {
		for (int json = 0; json < 2; json++) {
			struct context context = {.json = json};
			int err = subjects[i].show(&context, policy);

			MUST(!err, "show %s: %s", subjects[i].name, strerror(-err));
		}
	}
}

static void diags_shown(struct diags *diags)
{
	struct context context = {.colour = true};

	diags_print(&context, diags);
	diags_print_json(diags);
}

bool texts_load(struct resolved *ret_policy, struct image *ret_image)
{
	const struct load_options options = {.no_dns = true, .no_host = true};
	struct diags diags = {0};
	bool there = false;
	int err = policy_load("zonegate.conf", &options, &diags, ret_policy);

	diags_hold(&diags);
	MUST(!err || err == -EINVAL, "policy_load: %s", strerror(-err));
	MUST(!err == !diags.errors, "policy_load: %d with %zu errors", err, diags.errors);
	if (!err) {
		err = image_build(ret_policy, &diags, ret_image);
		diags_hold(&diags);
		MUST(!err || err == -E2BIG, "image_build: %s", strerror(-err));
		MUST(!err == !diags.errors, "image_build: %d with %zu errors", err, diags.errors);
		there = !err;
		if (there)
			rules_hold(ret_policy, ret_image);
		shown(ret_policy);
		if (!there)
			resolved_free(ret_policy);
	}
	diags_shown(&diags);
	diags_free(&diags);
	return there;
}

void texts_release(struct resolved *policy, struct image *image)
{
	image_free(image);
	resolved_free(policy);
}

void texts_try(enum text_kind kind, const void *text, size_t size)
{
	struct resolved policy;
	struct image image;

	text_set(kind, text, size);
	if (texts_load(&policy, &image))
		texts_release(&policy, &image);
}
