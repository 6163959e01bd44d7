/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * zonegate explain: builds the packet of a question, runs the data plane over the compiled policy,
 * says what became of it. Owns the command; nothing here decides a verdict.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/explain_words.h"
#include "cli/json_text.h"
#include "observe/counters.h"
#include "util/cleanup.h"

#define WORDS_MAX 16

struct explainer {
	const struct context *context;
	const struct resolved *policy;
	struct judge judge;
	bool dropped;  /* some verdict was drop */
	bool misspelt; /* some question made no sense */
};

/* Is the address in a zone of this host, or one of its own? */
static bool party_is_local(const struct resolved *policy, const struct question *question,
			   const struct question_party *party)
{
	struct addr6 address6 = addr6_from_bytes(party->address);
	uint32_t address4;

	memcpy(&address4, party->address, sizeof(address4));
	address4 = ntohl(address4);
	for (size_t i = 0; i < policy->zone_count; i++) {
		const struct zone *zone = &policy->zones[i];

		if (zone->local && (question->ipv6 ? address_set_has6(&zone->addresses, address6)
						   : address_set_has4(&zone->addresses, address4)))
			return true;
	}
	return question->ipv6 ? address_set_has6(&policy->self, address6)
			      : address_set_has4(&policy->self, address4);
}

/* Left out, a packet goes out when it comes from this host and not to it. */
static void hook_deduce(const struct resolved *policy, struct question *question)
{
	if (question->hook_given)
		return;
	question->hook = party_is_local(policy, question, &question->source) &&
					 !party_is_local(policy, question, &question->destination)
				 ? ZG_EGRESS
				 : ZG_INGRESS;
}

static unsigned int group_of(const struct image *image, const char *nic)
{
	for (unsigned int group = 0; group < ZG_IFGROUPS_MAX; group++)
		if (*nic && !strcmp(image->ifgroup_name[group], nic))
			return group + 1;
	return 0;
}

/* One object a line, so that a pipe of questions is a pipe of answers. */
static void json_print_line(json_t *value)
{
	if (value)
		json_dumpf(value, stdout, JSON_COMPACT);
	json_decref(value);
	putchar('\n');
}

static json_t *verdict_json(const struct resolved *policy, const struct question *question,
			    const struct judge_verdict *verdict)
{
	bool ruled = verdict->reason == ZG_R_RULE && verdict->slot;
	json_t *line = json_null();

	if (verdict->line && verdict->line <= policy->line_count)
		line = json_integer(policy->lines[verdict->line - 1].place.line);
	return json_pack("{s:s, s:o, s:s?, s:o, s:s}", "verdict", verdict->pass ? "pass" : "drop",
			 "rule",
			 ruled ? json_text(policy->rules[verdict->slot - 1].name) : json_null(),
			 "reason", ruled ? NULL : reason_name(verdict->reason), "line", line,
			 "hook", hook_name(question->hook));
}

static void question_answer(struct explainer *explainer, struct question *question)
{
	uint8_t frame[QUESTION_FRAME_MAX];
	struct judge_frame judged = {.data = frame};
	struct judge_verdict verdict;

	hook_deduce(explainer->policy, question);
	judged.size = question_frame(question, frame);
	judged.hook = question->hook;
	judged.ifgroup = group_of(explainer->judge.image, question->nic);
	judge_forget(&explainer->judge); /* each question by itself */
	judge_frame(&explainer->judge, &judged, &verdict);
	if (!verdict.pass)
		explainer->dropped = true;
	if (explainer->context->json)
		json_print_line(verdict_json(explainer->policy, question, &verdict));
	else
		explanation_print(&(struct explanation){
			.policy = explainer->policy,
			.question = question,
			.verdict = &verdict,
		});
}

/* Answers one question, or says what is wrong with it; place: "" or "line N: ". */
static void words_answer(struct explainer *explainer, char *const *words, size_t count,
			 const char *place)
{
	char error[QUESTION_ERROR_MAX];
	struct question question;

	if (question_parse(words, count, &question, error)) {
		explainer->misspelt = true;
		fprintf(stderr, "zonegate: %s%s\n", place, error);
		if (explainer->context->json)
			json_print_line(json_pack("{s:s}", "error", error));
		return;
	}
	question_answer(explainer, &question);
}

static int stdin_answer(struct explainer *explainer)
{
	AUTO_FREE char *line = NULL;
	unsigned long number = 0;
	size_t capacity = 0;

	while (getline(&line, &capacity, stdin) >= 0) {
		char *words[WORDS_MAX], *rest = NULL, place[32];
		size_t count = 0;

		snprintf(place, sizeof(place), "line %lu: ", ++number);
		for (char *word = strtok_r(line, " \t\r\n", &rest); word && count < WORDS_MAX;
		     word = strtok_r(NULL, " \t\r\n", &rest))
			words[count++] = word;
		if (!count || words[0][0] == '#')
			continue;
		words_answer(explainer, words, count, place);
		fflush(stdout);
	}
	return ferror(stdin) ? -EIO : 0;
}

static int explain_all(struct context *context, const struct resolved *policy,
		       const struct image *image)
{
	struct explainer explainer = {.context = context, .policy = policy};
	int error = judge_init(&explainer.judge, image);

	if (!error && context->argc == 2 && !strcmp(context->argv[1], "-"))
		error = stdin_answer(&explainer);
	else if (!error)
		words_answer(&explainer, context->argv + 1, (size_t)context->argc - 1, "");
	judge_free(&explainer.judge);
	if (error) {
		fprintf(stderr, "zonegate: answering questions: %s\n", strerror(-error));
		return EXIT_SYSTEM;
	}
	if (explainer.misspelt)
		return EXIT_USAGE;
	return explainer.dropped ? EXIT_POLICY : EXIT_DONE;
}

int command_explain(struct context *context)
{
	CLEANUP(resolved_free) struct resolved policy = {0};
	CLEANUP(image_free) struct image image = {0};
	CLEANUP(diags_free) struct diags diags = {0};
	const char *unknown = option_unknown(context);
	int status;

	if (unknown)
		return usage_error(context, "unknown option %s", unknown);
	if (context->argc < 2)
		return usage_error(context, "a question is missing");
	status = cli_load(context, &policy);
	if (status)
		return status;
	if (image_build(&policy, &diags, &image)) {
		diags_print(context, &diags);
		fprintf(stderr, "zonegate: the policy cannot be compiled\n");
		return EXIT_POLICY;
	}
	return explain_all(context, &policy, &image);
}
