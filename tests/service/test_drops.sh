#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# zonegate run --log-drops: drops in the service's log, with fields, never more a second than was asked for; a monitor
# beside it has them alone; and the programs are silent afterwards.
# shellcheck source=tests/service/begin.sh
. "$(dirname "$0")/begin.sh" dl

syn() { # PORT
	on left hping3 -c 1 -i u1000 -S -s 40000 -p "$1" 192.0.2.10 >/dev/null 2>&1
}

lines() { # PATTERN [FILE]
	grep -c -e "$1" "$NET_TMP/${2:-service}.log"
}

rate() {
	bpftool -j map dump pinned "$PINS/control" 2>/dev/null | python3 -c '
import json, sys
value = json.load(sys.stdin)[0]["formatted"]["value"]
print(value[".data.control"][0]["control"]["events_per_s"])'
}

rate_is() {
	[ "$(rate)" = "$1" ]
}

# The log has nothing younger than a second: its budget of this second is whole.
quiet() {
	sleep 2.2
}

policy one "eth0 eth1"
tap_is "a bound that is none is refused" 2 "$(z run --log-drops 0 >/dev/null 2>&1; echo $?)"
tap_is "and one that is too large" 2 "$(z run --log-drops=1001 >/dev/null 2>&1; echo $?)"

service_start one
syn 81
quiet
tap_is "without the option nothing is logged" 0 "$(lines 'drop no-rule')"
tap_is "and the programs say nothing" 0 "$(rate)"
service_ends TERM

service_start one --log-drops 5
tap_true "with it the programs do" net_wait "the rate" rate_is 6
tap_is "without a capability" 0000000000000000 "$(sed -n 's/^CapEff:\t//p' "/proc/$SERVICE/status")"
syn 82
tap_true "a drop is logged" net_wait "the drop" logged 'ingress drop no-rule tcp 192.0.2.1:40000 > 192.0.2.10:82 S'
tap_true "with fields" logged ':82 .*ZONEGATE_REASON=no-rule.*ZONEGATE_SOURCE=192.0.2.1 .*ZONEGATE_DESTINATION_PORT=82'

# A flood: 5 a second and no more, and one line that says so.
quiet
before=$(lines 'drop no-rule') begin=$(date +%s%N)
on left hping3 -i u500 -c 6000 -S -s 40000 -p 83 192.0.2.10 >/dev/null 2>&1
quiet
seconds=$((($(date +%s%N) - begin) / 1000000000 + 1))
said=$(($(lines 'drop no-rule') - before))
tap_true "a flood of 6,000 in $seconds s: $said logged, at most 5 a second" test "$said" -le $((5 * seconds))
tap_true "and at least 5" test "$said" -ge 5
tap_is "that there were more is said once" 1 "$(lines 'more than 5 drops a second')"

# A monitor has them alone while it runs.
net_spawn host monitor "$ZONEGATE" monitor --instance "$INSTANCE"
monitor=${NET_PIDS[-1]}
net_wait "the monitor" rate_is 1000
syn 84
tap_true "a monitor beside the service is told" net_wait "the drop" grep -q ':84 S' "$NET_TMP/monitor.log"
quiet
tap_is "the log is not" 0 "$(lines ':84 S')"
kill -INT "$monitor"
tap_true "after it the service is told again" net_wait "the rate" rate_is 6
syn 85
tap_true "and logs" net_wait "the drop" logged ':85 S'

# Another object in the old one's place.
z stop >/dev/null 2>&1
zc one apply >/dev/null 2>&1
tap_true "a new object tells too" net_wait "the rate" rate_is 6
service_ends TERM
tap_is "after the service the programs are silent" 0 "$(rate)"
tap_end
