#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# /metrics: well-formed, true to the packet, whole over reload, upgrade and the service's death; TLS and a token where it
# leaves the host.
# shellcheck source=tests/service/begin.sh
. "$(dirname "$0")/begin.sh" me

policy one "eth0 eth1"
printf '[policy]\nicmp_echo = off\n' >>"$NET_TMP/one/zonegate.conf"
series='zonegate_rule_packets_total{rule="ping",table="rows",direction="in"}'
service_start one
tap_is "a rule begins at 0" 0 "$(metric "$series")"
on left ping -c 7 -i 0.02 -q 192.0.2.10 >/dev/null
tap_is "seven pings are seven packets" 7 "$(metric "$series")"
tap_is "and seven answers" 7 "$(metric 'zonegate_rule_packets_total{rule="ping",table="rows",direction="out"}')"
tap_is "of 98 bytes each" 686 "$(metric 'zonegate_rule_bytes_total{rule="ping",table="rows",direction="in"}')"
sleep 1.2
hit=$(metric 'zonegate_rule_last_hit_timestamp_seconds{rule="ping",table="rows"}')
tap_true "hit just now" awk -v h="$hit" -v n="$(date +%s)" 'BEGIN { exit !(n - h < 5 && n - h >= -1) }'
tap_is "the other rule never" 0 "$(metric 'zonegate_rule_last_hit_timestamp_seconds{rule="web",table="rows"}')"
for port in 1 2 3 4 5; do on left timeout 0.1 bash -c "exec 3<>/dev/tcp/192.0.2.10/$port" 2>/dev/null; done
drops=$(metric 'zonegate_drops_total{hook="ingress",reason="no-rule"}')
tap_true "five tries at closed ports are drops" test "${drops:-0}" -ge 5

# Whole over everything.
kill -HUP "$SERVICE"
net_wait "the reload" logged "reload: the policy"
tap_is "after a reload" 7 "$(metric "$series")"
on left ping -c 3 -i 0.02 -q 192.0.2.10 >/dev/null
service_ends KILL
on left ping -c 5 -i 0.02 -q 192.0.2.10 >/dev/null
service_start one
tap_is "after the service's death, and what came meanwhile" 15 "$(metric "$series")"
{
	cat "$NET_TMP/one/zonegate.conf"
	echo "flows = 1024"
} >"$NET_TMP/more" && mv "$NET_TMP/more" "$NET_TMP/one/zonegate.conf"
tap_true "an apply that loads new programs" zc one apply
on left ping -c 5 -i 0.02 -q 192.0.2.10 >/dev/null
tap_is "after that" 20 "$(metric "$series")"
tap_is "the rule counters add up with the command's" 20 "$(counted ping)"

# The form.
if command -v promtool >/dev/null; then
	on host curl -s "http://$METRICS/metrics" >"$NET_TMP/metrics"
	tap_true "promtool finds nothing to say of /metrics" promtool check metrics <"$NET_TMP/metrics"
	tap_is "not even a hint" "" "$(promtool check metrics <"$NET_TMP/metrics" 2>&1)"
	z metrics >"$NET_TMP/metrics"
	tap_is "nor of the command's" "" "$(promtool check metrics <"$NET_TMP/metrics" 2>&1)"
	tap_true "the alerts do as alerts_test.yml says" promtool test rules configs/monitoring/alerts_test.yml
else
	tap_skip "promtool" "not installed"
fi
tap_is "each alert's metric is one that is served" "" "$(
	sed -n 's/^ *expr: //p' configs/monitoring/alerts.yml | grep -o 'zonegate_[a-z_]*' | sort -u |
		while read -r name; do
			on host curl -s "http://$METRICS/metrics" | grep -q "^# TYPE $name " || echo "$name"
		done)"
tap_is "and each of the dashboard's" "" "$(
	grep -o 'zonegate_[a-z_]*[a-z]' configs/monitoring/grafana-dashboard.json | sort -u | grep -v '_$' |
		while read -r name; do
			on host curl -s "http://$METRICS/metrics" | grep -q "^# TYPE $name" || echo "$name"
		done)"

# HTTP.
code() {
	on host curl -s -o /dev/null -w '%{http_code}' --max-time 3 "$@"
}
tap_is "another path: 404" 404 "$(code "http://$METRICS/")"
tap_is "another method: 405" 405 "$(code -X POST "http://$METRICS/metrics")"
service_ends TERM

# Out of the host: not in clear, not for everybody.
printf '[metrics]\nlisten = 192.0.2.10:9477\n' >>"$NET_TMP/one/zonegate.conf"
z stop >/dev/null 2>&1
net_spawn host outside "$ZONEGATE" run --instance "$INSTANCE" -c "$NET_TMP/one/zonegate.conf"
SERVICE=${NET_PIDS[-1]}
net_wait "the refusal" grep -q "leaves this host" "$NET_TMP/outside.log"
tap_true "clear text outside the loopback is refused, and the filter stands" status_is nics.0.state guarded
service_ends TERM
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=edge \
	-addext subjectAltName=IP:192.0.2.10 -keyout "$NET_TMP/key.pem" -out "$NET_TMP/cert.pem" 2>/dev/null
echo secret-word >"$NET_TMP/token"
printf 'cert = %s\nkey = %s\ntoken_file = %s\n' "$NET_TMP/cert.pem" "$NET_TMP/key.pem" "$NET_TMP/token" \
	>>"$NET_TMP/one/zonegate.conf"
z stop >/dev/null 2>&1
net_spawn host tls "$ZONEGATE" run --instance "$INSTANCE" -c "$NET_TMP/one/zonegate.conf"
SERVICE=${NET_PIDS[-1]}
net_wait "the listener" grep -q "metrics at" "$NET_TMP/tls.log"
tls=(--cacert "$NET_TMP/cert.pem" https://192.0.2.10:9477/metrics)
tap_is "TLS without the token: 401" 401 "$(code "${tls[@]}")"
tap_is "with another word: 401" 401 "$(code -H "Authorization: Bearer secret-wore" "${tls[@]}")"
tap_is "with the token: 200" 200 "$(code -H "Authorization: Bearer secret-word" "${tls[@]}")"
tap_is "in clear: nothing" 000 "$(code -H "Authorization: Bearer secret-word" http://192.0.2.10:9477/metrics)"
service_ends TERM
tap_end
