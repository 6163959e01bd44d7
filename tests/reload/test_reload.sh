#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# One policy in the place of another: rules keep their counters, connections go on, also where the new
# policy needs larger maps; a policy on trial bars the next, and the way back is seen. With the
# sanitizers' build.
# shellcheck source=tests/reload/begin.sh
. "$(dirname "$0")/begin.sh" rr
ZONEGATE=$(realpath "${ZONEGATE_ASAN:-$ZONEGATE}")

web=web,world,host,HTTP,80,inbound,x
out=out,host,world,tcp,9000,outbound,x

policy one eth0 "$web" "$out"
policy two eth0 "$out" "new,world,host,HTTPS,443,inbound,x" "$web"
policy without eth0 "$web" "$out"
sed -i '/^ping/d' "$NET_TMP/without/rows.csv"
policy many eth0 "$web" "$out"
for n in {1..600}; do
	echo "r$n,world,host,tcp,$((10000 + n)),inbound,x"
done >>"$NET_TMP/many/rows.csv"
policy flows eth0 "$web" "$out"
printf '[policy]\nflows = 4096\n' >>"$NET_TMP/flows/zonegate.conf"

# One connection for all of the test: it says a line and gets it back.
cat >"$NET_TMP/echo.py" <<'END'
import socket, sys
server = socket.create_server(("192.0.2.1", 9000))
peer, _ = server.accept()
while data := peer.recv(100):
    peer.sendall(data)
END
cat >"$NET_TMP/talk.py" <<'END'
import socket, sys
peer = socket.create_connection(("192.0.2.1", 9000), 5)
peer.settimeout(3)
for line in sys.stdin:
    try:
        peer.sendall(line.encode())
        print(peer.recv(100).decode(), end="", flush=True)
    except OSError as error:
        print(error, flush=True)
END
net_spawn left echo python3 "$NET_TMP/echo.py"
for _ in {1..50}; do
	on left ss -tln | grep -q :9000 && break
	sleep 0.1
done

# The connection answers.
alive() {
	local said

	echo "$1" >&7
	read -r -t 5 -u 8 said || said=nothing
	tap_is "$1: the connection goes on" "$1" "$said"
}

tap_need "the first policy" zc one apply
mkfifo "$NET_TMP/to" "$NET_TMP/from"
on host python3 "$NET_TMP/talk.py" <"$NET_TMP/to" >"$NET_TMP/from" 2>&1 &
NET_PIDS+=($!)
exec 7>"$NET_TMP/to" 8<"$NET_TMP/from"
alive "under the first policy"
tap_is "it is a flow" 1 "$(status flows.used)"
tap_is "it is counted under its rule" 1 "$(counted out connections)"
tap_is "pings" 3 "$(pings left 192.0.2.10)"
tap_is "are counted" 3 "$(counted ping)"
first=$(status policy.generation)

tap_true "a second policy, its rows in another order" zc two apply
tap_is "is the next generation" $((first + 1)) "$(status policy.generation)"
alive "after a reload"
tap_is "its rule has its counter still" 1 "$(counted out connections)"
tap_is "pings go on being counted" "3 6" "$(pings left 192.0.2.10) $(counted ping)"
tap_is "the new rule begins at 0" 0 "$(counted new)"

tap_true "a policy without the rule for pings" zc without apply
tap_is "answers them at the built-in rate" 3 "$(pings left 192.0.2.10)"
tap_is "and shows what the rule had counted, no more" 6 "$(counted ping)"
tap_true "marked as gone" sh -c "'$ZONEGATE' counters --instance $INSTANCE | grep -q '^ping .*gone'"
tap_true "the rule comes back" zc one apply
tap_is "and counts on" "3 9" "$(pings left 192.0.2.10) $(counted ping)"

before=$(bpftool -j prog show pinned "$PINS/zg_ingress" | python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])')
links=$(status nics.0.xdp_link)
zc many apply 2>"$NET_TMP/said"
tap_is "a policy that outgrows the maps" 0 "$?"
# Programs of two objects stand side by side only while links are changed, one system call a hook.
moved=$(sed -n 's/.*at all hooks within \([0-9]*\) us.*/\1/p' "$NET_TMP/said")
tap_true "all hooks have the new programs at once (${moved:-?} us)" test "${moved:-0}" -gt 0 -a "${moved:-0}" -lt 250000
tap_true "gets new programs" sh -c "! bpftool prog show id $before"
tap_is "on the same link" "$links" "$(status nics.0.xdp_link)"
alive "after new programs"
tap_is "its rule has its counter still" 1 "$(counted out connections)"
tap_is "pings go on being counted" "3 12" "$(pings left 192.0.2.10) $(counted ping)"
tap_true "back to the small policy" zc one apply
tap_is "pings are counted there too" "3 15" "$(pings left 192.0.2.10) $(counted ping)"

tap_true "a flow table of another size" zc flows apply
tap_is "is there" 4096 "$(status flows.max)"
tap_true "with the flows of the old one" test "$(status flows.used)" -ge 1
alive "after the flows moved"
tap_is "counters went along" 15 "$(counted ping)"

hash=$(status policy.hash)
tap_true "a policy on trial" zc two apply --confirm 5
tap_is "bars the next apply" 3 "$(zc one apply >/dev/null 2>"$NET_TMP/said"; echo $?)"
tap_true "which says why" grep -q 'confirmation' "$NET_TMP/said"
sleep 5.2
tap_is "unconfirmed, the policy before it is back" "$hash" "$(status policy.hash)"
tap_is "and status says so" True "$(status way_back_taken)"
alive "after the way back"
tap_true "another apply is free to come" zc one apply
tap_is "and says what happened" "" "$(status way_back_taken | grep True)"

tap_true "stop" z stop
tap_true "a first policy on a host with an open connection" zc one apply
tap_is "takes it over before it says anything" 1 "$(status flows.used)"
alive "after it was taken over"
tap_is "it is not a new connection" 0 "$(counted out connections)"
exec 7>&- 8<&-
tap_true "stop" z stop
tap_is "nothing is left" "" "$(leftovers)"
tap_end
