#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A violation is told with its tuple, its line and its process: from egress, which sees a packet, and
# from connect().
# shellcheck source=tests/origin/begin.sh
. "$(dirname "$0")/begin.sh" oe

net_site
server_echo internet tcp:22
origin_site enforce "203.0.113.7 22: 61000-61009"
tap_need "apply" gate edge "$NET_ID" apply -c "$conf"
on edge "$ZONEGATE" monitor --json --instance "$NET_ID" >"$NET_TMP/events" 2>"$NET_TMP/monitor.log" &
NET_PIDS+=($!)
# Programs tell once they are told to: connections are tried until one is heard of.
# told HOOK REASON FIELDS...: the fields of the first such event
told() {
	python3 - "$NET_TMP/events" "$@" <<-'END'
		import json, sys
		path, hook, reason, *fields = sys.argv[1:]
		for line in open(path):
		    event = json.loads(line)
		    if event["hook"] == hook and event["reason"] == reason:
		        print(*(event.get(field) for field in fields))
		        break
	END
}
heard() {
	[ -n "$(told "$1" "$2" hook)" ]
}

violate() {
	dial --timeout 0.3 --from 192.0.2.10,5555 --reuse 203.0.113.7 22 >/dev/null
	heard egress origin-port
}
net_wait "the violation" violate
tap_is "egress: tuple, line, process" "192.0.2.10 5555 203.0.113.7 22 1 dial.py" \
	"$(told egress origin-port source source_port destination destination_port line process)"
tap_true "egress: the process's number" test "$(told egress origin-port pid)" -gt 1
refuse() {
	dial 203.0.113.7 25 >/dev/null
	heard connect no-rule
}
net_wait "the refusal" refuse
tap_is "connect(): destination and process" "203.0.113.7 25 dial.py" \
	"$(told connect no-rule destination destination_port process)"
tap_true "connect(): the process's number" test "$(told connect no-rule pid)" -gt 1
tap_end
