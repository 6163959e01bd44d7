# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The first line of each service test: `. "$(dirname "$0")/begin.sh" NAME`. The reload tests' host with two NICs, and
# the words to start, ask and end the service.

# shellcheck source=tests/reload/begin.sh
. "$(dirname "${BASH_SOURCE[0]}")/../reload/begin.sh" "$1"
export STATE=$NET_TMP/state/$INSTANCE
METRICS=127.0.0.1:9477
SERVICE=

# service_start NAME [OPTION...]: the service for a policy; $NET_TMP/service.log has its words
service_start() {
	z status >/dev/null 2>&1 # the instance is known to the clean-up
	net_spawn host service "$ZONEGATE" run --instance "$INSTANCE" -c "$NET_TMP/$1/zonegate.conf" "${@:2}"
	SERVICE=${NET_PIDS[-1]}
	net_wait "the service" service_answers
}

service_answers() {
	on host curl -s -o /dev/null --max-time 2 "http://$METRICS/metrics"
}

service_ends() { # SIGNAL
	local left=100

	kill "-$1" "$SERVICE" 2>/dev/null
	while kill -0 "$SERVICE" 2>/dev/null && [ $((left--)) -gt 0 ]; do sleep 0.05; done
}

# metric SERIES: its value; empty when there is none
metric() {
	on host curl -s --max-time 3 "http://$METRICS/metrics" |
		awk -v series="$1" 'substr($0, 1, length(series) + 1) == series " " { print $NF }'
}

metric_is() { # SERIES VALUE
	[ "$(metric "$1")" = "$2" ]
}

logged() {
	grep -q -- "$1" "$NET_TMP/service.log"
}

status_is() { # KEY VALUE
	[ "$(status "$1")" = "$2" ]
}
