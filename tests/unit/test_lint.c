/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Findings of lints on policies with very many rules: the first have messages, all are counted.
 * What each finding is, golden cases and test_resolve.c tell.
 */
#include "text_make.h"

#include "resolve/lint_tally.h"
#include "resolve/load.h"

#define CONFIG                                                                                     \
	"[host]\nzones = edge\ninterfaces = eth0\n[zones]\nedge = 192.0.2.10\nworld = any\n"       \
	"lan = 10.0.0.0/8\nfloor = 10.1.0.0/16\n[components]\nzones = edge\n[rules]\ntables = "    \
	"t.csv\n"
#define HEADER "rule,source,destination,protocol,ports,direction,purpose\n"

/* The messages of the policy with this table that have the code. */
struct findings {
	size_t count;
	char *text[64];
};

static struct findings findings_load(const char *code, const char *table)
{
	const struct load_options options = {.no_dns = true, .no_host = true};
	struct findings findings = {.count = 0};
	struct resolved policy;
	struct diags diags = {0};
	struct folder folder;

	folder_make(&folder);
	folder_write(&folder, "t.csv", table);
	assert_int_equal(
		policy_load(folder_write(&folder, "z.conf", CONFIG), &options, &diags, &policy), 0);
	for (size_t i = 0; i < diags.count; i++) {
		if (strcmp(diags.list[i].code, code) != 0)
			continue;
		assert_true(findings.count < 64);
		findings.text[findings.count++] = strdup(diags.list[i].text);
	}
	resolved_free(&policy);
	diags_free(&diags);
	folder_remove(&folder);
	return findings;
}

static void findings_free(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		free(findings->text[i]);
}

/* Appends rows name0.., whose ports are 1000.. and the text behind. */
static void rows_add(char **table, size_t count, const char *name, const char *zones,
		     const char *behind)
{
	for (size_t i = 0; i < count; i++) {
		char *longer;

		assert_true(asprintf(&longer, "%s%s%zu,%s,TCP,%zu%s,inbound,\n", *table, name, i,
				     zones, 1000 + i, behind) > 0);
		free(*table);
		*table = longer;
	}
}

static void test_names(void **state)
{
	struct lint_names names = {.count = 0};
	struct arena arena = {0};

	(void)state;
	assert_string_equal(lint_names_text(&names, &arena), "");
	for (size_t i = 0; i < LINT_NAMES_MAX; i++)
		lint_names_add(&names, "r");
	assert_string_equal(lint_names_text(&names, &arena), "r, r, r, r, r, r, r, r, r, r");
	lint_names_add(&names, "r");
	lint_names_add(&names, "r");
	assert_string_equal(lint_names_text(&names, &arena),
			    "r, r, r, r, r, r, r, r, r, r and 2 more");
	arena_free(&arena);
}

/* One wide rule over 100 kept ports: ten are named. */
static void test_exposed_names(void **state)
{
	char *table = strdup(HEADER "wide,world,edge,TCP,1000-2000,inbound,\n");
	struct findings findings;

	(void)state;
	rows_add(&table, 100, "k", "lan,edge", "");
	findings = findings_load("tm-ports-exposed", table);
	assert_int_equal(findings.count, 1);
	assert_string_equal(findings.text[0],
			    "rule 'wide' lets zone 'world' reach ports that are kept for other "
			    "zones by rules k0, k1, k2, k3, k4, k5, k6, k7, k8, k9 and 90 more");
	findings_free(&findings);
	free(table);
}

/* 20 + 35 wide rules: a message each for 20, one for the rest, with their number. */
static void test_exposed_rest(void **state)
{
	char *table = strdup(HEADER "kept,lan,edge,TCP,3000,inbound,\n");
	struct findings findings;

	(void)state;
	rows_add(&table, LINT_EACH_MAX + 35, "w", "world,edge", "-4000");
	findings = findings_load("tm-ports-exposed", table);
	assert_int_equal(findings.count, LINT_EACH_MAX + 1);
	assert_string_equal(findings.text[0], "rule 'w0' lets zone 'world' reach ports that are "
					      "kept for other zones by rules kept");
	assert_string_equal(findings.text[LINT_EACH_MAX],
			    "35 more rules from zones built on any reach ports that are kept for "
			    "other zones: w20, w21, w22, w23, w24, w25, w26, w27, w28, w29 and 25 "
			    "more");
	findings_free(&findings);
	free(table);
}

/* Two rules a port; the rules on ports that were shadowed before shadow nothing by themselves. */
static void test_shadowed_rest(void **state)
{
	char *table = strdup(HEADER);
	struct findings findings;

	(void)state;
	rows_add(&table, LINT_EACH_MAX, "a", "lan,edge", "");
	rows_add(&table, LINT_EACH_MAX, "b", "floor,edge", "");
	findings = findings_load("rule-shadowed", table);
	assert_int_equal(findings.count, LINT_EACH_MAX);
	assert_string_equal(findings.text[LINT_EACH_MAX - 1],
			    "rule 'b19' never counts: rule 'a19' permits all of it");
	findings_free(&findings);

	rows_add(&table, 2, "c", "floor,edge", "");
	findings = findings_load("rule-shadowed", table);
	assert_int_equal(findings.count, LINT_EACH_MAX + 1);
	assert_string_equal(findings.text[LINT_EACH_MAX],
			    "2 more rules never count: for each, a rule before it permits all of "
			    "it: c0, c1");
	findings_free(&findings);
	free(table);
}

/* The same ports for a wider zone behind a narrower one are no shadow. */
static void test_not_shadowed(void **state)
{
	struct findings findings =
		findings_load("rule-shadowed", HEADER "a,floor,edge,TCP,22,inbound,\n"
						      "b,lan,edge,TCP,22,inbound,\n"
						      "c,floor,edge,UDP,22,inbound,\n");

	(void)state;
	assert_int_equal(findings.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),	     cmocka_unit_test(test_exposed_names),
		cmocka_unit_test(test_exposed_rest), cmocka_unit_test(test_shadowed_rest),
		cmocka_unit_test(test_not_shadowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
