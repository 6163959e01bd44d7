// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The fuzzer's bytes are tcpoport.ini. What loads is asked by SYNs of this host, and held against a
 * walk over the lines that is written here from the format's description.
 */
#include <stdint.h>
#include <string.h>

#include "judge/judge.h"
#include "must.h"
#include "site.h"
#include "texts.h"

#define CONF SITE_HOST SITE_ZONES SITE_FILES "mode = enforce\n[policy]\negress = pass\n"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	texts_init();
	text_set(TEXT_CONF, CONF, sizeof(CONF) - 1);
	return 0;
}

struct connection {
	uint8_t remote[4];
	uint16_t port, origin;
};

static bool line_takes(const struct origin_line *line, const struct connection *connection)
{
	bool takes = line->kind == ORIGIN_PATTERN;

	if (line->kind == ORIGIN_NAME) /* none resolves here, and such a line takes nothing */
		return false;
	for (int i = 0; i < 4 && takes; i++)
		takes = line->octet[i] < 0 || line->octet[i] == connection->remote[i];
	takes = takes && connection->port >= line->ports.first &&
		connection->port <= line->ports.last;
	return takes != line->negated;
}

/* 1 + index of the line, 0: none. */
static size_t line_naive(const struct resolved *policy, const struct connection *connection)
{
	for (size_t i = 0; i < policy->line_count; i++)
		if (line_takes(&policy->lines[i], connection))
			return i + 1;
	return 0;
}

static void connection_holds(struct judge *judge, const struct resolved *policy,
			     const struct connection *connection)
{
	uint8_t syn[54] = {[12] = 0x08, [14] = 0x45, [17] = 40,	 [22] = 64, [23] = 6,
			   [26] = 192,	[27] = 0,    [28] = 2,	 [29] = 10, [34] = 0,
			   [46] = 0x50, [47] = 0x02, [48] = 255, [49] = 255};
	const struct judge_frame frame = {.hook = ZG_EGRESS, .data = syn, .size = sizeof(syn)};
	size_t expected = line_naive(policy, connection);
	const struct origin_line *line = expected ? &policy->lines[expected - 1] : NULL;
	struct judge_verdict verdict;
	bool permitted;

	memcpy(&syn[30], connection->remote, 4);
	syn[34] = (uint8_t)(connection->origin >> 8);
	syn[35] = (uint8_t)connection->origin;
	syn[36] = (uint8_t)(connection->port >> 8);
	syn[37] = (uint8_t)connection->port;
	judge_forget(judge);
	judge_frame(judge, &frame, &verdict);
	/* No origin is asked of what is no connection, nor of FTP's active mode. */
	if (verdict.reason != ZG_R_RULE && verdict.reason != ZG_R_DEFAULT_PASS &&
	    verdict.reason != ZG_R_ORIGIN_PORT)
		return;
	MUST(verdict.line == expected, "%u.%u.%u.%u:%u: line %u, not %zu", syn[30], syn[31],
	     syn[32], syn[33], connection->port, verdict.line, expected);
	permitted = !line || (!line->origin.first && !line->origin.last) ||
		    (connection->origin >= line->origin.first &&
		     connection->origin <= line->origin.last);
	MUST(permitted == (verdict.reason != ZG_R_ORIGIN_PORT), "line %zu, origin %u: reason %u",
	     expected, connection->origin, verdict.reason);
}

/* Around each line's own destination and ports. */
static void lines_hold(const struct resolved *policy, const struct image *image)
{
	struct judge judge;

	MUST(!judge_init(&judge, image), "memory");
	for (size_t i = 0; i < policy->line_count && i < 100; i++) {
		const struct origin_line *line = &policy->lines[i];
		struct connection connection = {.origin = line->origin.first};

		for (int k = 0; k < 4; k++)
			connection.remote[k] = line->octet[k] < 0
						       ? (uint8_t)(i * 7 + (size_t)k + 11)
						       : (uint8_t)line->octet[k];
		for (int turn = 0; turn < 6; turn++) {
			connection.port = turn & 1 ? line->ports.last : line->ports.first;
			if (turn == 2)
				connection.origin = (uint16_t)(line->origin.last + 1);
			if (turn == 4)
				connection.remote[3] ^= 1;
			connection.port += turn == 5;
			if (connection.port && connection.origin)
				connection_holds(&judge, policy, &connection);
		}
	}
	judge_free(&judge);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct resolved policy;
	struct image image;

	text_set(TEXT_ORIGIN, data, size);
	if (!texts_load(&policy, &image))
		return 0;
	lines_hold(&policy, &image);
	texts_release(&policy, &image);
	return 0;
}
