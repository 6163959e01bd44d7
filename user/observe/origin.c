/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Origin ports as they are used. Owns the measurement; the list of sockets is kernel/sockets.c.
 */
#include "observe/origin.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

#include "kernel/nic.h"
#include "kernel/sockets.h"

static int socket_note(const struct tcp_socket *socket, void *context)
{
	struct port_use *use = context;
	uint64_t *bits = socket->state == TCP_TIME_WAIT ? use->waiting : use->used;

	bits[socket->lport / 64] |= UINT64_C(1) << (socket->lport % 64);
	return 0;
}

int port_use_read(struct port_use *ret_use)
{
	memset(ret_use, 0, sizeof(*ret_use));
	return tcp_sockets_dump(TCP_STATES_ALL, socket_note, ret_use);
}

struct origin_use origin_use_of(const struct port_use *use, uint16_t first, uint16_t last)
{
	struct origin_use sum = {0};

	if (!first && !last)
		return sum;
	for (uint32_t port = first; port <= last; port++) {
		uint64_t bit = UINT64_C(1) << (port % 64);

		sum.ports++;
		if (use->used[port / 64] & bit)
			sum.in_use++;
		else if (use->waiting[port / 64] & bit)
			sum.time_wait++;
	}
	return sum;
}

bool origin_is_nearly_full(const struct origin_use *use)
{
	return (uint64_t)(use->in_use + use->time_wait) * 100 >
	       (uint64_t)use->ports * ORIGIN_FULL_PERCENT;
}

static int lines_take(struct origin_state *state, const struct port_use *use)
{
	const struct counters *counters = &state->counters;

	state->lines = arena_alloc(&state->counters.arena, counters->line_count + 1,
				   sizeof(*state->lines));
	if (!state->lines)
		return -ENOMEM;
	for (size_t i = 0; i < counters->line_count; i++) {
		const struct line_count *line = &counters->lines[i];
		struct origin_line_state *one = &state->lines[state->count];

		if (!line->in_policy)
			continue;
		one->line = line;
		if (state->use_known)
			one->use = origin_use_of(use, line->first, line->last);
		state->count++;
	}
	return 0;
}

int origin_state_read(const struct firewall *firewall, struct report *report,
		      struct origin_state *ret_state)
{
	struct origin_state state = {0};
	struct port_use use = {0};
	int error = counters_read(firewall, report, &state.counters);

	if (error)
		return error;
	/* Sockets are those of the caller's namespace: they must be those of the guarded NICs. */
	state.use_known = firewall->about->netns_cookie == netns_cookie();
	if (state.use_known)
		error = port_use_read(&use);
	if (error)
		report_fail(report, error, "listing the host's TCP sockets");
	else
		error = lines_take(&state, &use);
	if (error) {
		origin_state_free(&state);
		return error;
	}
	*ret_state = state;
	return 0;
}

void origin_state_free(struct origin_state *state)
{
	counters_free(&state->counters);
	*state = (struct origin_state){0};
}

const struct origin_line_state *origin_state_find(const struct origin_state *state,
						  const char *text, uint32_t number, uint16_t first,
						  uint16_t last)
{
	for (size_t i = 0; i < state->count; i++) {
		const struct line_count *line = state->lines[i].line;

		/* Long texts are cut in the records. */
		if (line->number == number && line->first == first && line->last == last &&
		    !strncmp(line->text, text, ZG_NAME_SIZE - 1))
			return &state->lines[i];
	}
	return NULL;
}
