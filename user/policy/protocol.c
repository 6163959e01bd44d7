/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Protocol labels: the vendor's, common services', IP protocols by name or number.
 * Owns the list of labels. Ours rather than /etc/protocols: a check means the same on every host.
 */
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "policy/service.h"

#define LABEL_TCP(name)                                                                            \
	{                                                                                          \
		name,                                                                              \
		{                                                                                  \
			PROTOCOL_IP, IPPROTO_TCP, false                                            \
		}                                                                                  \
	}
#define LABEL_UDP(name)                                                                            \
	{                                                                                          \
		name,                                                                              \
		{                                                                                  \
			PROTOCOL_IP, IPPROTO_UDP, false                                            \
		}                                                                                  \
	}
#define LABEL_FTP(name)                                                                            \
	{                                                                                          \
		name,                                                                              \
		{                                                                                  \
			PROTOCOL_IP, IPPROTO_TCP, true                                             \
		}                                                                                  \
	}
#define LABEL_BOTH(name)                                                                           \
	{                                                                                          \
		name,                                                                              \
		{                                                                                  \
			PROTOCOL_TCP_UDP, 0, false                                                 \
		}                                                                                  \
	}
#define LABEL_ANY(name)                                                                            \
	{                                                                                          \
		name,                                                                              \
		{                                                                                  \
			PROTOCOL_ANY, 0, false                                                     \
		}                                                                                  \
	}
#define LABEL_IP(name, number)                                                                     \
	{                                                                                          \
		name,                                                                              \
		{                                                                                  \
			PROTOCOL_IP, number, false                                                 \
		}                                                                                  \
	}

/* In lower case; IP protocol numbers from IANA's registry. */
static const struct label {
	const char *name;
	struct protocol protocol;
} labels[] = {
	LABEL_FTP("ftp(s)"),
	LABEL_FTP("ftp"),
	LABEL_FTP("ftps"),
	LABEL_TCP("http"),
	LABEL_TCP("https"),
	LABEL_TCP("ssh"),
	LABEL_TCP("sftp"),
	LABEL_TCP("scp"),
	LABEL_TCP("as2"),
	LABEL_TCP("as2 (ssl)"),
	LABEL_TCP("as2 (non-ssl)"),
	LABEL_TCP("pesit"),
	LABEL_TCP("pesit over plain socket"),
	LABEL_TCP("pesit over secured socket"),
	LABEL_TCP("pesit over secured socket (cft compatible)"),
	LABEL_TCP("pesit over secured socket (not cft compatible)"),
	LABEL_TCP("pesit over ptcp plain socket"),
	LABEL_TCP("pesit over ptcp secured socket"),
	LABEL_TCP("smtp"),
	LABEL_UDP("snmp"),
	LABEL_TCP("siteminder"),
	LABEL_TCP("ldap"),
	LABEL_TCP("ldaps"),
	LABEL_TCP("tcp over ssl"),
	LABEL_TCP("tcp over tls"),
	LABEL_TCP("socks"),
	LABEL_TCP("socks5"),
	LABEL_TCP("proprietary"),
	LABEL_UDP("ntp"),
	LABEL_UDP("dhcp"),
	LABEL_BOTH("dns"),
	LABEL_BOTH("tcp and udp"),
	LABEL_BOTH("udp and tcp"),
	LABEL_BOTH("tcp/udp"),
	LABEL_BOTH("tcp, udp"),
	LABEL_ANY("any"),
	LABEL_ANY("ip"),
	LABEL_ANY("all"),
	LABEL_TCP("tcp"),
	LABEL_UDP("udp"),
	LABEL_IP("icmp", 1),
	LABEL_IP("igmp", 2),
	LABEL_IP("ipip", 4),
	LABEL_IP("egp", 8),
	LABEL_IP("igp", 9),
	LABEL_IP("dccp", 33),
	LABEL_IP("ipv6", 41),
	LABEL_IP("6in4", 41),
	LABEL_IP("rsvp", 46),
	LABEL_IP("gre", 47),
	LABEL_IP("esp", 50),
	LABEL_IP("ah", 51),
	LABEL_IP("icmpv6", 58),
	LABEL_IP("icmp6", 58),
	LABEL_IP("ipv6-icmp", 58),
	LABEL_IP("eigrp", 88),
	LABEL_IP("ospf", 89),
	LABEL_IP("pim", 103),
	LABEL_IP("vrrp", 112),
	LABEL_IP("carp", 112),
	LABEL_IP("l2tp", 115),
	LABEL_IP("sctp", 132),
	LABEL_IP("udplite", 136),
	LABEL_IP("hip", 139),
};
#define LABELS (sizeof(labels) / sizeof(*labels))

static const struct protocol *label_find(const char *folded)
{
	for (size_t i = 0; i < LABELS; i++) {
		if (!strcmp(labels[i].name, folded))
			return &labels[i].protocol;
	}
	return NULL;
}

static bool number_find(const char *text, struct protocol *ret_protocol)
{
	unsigned int number = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text))
			return false;
		number = number * 10 + (unsigned int)(*text - '0');
		if (number > 255)
			return false;
	}
	*ret_protocol = (struct protocol){PROTOCOL_IP, (uint8_t)number, false};
	return true;
}

/* "SMTP (TCP)", "SNMP (UDP)", "Backup (TCP and UDP)": the remark itself names the transport. */
static const struct protocol *remark_find(char *folded)
{
	char *open = strrchr(folded, '('), *close = strrchr(folded, ')');

	if (!open || !close || close[1] || close < open)
		return NULL;
	*close = '\0';
	if (!strcmp(open + 1, "tcp") || !strcmp(open + 1, "udp") ||
	    !strcmp(open + 1, "tcp and udp"))
		return label_find(open + 1);
	return NULL;
}

static void report_label(const struct word *label, const char *folded, struct diags *diags)
{
	struct diag *diag = word_diag(diags, DIAG_ERROR, "protocol-unknown", label,
				      "'%s' is not a protocol that is known here", label->text);
	const char *names[LABELS], *near;

	for (size_t i = 0; i < LABELS; i++)
		names[i] = labels[i].name;
	near = diag_did_you_mean(folded, names, LABELS);
	if (near)
		diag_hint(diag, "did you mean '%s'?", near);
	else
		diag_hint(diag, "write tcp, udp, or name the transport behind it: %s (TCP)",
			  label->text);
}

int protocol_parse(const struct word *label, struct arena *arena, struct diags *diags,
		   struct protocol *ret_protocol)
{
	char *folded = text_fold(label->text, false, arena);
	char *bare = text_fold(label->text, true, arena);
	const struct protocol *found;

	if (!folded || !bare)
		return -ENOMEM;
	if (number_find(folded, ret_protocol))
		return 0;
	if (!*folded) {
		word_diag(diags, DIAG_ERROR, "protocol-missing", label, "the protocol is missing");
		return -EINVAL;
	}
	found = label_find(folded);
	if (!found)
		found = remark_find(folded);
	if (!found)
		found = label_find(bare);
	if (!found) {
		report_label(label, bare, diags);
		return -EINVAL;
	}
	*ret_protocol = *found;
	return 0;
}
