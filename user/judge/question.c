/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Words to a question, a question to a frame. Checksums stay 0: no hook looks at them. Must not
 * know what the answer will be.
 */
#include "judge/question.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TCP_PROTO 6
#define UDP_PROTO 17
#define ICMP_PROTO 1
#define ICMPV6_PROTO 58
#define TCP_SYN_FLAG 0x02
#define EPHEMERAL_PORT 50000 /* of the party that asks, when the question names none */

static const struct protocol_word {
	const char *name;
	uint8_t proto;
} protocol_words[] = {
	{"tcp", 6},  {"udp", 17}, {"icmp", 1}, {"icmp6", 58}, {"icmpv6", 58}, {"igmp", 2},
	{"gre", 47}, {"esp", 50}, {"ah", 51},  {"vrrp", 112}, {"sctp", 132},  {"ospf", 89},
};

static const struct flag_word {
	const char *name;
	uint8_t flag;
} flag_words[] = {
	{"fin", 0x01}, {"syn", 0x02}, {"rst", 0x04}, {"psh", 0x08}, {"ack", 0x10},
	{"urg", 0x20}, {"ece", 0x40}, {"cwr", 0x80}, {"none", 0},
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static int refuse(char ret_error[QUESTION_ERROR_MAX], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int refuse(char ret_error[QUESTION_ERROR_MAX], const char *format, ...)
{
	va_list values;

	va_start(values, format);
	vsnprintf(ret_error, QUESTION_ERROR_MAX, format, values);
	va_end(values);
	return -EINVAL;
}

/* A whole number from 0 to max; false when the text is something else. */
static bool number_parse(const char *text, unsigned long max, unsigned long *ret_number)
{
	unsigned long number;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || *end || number > max)
		return false;
	*ret_number = number;
	return true;
}

static int protocol_parse(const char *word, uint8_t *ret_proto, char ret_error[QUESTION_ERROR_MAX])
{
	unsigned long number;

	for (size_t i = 0; i < COUNT(protocol_words); i++) {
		if (!strcasecmp(word, protocol_words[i].name)) {
			*ret_proto = protocol_words[i].proto;
			return 0;
		}
	}
	if (!number_parse(word, 255, &number))
		return refuse(ret_error, "unknown protocol '%s'; tcp, udp, icmp, or a number",
			      word);
	*ret_proto = (uint8_t)number;
	return 0;
}

/* Cuts "address:port" or "[address]:port" in two; *ret_port is "" without a port. */
static bool party_split(char *text, char **ret_address, char **ret_port)
{
	char *end = text + strlen(text), *colon = strrchr(text, ':'), *bracket;

	*ret_address = text;
	*ret_port = end;
	if (*text == '[') {
		bracket = strchr(text, ']');
		if (!bracket || (bracket[1] && bracket[1] != ':'))
			return false;
		*bracket = '\0';
		*ret_address = text + 1;
		*ret_port = bracket[1] ? bracket + 2 : end;
	} else if (colon && strchr(text, ':') == colon) {
		*colon = '\0';
		*ret_port = colon + 1;
	}
	return true;
}

static int party_parse(const char *word, struct question_party *ret_party, bool *ret_ipv6,
		       bool *ret_port_given, char ret_error[QUESTION_ERROR_MAX])
{
	char text[80], *address, *port;
	unsigned long number = 0;

	if (strlen(word) >= sizeof(text))
		return refuse(ret_error, "'%.40s...' is not an address", word);
	strcpy(text, word);
	if (!party_split(text, &address, &port))
		return refuse(ret_error, "'%s': an IPv6 address with a port is [address]:port",
			      word);
	*ret_port_given = *port;
	if (*port && !number_parse(port, 65535, &number))
		return refuse(ret_error, "'%s' is not a port", port);
	ret_party->port = (uint16_t)number;
	*ret_ipv6 = strchr(address, ':');
	if (inet_pton(*ret_ipv6 ? AF_INET6 : AF_INET, address, ret_party->address) != 1)
		return refuse(ret_error, "'%s' is not an address (names are not resolved here)",
			      address);
	return 0;
}

static int flags_parse(const char *value, uint8_t *ret_flags, char ret_error[QUESTION_ERROR_MAX])
{
	uint8_t flags = 0;

	while (*value) {
		size_t length = strcspn(value, "|,+"), i;

		for (i = 0; i < COUNT(flag_words); i++) {
			if (strlen(flag_words[i].name) == length &&
			    !strncasecmp(value, flag_words[i].name, length))
				break;
		}
		if (i == COUNT(flag_words))
			return refuse(ret_error, "unknown TCP flag '%.*s'", (int)length, value);
		flags |= flag_words[i].flag;
		value += length + (value[length] != '\0');
	}
	*ret_flags = flags;
	return 0;
}

static bool option_is(const char *word, const char *name, const char **ret_value)
{
	size_t length = strlen(name);

	if (strncmp(word, name, length) != 0 || word[length] != '=')
		return false;
	*ret_value = word + length + 1;
	return true;
}

static int question_option(const char *word, struct question *question,
			   char ret_error[QUESTION_ERROR_MAX])
{
	unsigned long number = 0;
	const char *value;

	if (option_is(word, "flags", &value)) {
		if (question->proto != TCP_PROTO)
			return refuse(ret_error, "flags= is for tcp");
		return flags_parse(value, &question->tcp_flags, ret_error);
	}
	if (option_is(word, "via", &value)) {
		if (!*value || strlen(value) >= sizeof(question->nic))
			return refuse(ret_error, "'%s' is not the name of a NIC", value);
		strcpy(question->nic, value);
		return 0;
	}
	if (option_is(word, "type", &value) && number_parse(value, 255, &number))
		question->icmp_type = (uint8_t)number;
	else if (option_is(word, "code", &value) && number_parse(value, 255, &number))
		question->icmp_code = (uint8_t)number;
	else if (option_is(word, "id", &value) && number_parse(value, 65535, &number))
		question->icmp_id = (uint16_t)number;
	else
		return refuse(ret_error, "'%s' is not flags=, type=, code=, id= or via=", word);
	if (question->proto != ICMP_PROTO && question->proto != ICMPV6_PROTO)
		return refuse(ret_error, "'%s' is for icmp", word);
	return 0;
}

static int question_ports(struct question *question, bool source_given, bool destination_given,
			  char ret_error[QUESTION_ERROR_MAX])
{
	if (question->proto == TCP_PROTO || question->proto == UDP_PROTO) {
		if (!destination_given)
			return refuse(ret_error, "the destination needs a port");
		if (!source_given)
			question->source.port = EPHEMERAL_PORT;
		return 0;
	}
	if (source_given || destination_given)
		return refuse(ret_error, "ports are for tcp and udp");
	return 0;
}

int question_parse(char *const *words, size_t count, struct question *ret_question,
		   char ret_error[QUESTION_ERROR_MAX])
{
	struct question question = {.tcp_flags = TCP_SYN_FLAG, .icmp_id = 1};
	bool source_given = false, destination_given = false, ipv6 = false;
	int err;

	if (count && (!strcmp(words[0], "in") || !strcmp(words[0], "out"))) {
		question.hook_given = true;
		question.hook = words[0][0] == 'i' ? ZG_INGRESS : ZG_EGRESS;
		words++;
		count--;
	}
	if (count < 3)
		return refuse(ret_error, "a question is [in|out] PROTO SRC[:PORT] DST[:PORT]");
	err = protocol_parse(words[0], &question.proto, ret_error);
	if (!err)
		err = party_parse(words[1], &question.source, &question.ipv6, &source_given,
				  ret_error);
	if (!err)
		err = party_parse(words[2], &question.destination, &ipv6, &destination_given,
				  ret_error);
	if (err)
		return err;
	if (ipv6 != question.ipv6)
		return refuse(ret_error, "one address is IPv4, the other IPv6");
	if (ipv6 && question.proto == ICMP_PROTO)
		question.proto = ICMPV6_PROTO;
	question.icmp_type = ipv6 ? 128 : 8;
	err = question_ports(&question, source_given, destination_given, ret_error);
	for (size_t i = 3; i < count && !err; i++)
		err = question_option(words[i], &question, ret_error);
	if (!err)
		*ret_question = question;
	return err;
}

static void put16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* The transport header; answers its size. */
static size_t question_transport(const struct question *question, uint8_t *at)
{
	switch (question->proto) {
	case TCP_PROTO:
		put16(at, question->source.port);
		put16(at + 2, question->destination.port);
		at[12] = 5 << 4;
		at[13] = question->tcp_flags;
		put16(at + 14, 65535);
		return 20;
	case UDP_PROTO:
		put16(at, question->source.port);
		put16(at + 2, question->destination.port);
		put16(at + 4, 8);
		return 8;
	case ICMP_PROTO:
	case ICMPV6_PROTO:
		at[0] = question->icmp_type;
		at[1] = question->icmp_code;
		put16(at + 4, question->icmp_id);
		return 8;
	default:
		return 8; /* any payload will do */
	}
}

/* Neighbour discovery and MLD have fixed hop limits, and fields behind the ICMP header. */
static bool question_is_link_message(const struct question *question)
{
	return question->proto == ICMPV6_PROTO && question->icmp_type >= 130;
}

size_t question_frame(const struct question *question, uint8_t ret_frame[QUESTION_FRAME_MAX])
{
	uint8_t *ip = ret_frame + 14;
	size_t header = question->ipv6 ? 40 : 20, payload;

	memset(ret_frame, 0, QUESTION_FRAME_MAX);
	payload = question_transport(question, ip + header);
	if (question_is_link_message(question))
		payload += 16;
	put16(ret_frame + 12, question->ipv6 ? 0x86dd : 0x0800);
	if (question->ipv6) {
		ip[0] = 6 << 4;
		put16(ip + 4, payload);
		ip[6] = question->proto;
		ip[7] = 64;
		if (question_is_link_message(question))
			ip[7] = question->icmp_type >= 133 && question->icmp_type <= 137 ? 255 : 1;
		memcpy(ip + 8, question->source.address, 16);
		memcpy(ip + 24, question->destination.address, 16);
	} else {
		ip[0] = 4 << 4 | 5;
		put16(ip + 2, header + payload);
		ip[8] = question->proto == 2 ? 1 : 64;
		ip[9] = question->proto;
		memcpy(ip + 12, question->source.address, 4);
		memcpy(ip + 16, question->destination.address, 4);
	}
	return 14 + header + payload;
}
