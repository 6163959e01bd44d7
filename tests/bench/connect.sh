#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# connect_cost without a filter, under one that enforces origin ports, and under one that assigns
# them; prints a line each. The last must stay under 100 us at p99.
# Environment: ZONEGATE, CONNECT_COST, ROUNDS (5000).
# shellcheck source=tests/origin/begin.sh
. "$(dirname "$0")/../origin/begin.sh" bc

rounds=${ROUNDS:-5000}

# cost FIRST LAST FILL [assigned]: the figures of one run
cost() {
	grouped "$CONNECT_COST" "$1" "$2" "$3" "$rounds" 203.0.113.7 22 "${@:4}"
}

net_site
net_spawn internet cost "$CONNECT_COST" listen 22
server_up internet 22
ORIGIN_GROUP=$(net_cgroup)
echo "without a filter:                $(cost 61000 61999 900)"

origin_site off "203.0.113.7 22: 61000-61999"
tap_need "apply" gate edge "$NET_ID" apply -c "$conf"
echo "filter, the system's port:       $(cost 61000 61999 900)"

site_set "$conf" origin-ports mode assign
tap_need "apply" gate edge "$NET_ID" apply -c "$conf"
tap_true "every port is one of the range" cost 61000 61999 0 assigned
said=$(cost 61000 61999 900 assigned)
echo "assigned, 900 of 1,000 in use:   $said"
echo "assigned, 999 of 1,000 in use:   $(cost 61000 61999 999 assigned)"
p99=${said#*p99_us=}
tap_true "p99 of connect() with assignment under 100 us: ${p99%% *} us" test "${p99%%.*}" -lt 100
tap_end
