/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A question to the judge in words: "in tcp 203.0.113.7:40000 192.0.2.80:443 flags=ack" to a frame.
 * Owns the words. Knows no policy and prints nothing.
 */
#ifndef USER_JUDGE_QUESTION_H
#define USER_JUDGE_QUESTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/reasons.h>

#define QUESTION_FRAME_MAX 128
#define QUESTION_ERROR_MAX 192
#define QUESTION_NIC_MAX 16

struct question_party {
	uint8_t address[16]; /* network order; IPv4 in the first four bytes */
	uint16_t port;
};

struct question {
	bool hook_given; /* else hook is to be found from the addresses */
	enum zg_hook hook;
	bool ipv6;
	uint8_t proto;
	struct question_party source, destination;
	uint8_t tcp_flags;
	uint8_t icmp_type, icmp_code;
	uint16_t icmp_id;
	char nic[QUESTION_NIC_MAX]; /* via=NIC; "": none in particular */
};

/*
 * [in|out] PROTO SRC[:PORT] DST[:PORT] [flags=syn|ack|...] [type=N] [code=N] [id=N] [via=NIC].
 * IPv6 with a port as [address]:port. TCP without flags is a SYN, ICMP without a type an echo
 * request. 0; -EINVAL with ret_error, a sentence for people.
 */
int question_parse(char *const *words, size_t count, struct question *ret_question,
		   char ret_error[QUESTION_ERROR_MAX]);

/* The frame of the question, without payload; answers its size. */
size_t question_frame(const struct question *question, uint8_t ret_frame[QUESTION_FRAME_MAX]);

#endif
