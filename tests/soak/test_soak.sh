#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Reloads, upgrades (a replaced object) and kills at random moments while a flood of forbidden packets and
# many long connections run over the guarded NIC. No forbidden packet may come through, no connection may
# be lost, and the counters must add up to what was on the wire, to the packet.
# Environment: SOAK_RELOADS, SOAK_UPGRADES, SOAK_KILLS, SOAK_PACKETS (forbidden ones, at least), SOAK_CONNECTIONS,
# SOAK_RATE (packets a second), SOAK_SEED; FLOOD, WATCH: the programs that send and look.
# shellcheck source=tests/reload/begin.sh
. "$(dirname "$0")/../reload/begin.sh" so
# shellcheck source=tests/soak/site.sh
. tests/soak/site.sh

SOAK_SEED=${SOAK_SEED:-$((SRANDOM % 1000000))}
RANDOM=$SOAK_SEED
connections=$((SOAK_CONNECTIONS / 2))
grown=(grown300 grown600 grown1200 grown2400)
declare -A pids hash_of
soak_failed=0

# background NAME NAMESPACE COMMAND...: $NET_TMP/NAME.out has its words
background() {
	local name=$1 namespace=$2

	shift 2
	nsenter --net="/run/netns/$NET_ID-$namespace" -- "$@" >"$NET_TMP/$name.out" \
		2>"$NET_TMP/$name.err" </dev/null &
	pids[$name]=$!
	NET_PIDS+=($!)
}

finish() {
	kill -TERM "${pids[$1]}" 2>/dev/null
	wait "${pids[$1]}" 2>/dev/null
}

# said NAME WORD: the number behind the word
said() {
	awk -v word="$2" '{ for (i = 1; i < NF; i++) if ($i == word) { print $(i + 1); exit } }' "$NET_TMP/$1.out"
}

# The sum over all kinds but the permitted one.
forbidden() {
	awk '$1 != "permitted" && $1 != "refused" && $1 != "again" && $1 != "missed" && NF == 2 { sum += $2 }
		END { print sum + 0 }' "$NET_TMP/$1.out"
}

flood() { # PACKETS-PER-SECOND PACKETS
	background flood left "$FLOOD" eth0 "$mac" "$1" "$2" "$SOAK_SEED"
}

# What is in force guards both NICs and is one of the policies that were asked for.
whole() {
	local now

	now=$(states)
	case $now in
	"guarded guarded "?*) [[ " ${known[*]} " == *" ${now##* } "* ]] ;;
	*) false ;;
	esac
}

count_wrong() {
	soak_failed=$((soak_failed + 1))
	[ "$soak_failed" -gt 5 ] || printf '%s\n' "$*" | tail -n 5 | sed 's/^/# /'
}

applied() { # NAME [PROGRAM]
	on host "${2:-$ZONEGATE}" apply --instance "$INSTANCE" -c "$NET_TMP/$1/zonegate.conf" >"$NET_TMP/apply.log" 2>&1 ||
		count_wrong "apply $1: $(cat "$NET_TMP/apply.log")"
}

now_ms() {
	local now=${EPOCHREALTIME/[.,]/}

	echo "${now%???}"
}

# ---- the three kinds of trouble ----

reloads() {
	local i names=(a b)

	for ((i = 1; i <= SOAK_RELOADS; i++)); do
		applied "${names[i % 2]}"
	done
}

# In turn: another build, a flow table of another size, the first build again, the first size again.
upgrades() {
	local i

	for ((i = 0; i < SOAK_UPGRADES; i++)); do
		case $((i % 4)) in
		0) applied a "$NET_TMP/zonegate-other" ;;
		1) applied c "$NET_TMP/zonegate-other" ;;
		2) applied c ;;
		3) applied a ;;
		esac
		grep -q 'new programs' "$NET_TMP/apply.log" || count_wrong "upgrade $i replaced nothing"
	done
}

# killed MS PROGRAM COMMAND: with $target. 0 when it was killed before it came to its end
killed() {
	local delay_ms=$1 pid status

	shift
	# Not by on(): the shell that runs a function would get the signal.
	nsenter --net="/run/netns/$NET_ID-host" -- "$@" --instance "$INSTANCE" \
		-c "$NET_TMP/$target/zonegate.conf" >"$NET_TMP/killed.log" 2>&1 </dev/null &
	pid=$!
	sleep "$((delay_ms / 1000)).$(printf %03d $((delay_ms % 1000)))"
	kill -KILL "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	status=$?
	[ "$status" = 137 ]
}

# While hooks, flows and counters move to larger maps is a moment too short to be met by chance: one of
# the last bpf() calls fails, or the command is killed at it.
faulted() { # NAME
	local kind=signal=KILL

	[ $((RANDOM % 3)) != 0 ] || kind=error=ENOMEM
	on host strace -f -qq -e trace=bpf -o "$NET_TMP/trace" \
		-e "inject=bpf:$kind:when=$((grow_calls - RANDOM % (grow_calls / 4)))" \
		"$ZONEGATE" apply --instance "$INSTANCE" -c "$NET_TMP/$1/zonegate.conf" >"$NET_TMP/killed.log" 2>&1
	grep -qE 'INJECTED|killed by SIGKILL' "$NET_TMP/trace"
}

# In turn a reload, an upgrade, a growing policy, the service, each killed.
kills() {
	local i=0 done=0 level=0 target binary

	for ((i = 0; done < SOAK_KILLS && i < 4 * SOAK_KILLS; i++)); do
		binary=$([ $((RANDOM % 2)) = 0 ] && echo "$ZONEGATE" || echo "$NET_TMP/zonegate-other")
		case $((i % 4)) in
		0)
			target=$([ $((RANDOM % 2)) = 0 ] && echo a || echo b)
			killed $((RANDOM % apply_ms)) "$ZONEGATE" apply
			;;
		1)
			target=c
			killed $((RANDOM % upgrade_ms)) "$binary" apply
			;;
		2)
			target=${grown[level % ${#grown[@]}]}
			faulted "$target"
			;;
		3)
			target=b
			killed $((RANDOM % (2 * apply_ms + 300))) "$binary" run
			;;
		esac && done=$((done + 1))
		whole || count_wrong "after kill $i ($target): $(states)"
		[ "$(status policy.hash)" != "${hash_of[$target]}" ] || [ $((i % 4)) != 2 ] || level=$((level + 1))
		[ $((RANDOM % 2)) = 0 ] || applied a
	done
	killed_count=$done
}

# ---- the run ----

for program in "$FLOOD" "$WATCH"; do
	tap_need "$program is built" test -x "$program"
done
soak_policies
soak_other_build
for end in "left eth0" "host eth0" "host eth1" "right eth0"; do
	# shellcheck disable=SC2086 # name and device
	net_plain $end
done
net_still left eth0 host eth0
net_still right eth0 host eth1
mac=$(on host ip -o link show eth0 | sed 's/.*ether \([0-9a-f:]*\).*/\1/')
ulimit -n 4096

# What the watcher would say if there were no filter.
background watch host "$WATCH" eth0
net_wait "the watcher" grep -q watching "$NET_TMP/watch.out"
flood 5000 2400
wait "${pids[flood]}"
sleep 0.3
finish watch
tap_is "without the filter the watcher sees every kind of forbidden packet" 11 \
	"$(awk '$1 != "permitted" && $2 == 200' "$NET_TMP/watch.out" | wc -l)"

known=()
sent_before=$(net_sent left eth0)
inner_before=$(net_sent right eth0)
out_before=$(($(net_sent host eth0) + $(net_sent host eth1)))
for name in a b c "${grown[@]}"; do
	applied "$name"
	hash_of[$name]=$(status policy.hash)
	known+=("${hash_of[$name]}")
done
z stop >/dev/null 2>&1
# How many bpf() calls it takes to outgrow the maps; then small ones again.
applied a
on host strace -f -qq -e trace=bpf -o "$NET_TMP/trace" "$ZONEGATE" apply --instance "$INSTANCE" \
	-c "$NET_TMP/grown300/zonegate.conf" >"$NET_TMP/apply.log" 2>&1
tap_true "a growing policy gets new programs" grep -q "new programs" "$NET_TMP/apply.log"
grow_calls=$(wc -l <"$NET_TMP/trace")
z stop >/dev/null 2>&1
tap_is "policies" 7 "$(printf '%s\n' "${known[@]}" | sort -u | grep -c ..)"
tap_need "first apply" zc a apply
tap_is "nothing was sent meanwhile" "$sent_before $inner_before" "$(net_sent left eth0) $(net_sent right eth0)"

background server host tests/soak/hold.py serve 192.0.2.10 80
background partner left tests/soak/hold.py serve 192.0.2.1 9000
net_wait "servers" sh -c "nsenter --net=/run/netns/$NET_ID-host ss -tln | grep -q :80 &&
	nsenter --net=/run/netns/$NET_ID-left ss -tln | grep -q :9000"
background accepted left tests/soak/hold.py hold 192.0.2.10 80 "$connections" 2
background opened host tests/soak/hold.py hold 192.0.2.1 9000 "$connections" 2
net_wait "connections" sh -c "grep -q open $NET_TMP/accepted.out && grep -q open $NET_TMP/opened.out"
background watch host "$WATCH" eth0
net_wait "the watcher" grep -q watching "$NET_TMP/watch.out"

apply_ms=$(now_ms)
applied b
apply_ms=$(($(now_ms) - apply_ms + 1))
upgrade_ms=$(now_ms)
applied b "$NET_TMP/zonegate-other"
upgrade_ms=$(($(now_ms) - upgrade_ms + 1))

flood "$SOAK_RATE" 1000000000000
begin=$SECONDS
reloads
reloads_s=$((SECONDS - begin))
tap_is "$SOAK_RELOADS reloads under flood, in $reloads_s s: none failed" 0 "$soak_failed"
soak_failed=0
upgrades
tap_is "$SOAK_UPGRADES upgrades under flood: none failed" 0 "$soak_failed"
soak_failed=0
killed_count=0
kills
tap_is "kills under flood: after each, a whole policy is in force and the next apply works" 0 "$soak_failed"
tap_is "kills in the midst of apply and run" "$SOAK_KILLS" "$killed_count"
applied a
# Until enough was dropped, reload on.
extra=0
while [ "$(gate_count host "$INSTANCE" drop ingress any)" -lt "$SOAK_PACKETS" ]; do
	applied "$([ $((extra % 2)) = 0 ] && echo b || echo a)"
	extra=$((extra + 1))
	sleep 1
done
seconds=$((SECONDS - begin))
finish flood
finish accepted
finish opened
sleep 0.5
finish watch
finish server
finish partner
sleep 0.5

arrived=$(($(net_sent left eth0) - sent_before + $(net_sent right eth0) - inner_before))
left=$(($(net_sent host eth0) + $(net_sent host eth1) - out_before))
passed=$(gate_count host "$INSTANCE" rule any packets_in)
dropped=$(gate_count host "$INSTANCE" drop ingress any)
permitted=$(gate_count host "$INSTANCE" rule permitted packets_in)
seen=$(($(said watch permitted) + $(said watch missed)))
longest=$(printf '%s\n%s\n' "$(said accepted longest_ms)" "$(said opened longest_ms)" | sort -n | tail -n 1)

cat <<END
# seed $SOAK_SEED, $seconds s: $SOAK_RELOADS reloads in $reloads_s s, $SOAK_UPGRADES upgrades, $killed_count kills, $extra reloads more
# flood: made $(($(forbidden flood) + $(said flood permitted))), forbidden $(forbidden flood), refused by the sender's kernel $(said flood refused)
# arrived at the NICs $arrived = passed $passed + dropped $dropped; left the host $left
# forbidden behind the filter $(forbidden watch); permitted behind it $seen, counted $permitted
# connections: accepted $(said accepted held), lost $(said accepted lost), lines $(said accepted lines); opened $(said opened held), lost $(said opened lost), lines $(said opened lines); longest wait $longest ms
END
tap_true "forbidden packets: enough of them" test "$dropped" -ge "$SOAK_PACKETS"
tap_is "no forbidden packet came through" 0 "$(forbidden watch)"
[ "$(forbidden watch)" = 0 ] || sed 's/^/#   /' "$NET_TMP/watch.out"
tap_is "no accepted connection was lost" "$connections 0" "$(said accepted held) $(said accepted lost)"
tap_is "no opened connection was lost" "$connections 0" "$(said opened held) $(said opened lost)"
tap_is "counters: passed and dropped are what arrived" "$arrived" "$((passed + dropped))"
tap_is "counters: permitted packets are what was seen behind the filter" "$seen" "$permitted"
tap_is "no permitted packet came twice" 0 "$(said watch again)"
tap_is "counters: what left the host" "$left" "$(gate_count host "$INSTANCE" rule any packets_out)"
tap_is "nothing was dropped on the way out" 0 "$(gate_count host "$INSTANCE" drop egress any)"
tap_true "stop" z stop
tap_is "nothing is left" "" "$(leftovers)"
tap_end
