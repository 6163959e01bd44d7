/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Loads, shoots, counts. Must not know what any shot is meant to show.
 */
#include "stand.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <err.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "kernel/half.h"
#include "kernel/object.h"
#include "kernel/percpu.h"
#include "observe/counters.h"
#include "resolve/load.h"

#define XDP_PASS_RETURN 2u
#define TC_PASS_RETURN ((uint32_t)-1)
#define NS_PER_S 1000000000ull

struct stand *stand;

/* ---- loading ---- */

static void stand_compile(struct stand *loaded, const char *config)
{
	struct diags diags = {0};
	struct load_options options = {0};

	if (policy_load(config, &options, &diags, &loaded->policy) ||
	    image_build(&loaded->policy, &diags, &loaded->image)) {
		for (size_t i = 0; i < diags.count; i++)
			fprintf(stderr, "%s:%u: %s\n", diags.list[i].place.file,
				diags.list[i].place.line, diags.list[i].text);
		errx(1, "%s does not load", config);
	}
	diags_free(&diags);
}

/* All slots of counters, summed over CPUs; words of 64 bits. */
static void slots_sum(const struct firewall_map_state *map, size_t words, uint64_t *ret_sums)
{
	struct percpu sums;

	if (percpu_open(map, words * sizeof(*ret_sums), &sums))
		errx(1, "counters cannot be read");
	for (uint32_t slot = 0; slot < map->max_entries; slot++)
		if (percpu_sum(&sums, slot, ret_sums + slot * words))
			errx(1, "counters cannot be read");
	percpu_close(&sums);
}

#define WORDS(type) (sizeof(type) / sizeof(uint64_t))

static void counters_take(struct stand *loaded)
{
	slots_sum(&loaded->firewall.map[MAP_RULE_COUNTERS], WORDS(struct zg_rule_counter),
		  (uint64_t *)loaded->rule_now);
	slots_sum(&loaded->firewall.map[MAP_REASON_COUNTERS], WORDS(struct zg_reason_counter),
		  (uint64_t *)loaded->reason_now);
}

void stand_look(struct stand *loaded)
{
	counters_take(loaded);
	memcpy(loaded->rule_seen, loaded->rule_now,
	       loaded->firewall.map[MAP_RULE_COUNTERS].max_entries * sizeof(*loaded->rule_seen));
	memcpy(loaded->reason_seen, loaded->reason_now,
	       loaded->firewall.map[MAP_REASON_COUNTERS].max_entries *
		       sizeof(*loaded->reason_seen));
}

static void counters_open(struct stand *loaded)
{
	uint32_t rules = loaded->firewall.map[MAP_RULE_COUNTERS].max_entries;
	uint32_t reasons = loaded->firewall.map[MAP_REASON_COUNTERS].max_entries;

	loaded->rule_seen = calloc(rules, sizeof(*loaded->rule_seen));
	loaded->rule_now = calloc(rules, sizeof(*loaded->rule_now));
	loaded->reason_seen = calloc(reasons, sizeof(*loaded->reason_seen));
	loaded->reason_now = calloc(reasons, sizeof(*loaded->reason_now));
	if (!loaded->rule_seen || !loaded->rule_now || !loaded->reason_seen || !loaded->reason_now)
		errx(1, "no memory");
}

void stand_open(struct stand *loaded, const char *config)
{
	struct report report = {0};
	struct object_sizes sizes;

	*loaded = (struct stand){};
	stand_compile(loaded, config);
	sizes = half_sizes_wanted(&loaded->policy, &loaded->image);
	firewall_init(&loaded->firewall);
	if (object_load(&sizes, NULL, &report, &loaded->firewall) ||
	    half_write(&loaded->firewall, 1, &loaded->policy, &loaded->image, &report,
		       &loaded->rule_slot))
		errx(1, "%s: %s: %s", report.doing, strerror(-report.error), report.detail);
	report_free(&report);
	firewall_flip(&loaded->firewall, 1, 1, 0);
	if (judge_init(&loaded->judge, &loaded->image))
		errx(1, "no memory");
	counters_open(loaded);
	stand_group(loaded, 0);
	stand_look(loaded);
}

void stand_close(struct stand *loaded)
{
	free(loaded->rule_seen);
	free(loaded->rule_now);
	free(loaded->reason_seen);
	free(loaded->reason_now);
	free(loaded->rule_slot);
	judge_free(&loaded->judge);
	firewall_close(&loaded->firewall);
	image_free(&loaded->image);
	resolved_free(&loaded->policy);
}

/* ---- what is remembered ---- */

static uint64_t clock_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void map_empty(int fd)
{
	uint8_t key[64];

	while (!bpf_map_get_next_key(fd, NULL, key))
		bpf_map_delete_elem(fd, key);
}

void stand_forget(struct stand *loaded)
{
	map_empty(loaded->firewall.map[MAP_FLOWS].fd);
	map_empty(loaded->firewall.map[MAP_FRAGMENTS].fd);
	map_empty(loaded->firewall.map[MAP_LIMITS].fd);
	judge_forget(&loaded->judge);
}

/*
 * The values' first word is a time in all three maps. A time before the machine's start is a number
 * that has wrapped, which ages bear; times to come (limits) do not.
 */
static void map_age(int fd, uint64_t ns, bool to_come)
{
	uint8_t key[64], before[64];
	uint64_t value[8];
	int more = bpf_map_get_next_key(fd, NULL, key);

	while (!more) {
		if (!bpf_map_lookup_elem(fd, key, value)) {
			value[0] -= to_come && value[0] < ns ? value[0] : ns;
			bpf_map_update_elem(fd, key, value, BPF_EXIST);
		}
		memcpy(before, key, sizeof(key));
		more = bpf_map_get_next_key(fd, before, key);
	}
}

void stand_age(struct stand *loaded, uint64_t seconds)
{
	map_age(loaded->firewall.map[MAP_FLOWS].fd, seconds * NS_PER_S, false);
	map_age(loaded->firewall.map[MAP_FRAGMENTS].fd, seconds * NS_PER_S, false);
	map_age(loaded->firewall.map[MAP_LIMITS].fd, seconds * NS_PER_S, true);
	loaded->aged_ns += seconds * NS_PER_S;
}

void stand_flags(struct stand *loaded, uint32_t set, uint32_t clear)
{
	struct zg_settings *settings = &loaded->firewall.tables.settings[1];

	settings->flags = (settings->flags & ~clear) | set;
	loaded->judge.settings.flags = (loaded->judge.settings.flags & ~clear) | set;
}

void stand_group(struct stand *loaded, unsigned int group)
{
	struct zg_settings *settings = &loaded->firewall.tables.settings[1];

	/* Test runs have the loopback device, index 1. */
	for (unsigned int i = 0; i < ZG_IFGROUPS_MAX; i++)
		settings->ifindex[i] = i + 1 == group ? 1 : 0;
}

struct zg_line_counter stand_line(const struct stand *loaded, unsigned int line)
{
	const struct firewall_map_state *map = &loaded->firewall.map[MAP_LINE_COUNTERS];
	struct zg_line_counter *lines = calloc(map->max_entries, sizeof(*lines)), found;

	if (!lines)
		errx(1, "no memory");
	slots_sum(map, WORDS(*lines), (uint64_t *)lines);
	found = lines[loaded->firewall.tables.origin[1].line[line].slot];
	free(lines);
	return found;
}

struct zg_rule_counter stand_rule(struct stand *loaded, const char *name)
{
	for (size_t i = 0; i < loaded->policy.rule_count; i++)
		if (!strcmp(loaded->policy.rules[i].name, name))
			return loaded->rule_seen[loaded->rule_slot[i + 1]];
	errx(1, "the policy has no rule %s", name);
}

struct zg_flow_counter stand_flows(const struct stand *loaded)
{
	struct zg_flow_counter sum;

	slots_sum(&loaded->firewall.map[MAP_FLOW_COUNTERS], WORDS(sum), (uint64_t *)&sum);
	return sum;
}

uint32_t stand_echo_interval(struct stand *loaded, uint32_t interval_ns)
{
	uint32_t before = loaded->judge.settings.echo_interval_ns;

	loaded->firewall.tables.settings[1].echo_interval_ns = interval_ns;
	loaded->judge.settings.echo_interval_ns = interval_ns;
	return before;
}

static void address_map(bool ipv6, const uint8_t *at, uint8_t ret_address[16])
{
	memset(ret_address, 0, 16);
	ret_address[10] = ret_address[11] = 0xff;
	memcpy(ret_address + (ipv6 ? 0 : 12), at, ipv6 ? 16 : 4);
}

bool stand_flow(const struct stand *loaded, const struct shot *out, struct zg_flow *ret_flow)
{
	struct zg_flow_key key = {.proto = out->proto};
	const uint8_t *ip = out->byte + out->l3;

	address_map(out->ipv6, ip + (out->ipv6 ? 8 : 12), key.laddr);
	address_map(out->ipv6, ip + (out->ipv6 ? 24 : 16), key.raddr);
	memcpy(&key.lport, out->byte + out->l4, 2);
	memcpy(&key.rport, out->byte + out->l4 + 2, 2);
	return !bpf_map_lookup_elem(loaded->firewall.map[MAP_FLOWS].fd, &key, ret_flow);
}

void stand_flows_put(const struct stand *loaded, const struct zg_flow_key *keys,
		     const struct zg_flow *flows, uint32_t count)
{
	if (bpf_map_update_batch(loaded->firewall.map[MAP_FLOWS].fd, keys, flows, &count, NULL))
		err(1, "flows");
}

/* ---- shooting ---- */

/* What the counters say of the one packet that came after they were last looked at. */
struct counted {
	unsigned int moved; /* counters */
	uint64_t packets;
	struct judge_verdict verdict;
};

static void rules_compare(struct stand *loaded, enum zg_hook hook, struct counted *counted)
{
	for (size_t slot = 1; slot <= loaded->image.rule_count; slot++) {
		uint32_t index = loaded->rule_slot[slot];
		struct zg_rule_counter now = loaded->rule_now[index];
		struct zg_rule_counter *seen = &loaded->rule_seen[index];
		uint64_t packets;

		if (!index)
			continue;
		packets = hook == IN ? now.packets_in - seen->packets_in
				     : now.packets_out - seen->packets_out;
		if (memcmp(&now, seen, sizeof(now)) != 0) {
			counted->moved++;
			counted->packets += packets;
			counted->verdict = (struct judge_verdict){
				.pass = true,
				.reason = ZG_R_RULE,
				.slot = (uint16_t)slot,
			};
		}
		*seen = now;
	}
}

static void reasons_compare(struct stand *loaded, enum zg_hook hook, struct counted *counted)
{
	for (uint32_t index = 0; index < ZG_REASON_COUNTERS; index++) {
		struct zg_reason_counter now = loaded->reason_now[index];
		struct zg_reason_counter *seen = &loaded->reason_seen[index];
		bool audited = index / ZG_REASONS & 1;

		if (memcmp(&now, seen, sizeof(now)) != 0) {
			counted->moved++;
			counted->packets += now.packets - seen->packets;
			counted->verdict = (struct judge_verdict){
				.pass = index % ZG_REASONS < ZG_REASON_FIRST_DROP || audited,
				.audited = audited,
				.reason = (uint8_t)(index % ZG_REASONS),
			};
			if (index / (2 * ZG_REASONS) != (uint32_t)hook)
				counted->moved++; /* under another hook: wrong */
		}
		*seen = now;
	}
}

#define FAIL(file, line, ...)                                                                      \
	do {                                                                                       \
		print_error(__VA_ARGS__);                                                          \
		_fail(file, line);                                                                 \
	} while (0)

static void verdict_format(const struct stand *loaded, const struct judge_verdict *verdict,
			   char *text, size_t size)
{
	if (verdict->reason == ZG_R_RULE && verdict->slot)
		snprintf(text, size, "%s by rule %s", verdict->pass ? "pass" : "drop",
			 loaded->policy.rules[verdict->slot - 1].name);
	else
		snprintf(text, size, "%s, %s%s", verdict->pass ? "pass" : "drop",
			 reason_name(verdict->reason), verdict->audited ? " (audited)" : "");
}

/* The kernel's verdict; frames under 14 bytes are no business of test runs. */
static bool kernel_shoot(struct stand *loaded, const struct shot *shot, bool *ret_pass)
{
	int program = loaded->firewall.program[shot->hook == IN ? PROGRAM_INGRESS : PROGRAM_EGRESS];
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = shot->byte,
		    .data_size_in = (uint32_t)shot->size);

	if (bpf_prog_test_run_opts(program, &run)) {
		if (errno == EINVAL && shot->size < 14 + 40)
			return false;
		err(1, "test run of %zu bytes", shot->size);
	}
	*ret_pass = run.retval == (shot->hook == IN ? XDP_PASS_RETURN : TC_PASS_RETURN);
	return true;
}

struct judge_verdict stand_shoot(struct stand *loaded, const struct shot *shot, const char *file,
				 int line)
{
	struct judge_frame frame = {
		.hook = shot->hook,
		.data = shot->byte,
		.size = shot->size,
		.ifgroup = shot->ifgroup,
	};
	struct counted counted = {};
	struct judge_verdict judged;
	char kernel_text[96], judge_text[96];
	bool pass;

	stand_group(loaded, shot->ifgroup);
	loaded->judge.now_ns = clock_now_ns() + loaded->aged_ns;
	judge_frame(&loaded->judge, &frame, &judged);
	if (!kernel_shoot(loaded, shot, &pass))
		return judged;
	loaded->shots++;
	loaded->passed += pass;
	loaded->dropped += !pass;
	counters_take(loaded);
	rules_compare(loaded, shot->hook, &counted);
	reasons_compare(loaded, shot->hook, &counted);
	if (counted.moved != 1 || counted.packets != 1)
		FAIL(file, line, "%u counters moved by %llu packets for one\n", counted.moved,
		     (unsigned long long)counted.packets);
	verdict_format(loaded, &counted.verdict, kernel_text, sizeof(kernel_text));
	verdict_format(loaded, &judged, judge_text, sizeof(judge_text));
	if (pass != counted.verdict.pass)
		FAIL(file, line, "the program says %s, its counters %s\n", pass ? "pass" : "drop",
		     kernel_text);
	if (counted.verdict.pass != judged.pass || counted.verdict.reason != judged.reason ||
	    counted.verdict.slot != judged.slot || counted.verdict.audited != judged.audited)
		FAIL(file, line, "program: %s; judge: %s\n", kernel_text, judge_text);
	return judged;
}

void stand_expect_rule(struct stand *loaded, const struct shot *shot, const char *rule,
		       const char *file, int line)
{
	struct judge_verdict verdict = stand_shoot(loaded, shot, file, line);
	char text[96];

	verdict_format(loaded, &verdict, text, sizeof(text));
	if (verdict.reason != ZG_R_RULE || !verdict.slot ||
	    strcmp(loaded->policy.rules[verdict.slot - 1].name, rule) != 0)
		FAIL(file, line, "expected rule %s, got %s\n", rule, text);
}

void stand_expect(struct stand *loaded, const struct shot *shot, enum zg_reason reason,
		  const char *file, int line)
{
	struct judge_verdict verdict = stand_shoot(loaded, shot, file, line);
	char text[96];

	verdict_format(loaded, &verdict, text, sizeof(text));
	if (verdict.reason != reason)
		FAIL(file, line, "expected %s, got %s\n", reason_name(reason), text);
}
