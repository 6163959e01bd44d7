/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table of settings. To add one: a field in struct policy_settings, its default in
 * settings_init(), a line in settings[]. Knows values only through the parsers of setting_value.h.
 */
#include "policy/settings.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "policy/setting_value.h"

#define VALUE(field) offsetof(struct policy_config, values.field)
#define TEXT(field) offsetof(struct policy_config, field)

static const char *const xdp_modes[] = {"auto", "native", "generic", NULL};
static const char *const policy_modes[] = {"enforce", "audit", NULL};
static const char *const fallbacks[] = {"drop", "pass", NULL};
static const char *const origin_modes[] = {"off", "audit", "enforce", "assign", NULL};

static const struct setting settings[] = {
	{"host", "interfaces", setting_interfaces, .offset = VALUE(interface)},
	{"host", "xdp_mode", setting_choice, .offset = VALUE(xdp_mode), .choices = xdp_modes},
	{"host", "zones", setting_words, .offset = TEXT(host_zones)},
	{"host", "ethertypes", setting_ethertypes, .offset = VALUE(ethertype)},
	{"host", "management", setting_word, .offset = TEXT(management)},
	{"host", "addresses", setting_words, .offset = TEXT(host_addresses)},
	{"components", "zones", setting_words, .offset = TEXT(component_zones)},
	{"rules", "tables", setting_words, .offset = TEXT(tables)},
	{"origin-ports", "file", setting_word, .offset = TEXT(origin_file)},
	{"origin-ports", "mode", setting_choice, .offset = VALUE(origin_mode),
	 .choices = origin_modes},
	{"origin-ports", "cgroup", setting_path, .offset = VALUE(cgroup)},
	{"policy", "mode", setting_flag, .offset = VALUE(audit), .choices = policy_modes},
	{"policy", "ingress", setting_flag, .offset = VALUE(ingress_pass), .choices = fallbacks},
	{"policy", "egress", setting_flag, .offset = VALUE(egress_pass), .choices = fallbacks},
	{"policy", "icmp_echo", setting_rate, .offset = VALUE(echo_per_s), .maximum = 1000000},
	{"policy", "udp_window", setting_duration, .offset = VALUE(udp_window_s), .minimum = 1,
	 .maximum = 3600},
	{"policy", "tcp_idle", setting_duration, .offset = VALUE(tcp_idle_s), .minimum = 60,
	 .maximum = 30 * 86400},
	{"policy", "flows", setting_count, .offset = VALUE(flows_max), .minimum = 1024,
	 .maximum = 16777216},
	{"policy", "memory", setting_size, .offset = VALUE(memory_max_bytes), .minimum = 4ull << 20,
	 .maximum = 64ull << 30},
	{"metrics", "listen", setting_text, .offset = VALUE(metrics_listen)},
	{"metrics", "cert", setting_path, .offset = VALUE(metrics_cert)},
	{"metrics", "key", setting_path, .offset = VALUE(metrics_key)},
	{"metrics", "token_file", setting_path, .offset = VALUE(metrics_token_file)},
};
#define SETTINGS (sizeof(settings) / sizeof(*settings))

/* Sections whose keys are names of the site, read elsewhere; here for "did you mean". */
static const char *const named_sections[] = {"zones", "zone", "rule"};
#define NAMED_SECTIONS (sizeof(named_sections) / sizeof(*named_sections))

void settings_init(struct policy_config *config)
{
	*config = (struct policy_config){
		.values =
			{
				.echo_per_s = 10,
				.udp_window_s = 30,
				.tcp_idle_s = 432000,
				.flows_max = 65536,
				.memory_max_bytes = 256ull << 20,
				.origin_mode = ORIGIN_ENFORCE,
				.management_zone = -1,
				.metrics_listen = "127.0.0.1:9477",
			},
	};
}

static bool section_known(const char *section)
{
	for (size_t i = 0; i < SETTINGS; i++) {
		if (!strcmp(settings[i].section, section))
			return true;
	}
	return false;
}

static void report_section(const struct ini_section *section, struct diags *diags)
{
	const char *candidates[SETTINGS + NAMED_SECTIONS];
	struct diag *diag = word_diag(diags, DIAG_ERROR, "section-unknown", &section->kind,
				      "there is no section [%s]", section->kind.text);
	const char *near;

	for (size_t i = 0; i < SETTINGS; i++)
		candidates[i] = settings[i].section;
	memcpy(candidates + SETTINGS, named_sections, sizeof(named_sections));
	near = diag_did_you_mean(section->kind.text, candidates, SETTINGS + NAMED_SECTIONS);
	if (near)
		diag_hint(diag, "did you mean [%s]?", near);
}

static void report_key(const char *section, const struct word *key, struct diags *diags)
{
	const char *candidates[SETTINGS];
	struct diag *diag = word_diag(diags, DIAG_ERROR, "key-unknown", key,
				      "section [%s] has no key '%s'", section, key->text);
	const char *near;
	size_t count = 0;

	for (size_t i = 0; i < SETTINGS; i++) {
		if (!strcmp(settings[i].section, section))
			candidates[count++] = settings[i].key;
	}
	near = diag_did_you_mean(key->text, candidates, count);
	if (near) {
		diag_hint(diag, "did you mean '%s'?", near);
		return;
	}
	for (size_t i = 0; i < SETTINGS; i++) {
		if (!strcmp(settings[i].key, key->text)) {
			diag_hint(diag, "'%s' belongs into [%s]", key->text, settings[i].section);
			return;
		}
	}
}

static const struct setting *setting_find(const char *section, const char *key)
{
	for (size_t i = 0; i < SETTINGS; i++) {
		if (!strcmp(settings[i].section, section) && !strcmp(settings[i].key, key))
			return &settings[i];
	}
	return NULL;
}

int settings_apply(const struct ini_section *section, const char *path, struct arena *arena,
		   struct diags *diags, struct policy_config *config)
{
	struct setting_context context = {path, arena, diags, config};

	if (!section_known(section->kind.text)) {
		report_section(section, diags);
		return 0;
	}
	if (section->name.text)
		word_diag(diags, DIAG_ERROR, "section-name", &section->name,
			  "section [%s] takes no name", section->kind.text);
	for (size_t i = 0; i < section->count; i++) {
		const struct ini_entry *entry = &section->entries[i];
		const struct setting *setting = setting_find(section->kind.text, entry->key.text);
		int err;

		if (!setting) {
			report_key(section->kind.text, &entry->key, diags);
			continue;
		}
		if (!*entry->value.text) {
			word_diag(diags, DIAG_ERROR, "value-missing", &entry->key,
				  "'%s' has no value", entry->key.text);
			continue;
		}
		err = setting->parse(&context, setting, &entry->value);
		if (err)
			return err;
	}
	return 0;
}
