#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The service: brings the policy into force, follows NICs and addresses without a capability, never applies edits that
# nobody asked for, outlives nothing that the filter needs, and begins with the last good policy when the files are bad.
# shellcheck source=tests/service/begin.sh
. "$(dirname "$0")/begin.sh" ru

policy one "eth0 eth1"
printf '[policy]\nicmp_echo = off\n' >>"$NET_TMP/one/zonegate.conf"
service_start one
tap_is "the service applies" "guarded guarded" "$(states | cut -d' ' -f1,2)"
tap_is "pings pass by rule" 3 "$(pings left 192.0.2.10)"
tap_is "it holds no capability" 0000000000000000 "$(sed -n 's/^CapEff:\t//p' "/proc/$SERVICE/status")"
tap_is "nor may it win one back" 0000000000000000 "$(sed -n 's/^CapPrm:\t//p' "/proc/$SERVICE/status")"
tap_is "the last reload worked" 1 "$(metric zonegate_last_reload_successful)"

# NICs come and go.
on host ip link del eth1
net_wait "the metric" metric_is 'zonegate_interface_guarded{interface="eth1"}' 0
tap_is "a NIC that is gone is not guarded" 0 "$(metric 'zonegate_interface_guarded{interface="eth1"}')"
tap_is "the other one is" 1 "$(metric 'zonegate_interface_guarded{interface="eth0"}')"
net_link host eth1 right eth0
net_address host eth1 198.51.100.10/24
net_address right eth0 198.51.100.1/24
net_wait "the NIC" metric_is 'zonegate_interface_guarded{interface="eth1"}' 1
tap_is "back, it is guarded, by nobody's word" 1 "$(metric 'zonegate_interface_guarded{interface="eth1"}')"
tap_is "and lets in what the policy says" 3 "$(pings right 198.51.100.10)"
tap_is "with no capability still" 0000000000000000 "$(sed -n 's/^CapEff:\t//p' "/proc/$SERVICE/status")"

# Addresses: own ones are spoofed when they come from outside.
hash=$(status policy.hash)
net_address host eth0 192.0.2.77/24
net_wait "the address" sh -c "! [ '$hash' = \"\$(nsenter --net=/run/netns/$NET_ID-host $ZONEGATE --instance $INSTANCE status --json |
	python3 -c 'import json,sys; print(json.load(sys.stdin)[\"policy\"][\"hash\"])')\" ]"
tap_false "a new own address is a new policy" test "$hash" = "$(status policy.hash)"

# An edit that nobody applied is not put into force by what the service does by itself.
sed -i '/^ping/d' "$NET_TMP/one/rows.csv"
net_address host eth0 192.0.2.78/24
sleep 1
tap_is "an edited file is not applied by a new address" 3 "$(pings left 192.0.2.10)"
kill -HUP "$SERVICE"
net_wait "the reload" logged "reload: the policy"
tap_is "SIGHUP applies it" 0 "$(pings left 192.0.2.10)"

# Errors at reload.
cp "$NET_TMP/one/rows.csv" "$NET_TMP/good.csv"
echo "bad,nowhere,host,TCP,99999,inbound,x" >>"$NET_TMP/one/rows.csv"
before=$(status policy.hash)
kill -HUP "$SERVICE"
net_wait "the refusal" metric_is zonegate_last_reload_successful 0
tap_is "a reload with errors: a metric says so" 0 "$(metric zonegate_last_reload_successful)"
tap_is "the old policy stays" "$before" "$(status policy.hash)"
tap_true "the log has the place" logged "rows.csv:3:"

# It dies, and takes over without a gap.
on left ping -i 0.01 -c 300 -q -W 1 192.0.2.10 >/dev/null 2>&1 & # dropped by the policy: nothing may come back
flood=$!
service_ends KILL
tap_is "killed: the filter is in force" "guarded guarded $before" "$(states)"
generation=$(status policy.generation)
service_start one # the file is still bad
tap_is "back again: the same policy, untouched" "$before $generation" "$(status policy.hash) $(status policy.generation)"
wait "$flood"
tap_is "no forbidden packet came through" 1 "$(on left ping -c 1 -W 0.3 -q 192.0.2.10 | grep -c ' 0 received')"
service_ends TERM
tap_is "ended in order: the filter is in force" "guarded guarded" "$(states | cut -d' ' -f1,2)"

# A host that starts with a broken file gets the last policy that was good.
z stop >/dev/null 2>&1
tap_is "unfiltered" "" "$(leftovers)"
service_start one
tap_is "started with a broken file: the last good policy" "$before" "$(status policy.hash)"
tap_true "which the log says" logged "the last good one"
service_ends TERM
cp "$NET_TMP/good.csv" "$NET_TMP/one/rows.csv"
z stop >/dev/null 2>&1

# Nothing known and a broken file: it does not run.
rm -rf "$STATE"
echo "bad,nowhere,host,TCP,99999,inbound,x" >>"$NET_TMP/one/rows.csv"
tap_is "no policy at all: status 1" 1 "$(z run -c "$NET_TMP/one/zonegate.conf" >/dev/null 2>&1; echo $?)"
tap_is "and nothing is left behind" "" "$(leftovers)"

# A NIC that is not there yet.
cp "$NET_TMP/good.csv" "$NET_TMP/one/rows.csv"
sed -i 's/^interfaces = .*/interfaces = eth0 late0/' "$NET_TMP/one/zonegate.conf"
service_start one
tap_is "a NIC to come is not guarded" 0 "$(metric 'zonegate_interface_guarded{interface="late0"}')"
on host ip link add late0 type veth peer name late1
net_wait "the late NIC" metric_is 'zonegate_interface_guarded{interface="late0"}' 1
tap_is "guarded as soon as it is there" 1 "$(metric 'zonegate_interface_guarded{interface="late0"}')"

# On trial, nothing else comes into force.
sed -i 's/^interfaces = .*/interfaces = eth0/' "$NET_TMP/one/zonegate.conf"
tap_true "a policy on trial beside the service" zc one apply --confirm 5
trial=$(status policy.generation)
net_address host eth0 192.0.2.79/24
sleep 1
tap_is "the service waits" "$trial" "$(status policy.generation)"
service_ends TERM
tap_end
