// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The fuzzer's bytes are a policy, then frames and time. The policy is written as text from a pool
 * of words, so that most of them load; steps.c holds their verdicts against each other.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "must.h"
#include "steps.h"
#include "texts.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct text_buffer {
	size_t length;
	char text[8192];
};

static void add(struct text_buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add(struct text_buffer *buffer, const char *format, ...)
{
	size_t room = sizeof(buffer->text) - buffer->length;
	va_list values;
	int length;

	va_start(values, format);
	length = vsnprintf(buffer->text + buffer->length, room, format, values);
	va_end(values);
	MUST(length >= 0 && (size_t)length < room, "the text is too long");
	buffer->length += (size_t)length;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	texts_init();
	text_set(TEXT_LIST, "", 0);
	return 0;
}

static const char *const members[16] = {
	"203.0.113.7",	   "203.0.113.0/24", "any",	   "private",
	"2001:db8:7::/48", "10.20.1.0/28",   "!10.20.1.1", "fd00:20::/64",
	"bogons",	   "!203.0.113.9",   "@local",	   "!@local",
	"192.0.2.0/24",	   "224.0.0.0/4",    "fe80::/10",  "198.51.100.0-198.51.100.9",
};

static const char *const services[16] = {
	"tcp,443",
	"tcp,1024-65535",
	"FTP(S),21",
	"udp,53",
	"TCP and UDP,\"80, 443\"",
	"icmp,8",
	"icmpv6,128",
	"esp,",
	"any,",
	"tcp,any",
	"udp,1-65535",
	"vrrp,",
	"icmp,any",
	"FTP(S),50000-50100",
	"igmp,",
	"tcp,8000-8100",
};

static const char *const directions[3] = {"inbound", "outbound", "both"};

static const char *const lines[8] = {
	"203.0.113.7 *: 61000-61099",
	"10.*.*.* 1-9999: 64000-64100",
	"! 10.*.*.* 8000-8100: 62000",
	"*.*.*.* 443: 0",
	"! *.*.*.* *: 0",
	"2001:db8:7::/48 *: 61050",
	"198.51.100.5 22: 1024",
	"! 203.0.113.7 443: 40000-50000",
};

static void conf_write(struct bytes *bytes, struct text_buffer *conf)
{
	static const char *const modes[4] = {"off", "audit", "enforce", "assign"};
	uint8_t flags = bytes_u8(bytes), more = bytes_u8(bytes);

	add(conf, "[host]\ninterfaces = eth0 eth1\nzones = local%s\n%s", flags & 1 ? " vip" : "",
	    flags & 2 ? "ethertypes = 0x88cc 0x8863\n" : "");
	add(conf, "[zones]\nlocal = 192.0.2.10 2001:db8::10\nvip = 192.0.2.80 2001:db8::80%s\n",
	    flags & 4 ? " 10.20.1.1" : "");
	for (int zone = 0; zone < 3; zone++) {
		uint8_t choice = bytes_u8(bytes);

		add(conf, "z%d = %s %s\n", zone, members[choice & 15], members[choice >> 4]);
	}
	if (flags & 8)
		add(conf, "[zone z0]\ninterface = eth1\n");
	add(conf, "[components]\nzones = local vip\n[rules]\ntables = rules.csv\n");
	add(conf, "[origin-ports]\nmode = %s\nfile = tcpoport.ini\n", modes[more & 3]);
	add(conf, "[policy]\nmode = %s\ningress = %s\negress = %s\nicmp_echo = %s\n",
	    (flags & 0x30) == 0x30 ? "audit" : "enforce", (flags & 0xc0) == 0xc0 ? "pass" : "drop",
	    more & 4 ? "pass" : "drop", more & 8 ? "off" : "3/s");
}

static void table_write(struct bytes *bytes, struct text_buffer *table)
{
	static const char *const zones[8] = {"z0", "z1", "z2", "local", "vip", "z0", "z1", "z2"};
	unsigned int count = bytes_u8(bytes) % 12u;

	add(table, "rule,source,destination,protocol,ports,direction,purpose\n");
	for (unsigned int i = 0; i < count; i++) {
		uint8_t who = bytes_u8(bytes), what = bytes_u8(bytes);
		const char *far = zones[who & 7], *near = who & 8 ? "local" : "vip";

		add(table, "r%u,%s,%s,%s,%s,\n", i, who & 16 ? near : far, who & 16 ? far : near,
		    services[what & 15], directions[(what >> 4) % 3]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct text_buffer conf, table, origin;
	struct bytes bytes = {data, size};
	struct resolved policy;
	struct image image;

	conf.length = table.length = origin.length = 0;
	conf_write(&bytes, &conf);
	table_write(&bytes, &table);
	for (unsigned int i = bytes_u8(&bytes) % 6u; i > 0; i--)
		add(&origin, "%s\n", lines[bytes_u8(&bytes) & 7]);
	text_set(TEXT_CONF, conf.text, conf.length);
	text_set(TEXT_TABLE, table.text, table.length);
	text_set(TEXT_ORIGIN, origin.text, origin.length);
	if (!texts_load(&policy, &image))
		return 0;
	steps_run(&image, &bytes);
	texts_release(&policy, &image);
	return 0;
}
