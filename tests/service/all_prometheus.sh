#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck disable=SC2317 # functions are called by name
#
# A real Prometheus in the guarded host's namespace scrapes it, and an alert fires from end to end.
# shellcheck source=tests/service/begin.sh
. "$(dirname "$0")/begin.sh" pr

command -v prometheus >/dev/null || { tap_skip "Prometheus" "not installed"; tap_end; }
policy one "eth0 eth1"
service_start one
mkdir -p "$NET_TMP/prometheus"
sed 's/^    *for: .*/        for: 1s/' configs/monitoring/alerts.yml >"$NET_TMP/prometheus/alerts.yml"
sed 's/15s/1s/' configs/monitoring/prometheus.yml >"$NET_TMP/prometheus/prometheus.yml"
net_spawn host prometheus prometheus --config.file="$NET_TMP/prometheus/prometheus.yml" \
	--storage.tsdb.path="$NET_TMP/prometheus/data" --web.listen-address=127.0.0.1:9090

ask() { # PROMQL
	on host curl -s --max-time 3 --data-urlencode "query=$1" http://127.0.0.1:9090/api/v1/query | jq -r '.data.result[0].value[1] // ""'
}
answers() { # PROMQL VALUE
	[ "$(ask "$1")" = "$2" ]
}
firing() {
	on host curl -s --max-time 3 http://127.0.0.1:9090/api/v1/alerts |
		jq -r '.data.alerts[] | select(.state == "firing") | .labels.alertname' | sort -u
}
fires() {
	firing | grep -qx "$1"
}

net_wait "the first scrape" answers 'up{job="zonegate"}' 1
tap_is "Prometheus scrapes the guarded host" 1 "$(ask 'up{job="zonegate"}')"
on left ping -c 9 -i 0.02 -q 192.0.2.10 >/dev/null
net_wait "the pings" answers 'zonegate_rule_packets_total{rule="ping",direction="in"}' 9
tap_is "what passed is what it stores" 9 "$(ask 'zonegate_rule_packets_total{rule="ping",direction="in"}')"
tap_is "no alert fires" "" "$(firing)"
on host ip link del eth1
net_wait "the alert" fires ZonegateInterfaceUnguarded
tap_true "a NIC that is gone: ZonegateInterfaceUnguarded fires" fires ZonegateInterfaceUnguarded
echo nonsense >>"$NET_TMP/one/rows.csv"
kill -HUP "$SERVICE"
net_wait "the alert" fires ZonegateReloadFailed
tap_true "a reload with errors: ZonegateReloadFailed fires" fires ZonegateReloadFailed
service_ends KILL
net_wait "the alert" fires ZonegateDown
tap_true "the service is dead: ZonegateDown fires" fires ZonegateDown
tap_end
