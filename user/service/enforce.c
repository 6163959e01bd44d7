// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * From texts to what is in force, for the service.
 */
#include "service/enforce.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "compile/image.h"
#include "config/snapshot.h"
#include "kernel/instance.h"
#include "observe/status.h"
#include "resolve/load.h"
#include "service/log.h"
#include "util/cleanup.h"

#define DIAGS_LOGGED_MAX 20

static void log_diags(struct diags *diags)
{
	static const int priorities[] = {
		[DIAG_ERROR] = LOG_ERR, [DIAG_WARNING] = LOG_WARNING, [DIAG_NOTE] = LOG_INFO};
	size_t logged = 0;

	diags_sort(diags);
	for (size_t i = 0; i < diags->count; i++) {
		const struct diag *diag = &diags->list[i];
		char line[16];

		if (diag->severity == DIAG_NOTE)
			continue;
		if (logged++ == DIAGS_LOGGED_MAX) {
			log_say(LOG_WARNING, NULL,
				"more is wrong than is logged here: zonegate check shows all of "
				"it");
			return;
		}
		snprintf(line, sizeof(line), "%u", diag->place.line);
		log_say(priorities[diag->severity],
			LOG_FIELDS({"ZONEGATE_CODE", diag->code},
				   {"ZONEGATE_FILE", diag->place.file ? diag->place.file : ""},
				   {"ZONEGATE_LINE", line}),
			"%s:%u:%u: %s%s%s", diag->place.file ? diag->place.file : "-",
			diag->place.line, diag->place.column, diag->text, diag->hint ? "; " : "",
			diag->hint ? diag->hint : "");
	}
}

static void log_report(const struct report *report, int error, const char *why)
{
	log_say(error == -EBUSY ? LOG_NOTICE : LOG_ERR, LOG_FIELDS({"ZONEGATE_WHY", why}),
		"%s: %s%s%s%s%s; what was in force before is still so", why, report->doing,
		report->complete ? "" : ": ", report->complete ? "" : strerror(-error),
		*report->hint ? "; " : "", report->hint);
}

/* Is the image in force, on all NICs that it wants and that are there? */
static bool in_force(const char *instance, const struct resolved *policy, const struct image *image)
{
	CLEANUP(report_free) struct report report = {0};
	struct firewall firewall;
	struct pins pins;
	struct status status;
	char hash[65];
	size_t guarded = 0, wanted = 0;
	bool same = false;

	if (instance_open(instance, &report, &pins, &firewall))
		return false;
	if (!status_read(&firewall, &pins, &report, &status) && !status.pass_all &&
	    !status.pending && !status.way_back_taken && !status.other_build) {
		for (size_t i = 0; i < sizeof(image->settings.policy_hash); i++)
			snprintf(hash + 2 * i, 3, "%02x", image->settings.policy_hash[i]);
		same = !strcmp(hash, status.policy.hash);
		for (size_t i = 0; i < status.nic_count; i++)
			guarded += status.nics[i].state == STATUS_NIC_GUARDED;
		for (size_t i = 0; i < policy->settings.interfaces; i++)
			wanted += if_nametoindex(policy->settings.interface[i]) != 0;
	}
	firewall_close(&firewall);
	return same && guarded == wanted;
}

static int put_into_force(struct enforce *enforce, const struct resolved *policy,
			  const struct image *image, const char *why)
{
	CLEANUP(report_free) struct report report = {0};
	const struct apply_options options = {.allow_missing = true};
	struct apply_result result;
	char generation[16];
	int error = instance_apply(enforce->instance, policy, image, &options, &report, &result);

	if (error) {
		log_report(&report, error, why);
		return error;
	}
	for (size_t i = 0; i < report.note_count; i++)
		log_say(LOG_NOTICE, NULL, "%s", report.notes[i]);
	snprintf(generation, sizeof(generation), "%u", result.generation);
	log_say(LOG_NOTICE, LOG_FIELDS({"ZONEGATE_WHY", why}, {"ZONEGATE_GENERATION", generation}),
		"%s: the policy of %s is in force (generation %s%s)", why, enforce->config,
		generation, result.object_new ? ", new programs" : "");
	return 0;
}

static const char *keep_text(struct arena *arena, const char *text)
{
	return text ? arena_strdup(arena, text) : NULL;
}

static void keep_settings(struct enforce *enforce, const struct policy_settings *settings)
{
	struct arena arena = {0};

	enforce->settings = *settings;
	enforce->settings.metrics_listen = keep_text(&arena, settings->metrics_listen);
	enforce->settings.metrics_cert = keep_text(&arena, settings->metrics_cert);
	enforce->settings.metrics_key = keep_text(&arena, settings->metrics_key);
	enforce->settings.metrics_token_file = keep_text(&arena, settings->metrics_token_file);
	enforce->settings.origin_file = NULL;
	enforce->settings.cgroup = NULL;
	arena_free(&enforce->settings_arena);
	enforce->settings_arena = arena;
	enforce->settings_known = true;
}

static int compile_and_apply(struct enforce *enforce, const char *config, bool unchanged_is_done,
			     const char *why)
{
	CLEANUP(diags_free) struct diags diags = {0};
	CLEANUP(resolved_free) struct resolved policy = {0};
	CLEANUP(image_free) struct image image = {0};
	const struct load_options options = {.names = enforce->names};
	int error;

	name_cache_mark(enforce->names);
	error = policy_load(config, &options, &diags, &policy);
	if (!error)
		error = image_build(&policy, &diags, &image);
	if (!unchanged_is_done || error)
		log_diags(&diags);
	if (error) {
		log_say(LOG_ERR, LOG_FIELDS({"ZONEGATE_WHY", why}),
			"%s: the policy of %s cannot be put into force: %s", why, config,
			error == -EINVAL ? "it has errors" : strerror(-error));
		return error;
	}
	if (!unchanged_is_done || !in_force(enforce->instance, &policy, &image))
		error = put_into_force(enforce, &policy, &image, why);
	if (error)
		return error;
	name_cache_prune(enforce->names);
	keep_settings(enforce, &policy.settings);
	return 0;
}

/* What the operator asked for is copied as it is read, and becomes the copy in use once it is in
 * force. */
static int enforce_files(struct enforce *enforce, const char *folder, const char *why)
{
	int error, copying = snapshot_begin(folder);

	if (copying == -EBUSY) {
		log_say(LOG_NOTICE, NULL, "%s: another zonegate command is changing instance %s",
			why, enforce->instance);
		return copying;
	}
	if (copying)
		log_say(LOG_WARNING, NULL, "%s: no copies of the policy can be kept: %s", folder,
			strerror(-copying));
	/* What is there is of the policy before: not to be taken for what comes. */
	snapshot_put_aside(folder);
	error = compile_and_apply(enforce, enforce->config, false, why);
	if (error)
		snapshot_put_back(folder);
	if (copying)
		return error;
	if (error) {
		snapshot_discard();
		return error;
	}
	copying = snapshot_commit(SNAPSHOT_GOOD, enforce->config);
	if (copying)
		log_say(LOG_WARNING, NULL, "%s: no copies of the policy can be kept: %s", folder,
			strerror(-copying));
	return 0;
}

bool enforce_is_in_force(const char *instance)
{
	CLEANUP(report_free) struct report report = {0};
	struct firewall firewall;

	if (instance_open(instance, &report, NULL, &firewall))
		return false;
	firewall_close(&firewall);
	return true;
}

/* While a policy is on trial, nothing else may come into force. */
static bool on_trial(const char *instance)
{
	CLEANUP(report_free) struct report report = {0};
	struct firewall firewall;
	bool pending;

	if (instance_open(instance, &report, NULL, &firewall))
		return false;
	pending = word_is_pending(firewall_word(&firewall), monotonic_ms());
	firewall_close(&firewall);
	return pending;
}

int enforce_policy(struct enforce *enforce, enum enforce_texts texts, bool unchanged_is_done,
		   const char *why)
{
	char folder[SNAPSHOT_PATH], config[SNAPSHOT_PATH];
	int error = snapshot_folder(enforce->instance, folder);

	if (error)
		return error;
	if (texts == ENFORCE_FILES)
		return enforce_files(enforce, folder, why);
	if (on_trial(enforce->instance))
		return -EBUSY;
	error = snapshot_use(folder, SNAPSHOT_GOOD, config);
	/* For a host without a filter an older policy is better than none. */
	if (error == -ENOENT && !enforce_is_in_force(enforce->instance))
		error = snapshot_use(folder, SNAPSHOT_BEFORE, config);
	if (error)
		return error;
	error = compile_and_apply(enforce, config, unchanged_is_done, why);
	snapshot_leave();
	return error;
}

void enforce_free(struct enforce *enforce)
{
	arena_free(&enforce->settings_arena);
}
