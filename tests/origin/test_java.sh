#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Java: IPv6 sockets with mapped destinations by default, and IPv4 ones when told to.
# shellcheck source=tests/origin/begin.sh
. "$(dirname "$0")/begin.sh" oj

command -v java >/dev/null || { tap_skip "Java" "no java here"; tap_end; }
net_site
server_echo internet tcp:22
origin_site assign "203.0.113.7 22: 61000-61019" "! 203.0.113.* *: 28000-28019"
tap_need "apply" gate edge "$NET_ID" apply -c "$conf"

# java OPTION ADDRESS: the ways that left from the range
ways() {
	grouped java "$1" "$ORIGIN_TOOLS/Dial.java" "$2" 22 2>&1 | tee -a "$NET_TMP/java.log" |
		awk '{ print $2 }' | within "$3" "$4"
}

tap_is "dual-stack sockets" 3 "$(ways -Djava.net.preferIPv4Stack=false 203.0.113.7 61000 61019)"
tap_is "IPv4 sockets" 3 "$(ways -Djava.net.preferIPv4Stack=true 203.0.113.7 61000 61019)"
tap_is "IPv6" 3 "$(ways -Djava.net.preferIPv6Addresses=true 2001:db8:7::7 28000 28019)"
tap_end
