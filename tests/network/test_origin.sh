#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# tcpoport.ini on the wire: origin ports inside and outside their ranges, the first matching line, `*`,
# `!`, 0, no line; FTP's port 20; audit; a reload with other lines. By connections and by the counters.
# shellcheck source=tests/network/begin.sh
. "$(dirname "$0")/begin.sh" or

count() {
	gate_count edge "$NET_ID" line "$@"
}

# lines TEXT...: the file's lines
lines() {
	printf '%s\n' "$@" >"$NET_TMP/site/tcpoport.ini"
}

net_site
server_ftp edge 21 50000-50100
server_web internet "80 8080" 443
server_echo internet tcp:{21,22,2200,2201,2300,2301,5000} udp:5000
server_echo partner tcp:{22,5000}
site_copy "$NET_TMP/site"
conf=$NET_TMP/site/zonegate.conf

lines "; comment" \
	"203.0.113.7 22: 65001" \
	"203.0.113.7  2200-2300 :  64000-64010" \
	"203.0.113.8 *: 63000-63005" \
	"203.0.113.8 22: 62000-62005" \
	"*.51.*.20 5000: 0" \
	"! 203.0.113.* *: 42000-42010"
first="203.0.113.7 22"

probe_add edge open "line 2, its port" tcp -,65001 203.0.113.7 22
probe_add edge blocked "line 2, the port before" tcp -,65000 203.0.113.7 22
probe_add edge blocked "line 2, the port after" tcp -,65002 203.0.113.7 22
probe_add edge blocked "line 2, the system's choice" tcp - 203.0.113.7 22
probe_add edge open "line 3, range ends" tcp -,64000 203.0.113.7 2200
probe_add edge open "line 3, range ends" tcp -,64010 203.0.113.7 2300
probe_add edge blocked "line 3, outside" tcp -,63999 203.0.113.7 2200
probe_add edge blocked "line 3, outside" tcp -,64011 203.0.113.7 2300
probe_add edge open "behind line 3's ports no line" tcp -,40001 203.0.113.7 2301
probe_add edge open "line 4, any port" tcp -,63001 203.0.113.8 5000
probe_add edge open "line 4 wins over line 5" tcp -,63002 203.0.113.8 22
probe_add edge blocked "line 5 is hidden" tcp -,62001 203.0.113.8 22
probe_add edge open "line 6: any origin port" tcp -,40002 198.51.100.20 5000
probe_add edge open "line 7: not 203.0.113.*" tcp -,42003 198.51.100.20 22
probe_add edge blocked "line 7, outside" tcp -,41999 198.51.100.20 22
probe_add edge blocked "line 7: IPv6 is not 203.0.113.* either" tcp -,40004 2001:db8:7::7 5000
probe_add edge open "line 7: IPv6 inside" tcp -,42004 2001:db8:7::7 5000
probe_add internet open "replies of an accepted service" tcp - 192.0.2.80 21
probe_add internet open "replies of an accepted service, IPv6" tcp - 2001:db8:1::80 21
probe_before

tap_need "apply" gate edge "$NET_ID" apply -c "$conf"
probe_after ""
tap_is "line 2 counted its connections" 1 "$(count 2 connections)"
tap_is "line 3 counted its connections" 2 "$(count 3 connections)"
tap_is "line 4 counted its connections" 2 "$(count 4 connections)"
tap_is "line 5 counted nothing" 0 "$(count 5 connections)"
tap_is "line 7 counted its connections" 2 "$(count 7 connections)"
# A dropped SYN is tried again: at least one a probe.
tap_true "line 2 counted violations" test "$(count 2 violations)" -ge 3
tap_true "line 4, not 5, counted the violation" test "$(count 4 violations)" -ge 1
tap_is "line 5 counted no violation" 0 "$(count 5 violations)"
tap_is "every origin-port drop is a line's violation" "$(gate_count edge "$NET_ID" drop egress origin-port)" \
	"$(count any violations)"

tap_is "FTP active: data from port 20 needs no line" "hello from the other side" \
	"$(client_lftp partner active 192.0.2.80 hello.txt 2>&1)"
tap_is "port 20 elsewhere is not FTP's: UDP is in no line, and in no rule" filtered \
	"$(echo "udp -,20 203.0.113.7 5000" | on edge "$NET_HERE/probe.py" | cut -d ' ' -f 1)"

site_set "$conf" origin-ports mode audit
tap_need "mode = audit: apply" gate edge "$NET_ID" apply -c "$conf"
before=$(count 2 violations)
tap_is "audit: what is outside passes" open \
	"$(echo "tcp -,65010 ${first% *} ${first#* }" | on edge "$NET_HERE/probe.py" | cut -d ' ' -f 1)"
tap_is "audit: and is counted" "$((before + 1))" "$(count 2 violations)"

site_set "$conf" origin-ports mode enforce
lines "203.0.113.7 22: 61000-61001"
tap_need "another file: apply" gate edge "$NET_ID" apply -c "$conf"
tap_is "the new range holds" open \
	"$(echo "tcp -,61001 203.0.113.7 22" | on edge "$NET_HERE/probe.py" | cut -d ' ' -f 1)"
tap_is "the old one does not" filtered \
	"$(echo "tcp -,65001 203.0.113.7 22" | on edge "$NET_HERE/probe.py" | cut -d ' ' -f 1)"
lines "203.0.113.7 22: 70000"
tap_is "a file with an error is refused with status 1" 1 \
	"$(gate edge "$NET_ID" apply -c "$conf" >/dev/null 2>"$NET_TMP/said"; echo $?)"
tap_true "with its place" grep -q "tcpoport.ini:1:" "$NET_TMP/said"
tap_is "and the policy stays" open \
	"$(echo "tcp -,61000 203.0.113.7 22" | on edge "$NET_HERE/probe.py" | cut -d ' ' -f 1)"
tap_end
