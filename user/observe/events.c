/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A drop as words. Owns spelling. Prints nothing.
 */
#include "observe/events.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "observe/counters.h"

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

static int64_t clock_now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void address_describe(const uint8_t *address, bool ipv6, char ret_text[INET6_ADDRSTRLEN])
{
	if (ipv6)
		inet_ntop(AF_INET6, address, ret_text, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET, address + 12, ret_text, INET6_ADDRSTRLEN);
}

static bool bytes_are_zero(const uint8_t *bytes, size_t size)
{
	while (size--)
		if (bytes[size])
			return false;
	return true;
}

static void addresses_describe(const struct zg_event *event, struct event_words *words)
{
	/* connect() of a socket without an address yet: the source is all zeros. */
	words->is_ipv6 = memcmp(event->daddr, mapped, sizeof(mapped)) != 0;
	words->is_ip = !bytes_are_zero(event->saddr, 16) || !bytes_are_zero(event->daddr, 16);
	if (!words->is_ip)
		return;
	address_describe(event->saddr, words->is_ipv6, words->source);
	address_describe(event->daddr, words->is_ipv6, words->destination);
}

static void protocol_describe(const struct zg_event *event, struct event_words *words)
{
	static const char letters[] = "FSRPAUEC";
	size_t used = 0;

	words->has_ports = event->proto == IPPROTO_TCP || event->proto == IPPROTO_UDP;
	words->sport = ntohs(event->sport);
	words->dport = ntohs(event->dport);
	switch (event->proto) {
	case IPPROTO_TCP:
		strcpy(words->protocol, "tcp");
		break;
	case IPPROTO_UDP:
		strcpy(words->protocol, "udp");
		break;
	case IPPROTO_ICMP:
		strcpy(words->protocol, "icmp");
		break;
	case IPPROTO_ICMPV6:
		strcpy(words->protocol, "icmpv6");
		break;
	default:
		if (words->is_ip)
			snprintf(words->protocol, sizeof(words->protocol), "%u", event->proto);
		break;
	}
	if (event->proto != IPPROTO_TCP || event->hook == ZG_CONNECT)
		return;
	for (int bit = 0; bit < 8; bit++)
		if (event->tcp_flags & 1u << bit)
			words->flags[used++] = letters[bit];
	if (!used)
		strcpy(words->flags, ".");
}

static void line_describe(const struct zg_event *event, const struct firewall *firewall,
			  struct event_words *words)
{
	uint32_t half = firewall ? word_in_force(firewall_word(firewall), monotonic_ms()) : 2;
	const struct zg_line_name *name;
	uint32_t slot;

	if (!event->line || event->line > ZG_LINES_MAX || half >= ZG_HALVES)
		return;
	slot = firewall->tables.origin[half].line[event->line - 1].slot;
	if (slot >= ZG_LINE_SLOTS)
		return;
	name = &firewall->line_names[slot];
	words->line = name->file_line[half];
	snprintf(words->line_text, sizeof(words->line_text), "%.*s",
		 (int)strnlen(name->text, sizeof(name->text)), name->text);
}

void event_describe(const struct zg_event *event, const struct firewall *firewall,
		    struct event_words *ret_words)
{
	int64_t age_ns = clock_now_ns(CLOCK_MONOTONIC) - (int64_t)event->time_ns;
	struct event_words words = {
		.time_us = (clock_now_ns(CLOCK_REALTIME) - age_ns) / 1000,
		.hook = hook_name(event->hook),
		.reason = reason_name(event->reason),
		.audited = event->audited,
		.pid = event->pid,
		.length = event->length,
	};

	addresses_describe(event, &words);
	protocol_describe(event, &words);
	line_describe(event, firewall, &words);
	if (event->ifindex)
		if_indextoname(event->ifindex, words.interface);
	memcpy(words.process, event->comm, sizeof(event->comm));
	for (char *p = words.process; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	if (!words.hook)
		words.hook = "?";
	if (!words.reason)
		words.reason = "?";
	*ret_words = words;
}

/* "203.0.113.7:40000", "[2001:db8::7]:40000", "203.0.113.7" */
static void party_text(const struct event_words *words, const char *address, uint16_t port,
		       char text[80])
{
	if (!words->has_ports)
		snprintf(text, 80, "%s", address);
	else if (words->is_ipv6)
		snprintf(text, 80, "[%s]:%u", address, port);
	else
		snprintf(text, 80, "%s:%u", address, port);
}

void event_details(const struct event_words *words, char ret_text[EVENT_DETAILS])
{
	char line[160] = "", process[48] = "", interface[IF_NAMESIZE + 8] = "";

	if (words->interface[0])
		snprintf(interface, sizeof(interface), " on %s", words->interface);
	if (words->line)
		snprintf(line, sizeof(line), " tcpoport line %u: %s", words->line,
			 words->line_text);
	if (words->pid)
		snprintf(process, sizeof(process), " by %s[%u]", words->process, words->pid);
	snprintf(ret_text, EVENT_DETAILS, "%s%s%s", interface, process, line);
}

void event_text(const struct event_words *words, char ret_text[EVENT_TEXT])
{
	char source[80], destination[80], details[EVENT_DETAILS], ip[192] = "", length[24] = "";

	party_text(words, words->source, words->sport, source);
	party_text(words, words->destination, words->dport, destination);
	event_details(words, details);
	if (words->is_ip)
		snprintf(ip, sizeof(ip), " %s %s > %s", words->protocol, source, destination);
	if (words->length)
		snprintf(length, sizeof(length), " %u bytes", words->length);
	snprintf(ret_text, EVENT_TEXT, "%-7s %s %s%s%s%s%s%s", words->hook,
		 words->audited ? "would drop" : "drop", words->reason, ip,
		 words->flags[0] ? " " : "", words->flags, length, details);
}
