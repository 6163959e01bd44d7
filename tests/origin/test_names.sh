#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Names in tcpoport.ini and in zones, with a real resolver: every address of the answer, a failure, a
# resolver that hangs, recovery with another answer. Who is connected stays so.
# (Five minutes pass by making the kept answers older; slow_names.sh waits them out.)
# shellcheck source=tests/origin/begin.sh
. "$(dirname "$0")/begin.sh" on

# The kept answers become SECONDS older, as if the service had not run so long.
names_age() {
	awk -v by="$1" '{ $2 -= by; print }' "$ZONEGATE_STATE/$NET_ID/names" >"$NET_TMP/names"
	cp "$NET_TMP/names" "$ZONEGATE_STATE/$NET_ID/names"
}

# line_of ADDRESS: does a new connection there leave from the name's line?
in_line() {
	dial --timeout 1 "$1" 22 | within 61000 61019
}

net_site
server_echo internet tcp:{22,25}
server_echo partner tcp:22
origin_site assign "moving.test 22: 61000-61019" "! never.test *: 28000-28019"
site_set "$conf" zones movers "moving.test"
printf 'rule,source,destination,protocol,ports,direction,purpose\nmover,movers,edge,tcp,9998,inbound,a service for a name\n' \
	>"$NET_TMP/site/names.csv"
sed -i "s#^tables = #tables = names.csv #" "$conf"
server_echo edge tcp:9998

dns_serve moving.test=203.0.113.7 moving.test=203.0.113.8 moving.test=2001:db8:7::7
service_start
for address in 203.0.113.7 203.0.113.8 2001:db8:7::7; do
	tap_is "an answer's address is in the line: $address" 1 "$(in_line "$address")"
done
tap_is "what is not in the answer is in no line: a '!' line whose name never resolved matches nothing" 0 \
	"$(dial 198.51.100.20 22 | awk "\$1 < 32768 || \$1 >= 61000" | wc -l)"
tap_true "and the log says so" grep -q "never.test" "$NET_TMP/service.log"
tap_is "metrics: it is not resolved" 'zonegate_name_resolved{name="never.test"} 0' \
	"$(metrics_of 'zonegate_name_resolved{name="never')"
tap_is "metrics: the other is" 'zonegate_name_resolved{name="moving.test"} 1' \
	"$(metrics_of 'zonegate_name_resolved{name="moving')"
tap_is "a zone has the name's addresses" open \
	"$(echo "tcp 203.0.113.8 192.0.2.10 9998" | on internet "$NET_HERE/probe.py" --timeout 1 | cut -d ' ' -f 1)"
talk_begin edge kept --from 192.0.2.10,61005 203.0.113.7 22

# The answer is old, and the resolver does not answer: the last good one stands.
edge_stop zonegate
names_age 400
edge_stop dnsmasq
service_start
tap_is "failure: the last good answer stands" 1 "$(in_line 203.0.113.7)"
tap_is "failure: shown" 'zonegate_name_resolved{name="moving.test"} 0' \
	"$(metrics_of 'zonegate_name_resolved{name="moving')"
age=$(metrics_of 'zonegate_name_age_seconds{name="moving' | awk '{ print int($2) }')
tap_true "failure: the answer's age is shown: $age s" test "${age:-0}" -ge 400

# It hangs: the service goes on with its other duties.
dns_serve moving.test=198.51.100.20
kill -STOP "$(edge_pids dnsmasq)"
begin=$(date +%s%N)
for _ in 1 2 3 4 5 6 7 8 9 10; do
	metrics_of zonegate_name_resolved >/dev/null
	sleep 0.2
done
took=$((($(date +%s%N) - begin) / 1000000))
tap_true "a resolver that hangs: ten scrapes and 2 s of sleep took $took ms" test "$took" -lt 4000
kill -HUP "$(edge_pids zonegate)"
reloaded() {
	[ "$(grep -c "reload: the policy" "$NET_TMP/service.log")" -ge 1 ]
}
tap_true "a resolver that hangs: a reload is done" net_wait "the reload" reloaded
tap_is "a resolver that hangs: the last good answer stands" 1 "$(in_line 203.0.113.7)"
kill -CONT "$(edge_pids dnsmasq)"

# It is asked again within 15 s of a failure.
recovered() {
	metrics_of 'zonegate_name_resolved{name="moving.test"} 1'
}
net_wait "the recovery" recovered || net_wait "the recovery" recovered || net_wait "the recovery" recovered
tap_is "recovery: the new address is in the line" 1 "$(in_line 198.51.100.20)"
tap_is "recovery: the old one is not" 0 "$(in_line 203.0.113.7)"
tap_is "recovery: the zone follows" filtered \
	"$(echo "tcp 203.0.113.8 192.0.2.10 9998" | on internet "$NET_HERE/probe.py" --timeout 1 | cut -d ' ' -f 1)"
tap_is "who was connected stays so" carries "$(talk_ask kept)"
tap_is "the answer is young" 1 "$(metrics_of 'zonegate_name_age_seconds{name="moving' | awk '{ print $2 < 60 }')"
edge_stop zonegate
tap_end
