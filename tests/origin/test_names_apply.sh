#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# apply and the service know the same names: what one of them was answered, a resolver that fails later
# does not take away from the other.
# shellcheck source=tests/origin/begin.sh
. "$(dirname "$0")/begin.sh" oy

# in_line ADDRESS: does a new connection there leave from the name's line?
in_line() {
	dial --timeout 1 "$1" 22 | within 61000 61019
}

# apply_said ARGUMENTS...: its status; its words are in $NET_TMP/said
apply_said() {
	# shellcheck disable=SC2016 # the inner shell expands
	on edge unshare --mount sh -c 'mount --bind "$0" /etc/resolv.conf && exec "$@"' \
		"$NET_TMP/resolv.conf" "$ZONEGATE" --instance "$NET_ID" -c "$conf" apply --no-diff "$@" >"$NET_TMP/said" 2>&1
	echo $?
}

net_site
server_echo internet tcp:22
origin_site assign "moving.test 22: 61000-61019"
dns_serve moving.test=203.0.113.7
service_start
tap_is "the service: the name's address is in the line" 1 "$(in_line 203.0.113.7)"

# The resolver fails, and the operator applies.
edge_stop dnsmasq
tap_is "apply without a resolver: done" 0 "$(apply_said)"
tap_is "the address that the service has kept is in the line" 1 "$(in_line 203.0.113.7)"
tap_true "and that it was kept is said" grep -q "moving.test.*kept" "$NET_TMP/said"
edge_stop zonegate
tap_is "apply without a resolver and without the service: done" 0 "$(apply_said)"
tap_is "the kept address is still in the line" 1 "$(in_line 203.0.113.7)"

# An answer that is kept is young, yet the operator's apply asks anew.
dns_serve moving.test=203.0.113.8
tap_is "apply with a resolver: done" 0 "$(apply_said)"
tap_is "the new address is in the line" 1 "$(in_line 203.0.113.8)"
tap_is "the old one is not" 0 "$(in_line 203.0.113.7)"
tap_false "and nothing is said of kept ones" grep -q kept "$NET_TMP/said"

# A dry run keeps nothing.
before=$(md5sum <"$ZONEGATE_STATE/$NET_ID/names")
dns_serve moving.test=203.0.113.7
tap_is "a dry run: done" 0 "$(apply_said --dry-run)"
tap_is "its answers are not kept" "$before" "$(md5sum <"$ZONEGATE_STATE/$NET_ID/names")"
dns_serve moving.test=203.0.113.8

# A name that the service does not know yet: it takes what apply was answered, and asks by itself.
service_start
dns_serve moving.test=203.0.113.8 new.test=203.0.113.7
origin_lines "moving.test 22: 61000-61009" "new.test 22: 61010-61019"
tap_is "apply of a new name beside the service: done" 0 "$(apply_said)"
edge_stop dnsmasq
on edge ip link add passing type veth peer name passing-by # news of NICs: the service looks at the policy again
looked() { # it has read the policy of the new name
	metrics_of 'zonegate_name_age_seconds{name="new.test"}'
}
tap_true "the service knows the name" net_wait "the service's look at the policy" looked
tap_is "the address that apply was answered is in the line" 1 "$(in_line 203.0.113.7)"
tap_is "the other's too" 1 "$(in_line 203.0.113.8)"

# It is asked for by itself, also in a policy that had no names before.
edge_stop zonegate
rm "$ZONEGATE_STATE/$NET_ID/names"
origin_lines "203.0.113.8 22: 61000-61009"
apply_said >/dev/null
service_start
origin_lines "new.test 22: 61010-61019"
tap_is "apply of the first name beside the service, without a resolver: done" 0 "$(apply_said)"
dns_serve new.test=203.0.113.7
on edge ip link del passing
asked() {
	[ "$(in_line 203.0.113.7)" = 1 ]
}
tap_true "the service asks for it" net_wait "the name's address in the line" asked
edge_stop zonegate
tap_end
