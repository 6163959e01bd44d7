#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Drops as they happen: what is said, to people, as JSON and as a capture file that other programs read; and that the
# programs are silent again afterwards, however the monitor ended.
# shellcheck disable=SC2317,SC2016 # functions are called through net_wait; what is quoted expands where it runs
# shellcheck source=tests/reload/begin.sh
. "$(dirname "$0")/../reload/begin.sh" mo

policy main "eth0 eth1" "web,world,host,HTTP,80,inbound,x" "out,host,world,tcp,443,outbound,x"
tap_false "nothing in force: no monitor" z monitor
tap_need "apply" zc main apply

MONITOR=
# monitor_start LOG ARGUMENT...: reads from then on
monitor_start() {
	local log=$1

	shift
	: >"$NET_TMP/$log.log"
	net_spawn host "$log" "$ZONEGATE" monitor --instance "$INSTANCE" "$@"
	MONITOR=${NET_PIDS[-1]}
	net_wait "the monitor" rate_is_set
}

rate() {
	bpftool -j map dump pinned "$PINS/control" 2>/dev/null | python3 -c '
import json, sys
value = json.load(sys.stdin)[0]["formatted"]["value"]
print(value[".data.control"][0]["control"]["events_per_s"])'
}

rate_is_set() {
	[ "$(rate)" != 0 ]
}

said() { # LOG PATTERN
	net_wait "$2" grep -q -e "$2" "$NET_TMP/$1.log"
}

# A packet of the neighbour's; what is not answered is what is to be seen.
syn() { # ADDRESS PORT
	on left hping3 -c 1 -i u1000 -S -s 40000 -p "$2" "$1" >/dev/null 2>&1
}

ends() { # SIGNAL
	local left=100

	kill "-$1" "$MONITOR" 2>/dev/null
	while kill -0 "$MONITOR" 2>/dev/null && [ $((left--)) -gt 0 ]; do sleep 0.05; done
	! kill -0 "$MONITOR" 2>/dev/null
}

tap_is "without a monitor the programs say nothing" 0 "$(rate)"
monitor_start text -w "$NET_TMP/drops.pcapng"
syn 192.0.2.10 81
tap_true "a SYN without a rule" said text \
	'ingress drop no-rule tcp 192.0.2.1:40000 > 192.0.2.10:81 S .*on eth0'
on left hping3 -c 1 -2 -s 40001 -p 5300 -d 20 192.0.2.10 >/dev/null 2>&1
tap_true "a datagram" said text 'ingress drop no-[a-z]* udp 192.0.2.1:40001 > 192.0.2.10:5300 62 bytes'
on left hping3 -c 1 -F -S -s 40002 -p 80 192.0.2.10 >/dev/null 2>&1
tap_true "flags that no stack sends" said text 'ingress drop tcp-flags'
syn 192.0.2.10 80
tap_false "what passes is not said" grep -q ':80 S ' "$NET_TMP/text.log"
on host hping3 -c 1 -S -s 40003 -p 25 192.0.2.1 >/dev/null 2>&1
tap_true "what the host must not open" said text 'egress  drop no-rule tcp 192.0.2.10:40003 > 192.0.2.1:25 S'
if [ -n "$GROUP" ]; then
	on host sh -c 'echo $$ >"$1/cgroup.procs"; exec curl -s -m 2 http://192.0.2.1:25/' sh "$GROUP" >/dev/null 2>&1
	tap_true "who wanted to open it" said text 'connect drop no-rule tcp .*192.0.2.1:25.* by curl\['
fi
tap_false "one reader at a time" z monitor
tap_true "a reload meanwhile" zc main apply
syn 192.0.2.10 82
tap_true "is followed" said text '192.0.2.10:82 S'
tap_true "SIGINT ends it" ends INT
tap_is "and the programs are silent" 0 "$(rate)"

read_back() {
	tcpdump -nn -r "$NET_TMP/drops.pcapng" 2>&1
}
tap_true "tcpdump reads the capture" tcpdump -nn -r "$NET_TMP/drops.pcapng"
tap_is "with each drop" "$(grep -c ' drop ' "$NET_TMP/text.log")" "$(read_back | grep -c '^[0-9][0-9]:')"
tap_true "as it was: TCP" grep -q 'IP 192.0.2.1.40000 > 192.0.2.10.81: Flags \[S\]' <(read_back)
tap_true "as it was: UDP" grep -q 'IP 192.0.2.1.40001 > 192.0.2.10.5300: UDP, length 20' <(read_back)
tap_true "the reason is the packet's comment" python3 - "$NET_TMP/drops.pcapng" <<'P'
import struct, sys
data, at, comments = open(sys.argv[1], "rb").read(), 0, []
while at < len(data):
    kind, size = struct.unpack_from("=II", data, at)
    assert size % 4 == 0 and struct.unpack_from("=I", data, at + size - 4)[0] == size
    if kind == 6:
        captured = struct.unpack_from("=I", data, at + 20)[0]
        option = at + 28 + (captured + 3) // 4 * 4
        code, length = struct.unpack_from("=HH", data, option)
        assert code == 1
        comments.append(data[option + 4:option + 4 + length].decode())
    at += size
assert any("drop no-rule on eth0" in comment for comment in comments), comments
P

monitor_start json --json
syn 192.0.2.10 83
tap_true "JSON" said json '"destination_port":83'
tap_true "SIGTERM ends it" ends TERM
tap_is "and the programs are silent again" 0 "$(rate)"
tap_true "one object a line" python3 -c '
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1]) if line.startswith("{")]
drop = [line for line in lines if line.get("destination_port") == 83][0]
assert drop["source"] == "192.0.2.1" and drop["reason"] == "no-rule" and drop["interface"] == "eth0", drop
assert drop["hook"] == "ingress" and drop["tcp_flags"] == "S" and not drop["audited"], drop' \
	"$NET_TMP/json.log"

# A reader that goes away.
on host sh -c '"$0" monitor --instance "$1" | head -n 1' "$ZONEGATE" "$INSTANCE" >"$NET_TMP/head.log" 2>&1 &
HEAD=$!
net_wait "the monitor" rate_is_set
syn 192.0.2.10 84
syn 192.0.2.10 85
net_wait "head" grep -q 'no-rule' "$NET_TMP/head.log"
syn 192.0.2.10 86
wait "$HEAD"
tap_is "a reader that goes away leaves the programs silent" 0 "$(rate)"

printf '[policy]\nmode = audit\n' >>"$NET_TMP/main/zonegate.conf"
tap_need "audit" zc main apply
monitor_start audit
syn 192.0.2.10 87
tap_true "what would be dropped" said audit 'ingress would drop no-rule tcp .*:87 S'
ends INT
tap_false "monitor takes no words" z monitor please
tap_is "usage is status 2" 2 "$(z monitor -w 2>/dev/null; echo $?)"
tap_end
