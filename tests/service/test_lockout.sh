#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# No policy that cuts the session of the one who applies it: SSH_CONNECTION, sessions that are open, the management zone.
# shellcheck source=tests/service/begin.sh
. "$(dirname "$0")/begin.sh" lo

policy web "eth0 eth1"
policy ssh "eth0 eth1" "web,world,host,HTTP,80,inbound,x" "admin,world,host,SSH,22,inbound,x"
policy port "eth0 eth1" "web,world,host,HTTP,80,inbound,x" "admin,world,host,TCP,2222,inbound,x"
policy one "eth1" "web,world,host,HTTP,80,inbound,x"

as_session() { # "CLIENT PORT SERVER PORT" POLICY ARGUMENTS...
	local session=$1 name=$2

	shift 2
	gate host "$INSTANCE" status >/dev/null 2>&1
	on host env SSH_CONNECTION="$session" "$ZONEGATE" apply --instance "$INSTANCE" \
		-c "$NET_TMP/$name/zonegate.conf" "$@" >"$NET_TMP/said" 2>&1
}

tap_is "a session that would be cut: refused with status 1" 1 \
	"$(as_session "192.0.2.1 50000 192.0.2.10 22" web; echo $?)"
tap_true "its addresses are named" grep -q "192.0.2.1 port 50000 to 192.0.2.10 port 22" "$NET_TMP/said"
tap_true "and a row that lets it in" grep -q "ssh-admin,management,host,SSH,22,inbound" "$NET_TMP/said"
tap_is "nothing is loaded" "" "$(leftovers)"
tap_is "one that is let in: applied" 0 "$(as_session "192.0.2.1 50000 192.0.2.10 22" ssh; echo $?)"
generation=$(status policy.generation)
tap_is "sshd on another port" 1 "$(as_session "192.0.2.1 50000 192.0.2.10 2222" ssh; echo $?)"
tap_is "which another policy has" 0 "$(as_session "192.0.2.1 50000 192.0.2.10 2222" port; echo $?)"
tap_is "a session in IPv6 that no rule knows" 1 "$(as_session "2001:db8::1 5 2001:db8::10 22" ssh --dry-run
	on host ip address add 2001:db8::10/64 dev eth0 nodad
	as_session "2001:db8::1 5 2001:db8::10 22" ssh; echo $?)"
tap_is "a session through a NIC that is not guarded is not cut" 0 \
	"$(as_session "192.0.2.1 50000 192.0.2.10 22" one --dry-run; echo $?)"
tap_is "words that are no session: as if there were none" 0 "$(as_session "somebody" port; echo $?)"
tap_is "--force does it all the same" 0 "$(as_session "192.0.2.1 50000 192.0.2.10 22" web --force; echo $?)"
tap_true "and says what it does" grep -q "would cut" "$NET_TMP/said"
tap_true "the generation moved" test "$(status policy.generation)" -gt "$generation"
tap_true "stop" z stop

# No SSH_CONNECTION, as under sudo: the sessions that are open tell.
net_spawn host listen "$NET_HERE/listen.py" tcp:22
net_wait "the listener" grep -q ready "$NET_TMP/listen.log"
net_spawn left session sh -c 'exec 3<>/dev/tcp/192.0.2.10/22 || exec socat -u TCP:192.0.2.10:22 -'
net_spawn left session2 socat -u TCP:192.0.2.10:22 OPEN:/dev/null
net_wait "a session" sh -c "nsenter --net=/run/netns/$NET_ID-host ss -Htn state established sport = :22 | grep -q ."
tap_is "an open session would be cut: refused" 1 "$(on host env -u SSH_CONNECTION "$ZONEGATE" apply \
	--instance "$INSTANCE" -c "$NET_TMP/web/zonegate.conf" >"$NET_TMP/said" 2>&1; echo $?)"
tap_true "and named" grep -q "192.0.2.10 port 22" "$NET_TMP/said"
tap_is "nothing is loaded" "" "$(leftovers)"
tap_true "let in: applied" on host env -u SSH_CONNECTION "$ZONEGATE" apply --instance "$INSTANCE" \
	-c "$NET_TMP/ssh/zonegate.conf"
tap_true "stop" z stop
for pid in "${NET_PIDS[@]}"; do kill "$pid" 2>/dev/null; done
sleep 0.2

# The management zone, with nobody logged in.
for name in web ssh; do
	sed -i 's/^world = .*/&\nmanagement = 198.51.100.0\/28 192.0.2.1/; s/^zones = host$/&/' \
		"$NET_TMP/$name/zonegate.conf"
	sed -i '0,/^\[host\]/s//[host]\nmanagement = management/' "$NET_TMP/$name/zonegate.conf"
done
tap_is "a management zone that is shut out: refused" 1 "$(zc web apply >"$NET_TMP/said" 2>&1; echo $?)"
tap_true "with an address of it" grep -Eq "(192.0.2.1|198.51.100.0) could not connect to port 22" "$NET_TMP/said"
tap_true "let in: applied" zc ssh apply
sed -i 's/^admin,world/admin,some/; ' "$NET_TMP/ssh/rows.csv"
sed -i 's/^world = .*/&\nsome = 198.51.100.0\/29/' "$NET_TMP/ssh/zonegate.conf"
tap_is "a part of it shut out: refused" 1 "$(zc ssh apply >"$NET_TMP/said" 2>&1; echo $?)"
tap_true "audit cuts nobody off" sh -c "printf '[policy]\nmode = audit\n' >>'$NET_TMP/ssh/zonegate.conf'"
tap_true "and is applied" zc ssh apply
tap_end
