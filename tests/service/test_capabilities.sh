#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What the unit grants is enough: first load, reload, new programs, stop, with its CapabilityBoundingSet alone.
# shellcheck source=tests/service/begin.sh
. "$(dirname "$0")/begin.sh" ca

granted=$(sed -n 's/^CapabilityBoundingSet=//p' packaging/systemd/zonegate.service)
set=-all
for capability in $granted; do
	capability=${capability#CAP_}
	set+=,+${capability,,}
done

bound() { # COMMAND...
	z status >/dev/null 2>&1
	on host setpriv --bounding-set="$set" --inh-caps=-all "$ZONEGATE" "$1" --instance "$INSTANCE" \
		-c "$NET_TMP/one/zonegate.conf" "${@:2}"
}

policy one "eth0 eth1"
tap_true "the unit names what it grants" test -n "$granted"
tap_true "a first load" bound apply
tap_is "guards" "guarded guarded" "$(states | cut -d' ' -f1,2)"
tap_true "a reload" bound apply
printf '[policy]\nflows = 1024\n' >>"$NET_TMP/one/zonegate.conf"
tap_true "an apply that loads new programs" bound apply
tap_true "counters" bound counters
tap_true "stop" bound stop
tap_is "nothing is left behind" "" "$(leftovers)"
tap_end
