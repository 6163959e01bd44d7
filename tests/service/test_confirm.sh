#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A policy on trial: kept when confirmed, gone when not, whoever is killed meanwhile; without one before it, everything
# passes again. The deadline is the programs' own.
# shellcheck source=tests/service/begin.sh
. "$(dirname "$0")/begin.sh" co

policy open "eth0 eth1"
policy shut "eth0 eth1"
sed -i '/^ping/d' "$NET_TMP/shut/rows.csv"
printf '[policy]\nicmp_echo = off\n' >>"$NET_TMP/shut/zonegate.conf"
printf '[policy]\nicmp_echo = off\n' >>"$NET_TMP/open/zonegate.conf"

tap_is "without a filter the host answers" 3 "$(pings left 192.0.2.10)"

# The first load has nothing to go back to: everything passes.
tap_true "first load on trial" zc shut apply --confirm 5
tap_is "is in force" 0 "$(pings left 192.0.2.10)"
tap_true "status says so" test -n "$(status pending.seconds_left)"
tap_is "another apply is refused with status 3" 3 "$(zc open apply >"$NET_TMP/said" 2>&1; echo $?)"
tap_true "and told why" grep -q "waits for its confirmation" "$NET_TMP/said"
sleep 5
tap_is "not confirmed: everything passes" 3 "$(pings left 192.0.2.10)"
tap_is "confirm comes too late: status 3" 3 "$(z confirm >/dev/null 2>&1; echo $?)"
tap_is "and changes nothing" 3 "$(pings left 192.0.2.10)"
tap_true "no copies of it are kept" test ! -e "$STATE/trial" -a ! -e "$STATE/good"

# With a policy before it.
tap_true "a policy to go back to" zc open apply
hash=$(status policy.hash)
tap_is "lets pings in" 3 "$(pings left 192.0.2.10)"
tap_true "another on trial" zc shut apply --confirm 5
tap_is "is in force" 0 "$(pings left 192.0.2.10)"
tap_true "its copies wait" test -e "$STATE/trial"
sleep 5
tap_is "the one before is back, by itself" 3 "$(pings left 192.0.2.10)"
tap_is "status tells its hash" "$hash" "$(status policy.hash)"
tap_true "apply goes on from there" zc open apply
tap_is "and settles the word" "" "$(status pending)"

# The command is killed while its policy is on trial, and while it waits for nothing: the way back stands.
tap_true "on trial once more" zc shut apply --confirm 5
pkill -KILL -f -- "--instance $INSTANCE" 2>/dev/null
tap_is "in force" 0 "$(pings left 192.0.2.10)"
sleep 5
tap_is "gone, with nobody alive to do it" 3 "$(pings left 192.0.2.10)"

tap_true "and once more" zc shut apply --confirm 20
tap_is "confirmed" 0 "$(z confirm >/dev/null 2>&1; echo $?)"
tap_is "it is not pending" "" "$(status pending)"
tap_is "stays in force" 0 "$(pings left 192.0.2.10)"
tap_true "its copies are the good ones" test -e "$STATE/good" -a ! -e "$STATE/trial"
tap_is "confirm with nothing to confirm" 0 "$(z confirm >/dev/null 2>&1; echo $?)"
tap_is "a deadline that is no number: usage" 2 "$(zc open apply --confirm soon >/dev/null 2>&1; echo $?)"

before=$(status policy.generation)
zc open apply --dry-run >"$NET_TMP/said" 2>&1
tap_true "--dry-run shows what would be permitted newly, by which rule" grep -q "ping" "$NET_TMP/said"
tap_true "and with which packet" grep -Eq "icmp|type 8" "$NET_TMP/said"
tap_is "changes nothing" "$before" "$(status policy.generation)"
tap_is "to the packet" 0 "$(pings left 192.0.2.10)"
tap_true "stop" z stop
tap_is "nothing is left behind" "" "$(leftovers)"
tap_end
