/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The built-in address lists. Owns them; texts, so that they read like the RFCs.
 */
#include "resolve/builtin.h"

#include <errno.h>
#include <string.h>

static const char *const any[] = {"0.0.0.0/0", "::/0", NULL};

/* RFC 1918 3; RFC 4193 3.1 */
static const char *const private[] = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7",
				      NULL};

/*
 * RFC 6890 2.2.2 and 2.2.3 as IANA keeps them: what is not globally reachable (so not 64:ff9b::/96
 * and 192.88.99.0/24). Multicast is there too: it is never a source.
 */
static const char *const bogons[] = {
	"0.0.0.0/8",	  "10.0.0.0/8",	    "100.64.0.0/10",   "127.0.0.0/8",
	"169.254.0.0/16", "172.16.0.0/12",  "192.0.0.0/24",    "192.0.2.0/24",
	"192.168.0.0/16", "198.18.0.0/15",  "198.51.100.0/24", "203.0.113.0/24",
	"224.0.0.0/4",	  "240.0.0.0/4",    "::/128",	       "::1/128",
	"::ffff:0:0/96",  "64:ff9b:1::/48", "100::/64",	       "2001::/23",
	"2001:db8::/32",  "2002::/16",	    "3fff::/20",       "5f00::/16",
	"fc00::/7",	  "fe80::/10",	    "ff00::/8",	       NULL,
};

int builtin_add(enum member_kind kind, struct address_set_builder *builder)
{
	const char *const *texts = kind == MEMBER_ANY	    ? any
				   : kind == MEMBER_PRIVATE ? private
							    : bogons;

	for (; *texts; texts++) {
		struct address_range range;
		const char *error;
		int err = address_range_parse(*texts, strlen(*texts), &range, &error);

		if (!err && range.ipv6)
			err = address_set_builder_add6(builder, range.v6.first, range.v6.last);
		else if (!err)
			err = address_set_builder_add4(builder, range.v4.first, range.v4.last);
		if (err)
			return err;
	}
	return 0;
}
