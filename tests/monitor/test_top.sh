#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# zonegate top on a terminal of 24 lines and 80 columns: it draws rules and reasons, goes at q, and says so where there
# is no terminal.
# shellcheck disable=SC2317 # functions are called through net_wait
# shellcheck source=tests/reload/begin.sh
. "$(dirname "$0")/../reload/begin.sh" tp

policy main "eth0 eth1"
tap_need "apply" zc main apply
tap_is "without a terminal: status 2" 2 "$(z top </dev/null >"$NET_TMP/said" 2>&1; echo $?)"
tap_true "and says so" grep -q "draws on a terminal" "$NET_TMP/said"

mkfifo "$NET_TMP/keys"
(on host env TERM=vt100 script -qefc "stty rows 24 cols 80; $ZONEGATE top --instance $INSTANCE; echo ended with \$?" \
	"$NET_TMP/screen" <"$NET_TMP/keys" >/dev/null 2>&1) &
exec 9>"$NET_TMP/keys"
drawn() {
	grep -aq -e "$1" "$NET_TMP/screen"
}
net_wait "the first screen" drawn REASON
on left ping -c 5 -i 0.05 -q 192.0.2.10 >/dev/null
on left hping3 -c 3 -i u1000 -S -p 81 192.0.2.10 >/dev/null 2>&1
tap_true "the titles" drawn "RULE"
tap_true "the instance" drawn "zonegate $INSTANCE"
tap_true "a rule that counts" net_wait "ping" drawn "ping"
tap_true "a reason that counts" net_wait "no-rule" drawn "no-rule"
printf x >&9
sleep 1.5
tap_false "another key does not end it" drawn "ended with [0-9]"
printf q >&9
tap_true "q ends it, status 0" net_wait "the end" drawn "ended with 0"
exec 9>&-
wait
tap_end
