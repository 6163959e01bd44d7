#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A name that gets another address while the service runs: the tables follow when the answer is over
# five minutes old, and not before.
# shellcheck source=tests/origin/begin.sh
. "$(dirname "$0")/begin.sh" ow

net_site
server_echo internet tcp:22
origin_site assign "moving.test 22: 61000-61019"
dns_serve moving.test=203.0.113.7
service_start
begin=$SECONDS
tap_is "the first address is in the line" 1 "$(dial 203.0.113.7 22 | within 61000 61019)"
dns_serve moving.test=203.0.113.8
moved() {
	[ "$(dial 203.0.113.8 22 | within 61000 61019)" = 1 ]
}
while ! moved && [ $((SECONDS - begin)) -lt 330 ]; do
	sleep 3
done
took=$((SECONDS - begin))
tap_true "the second address came after $took s" moved
tap_true "not before five minutes" test "$took" -ge 295
tap_is "the first is in no line any more" 0 "$(dial 203.0.113.7 22 | within 61000 61019)"
edge_stop zonegate
tap_end
