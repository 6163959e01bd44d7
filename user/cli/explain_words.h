/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What to do about a verdict, in words. Owns the advice; the sentences of the reasons themselves
 * are reasons.h's.
 */
#ifndef USER_CLI_EXPLAIN_WORDS_H
#define USER_CLI_EXPLAIN_WORDS_H

#include "judge/judge.h"
#include "judge/question.h"
#include "resolve/resolved.h"

/* An answered question. */
struct explanation {
	const struct resolved *policy;
	const struct question *question;
	const struct judge_verdict *verdict;
};

/* Several lines for people, on stdout. */
void explanation_print(const struct explanation *explanation);

#endif
