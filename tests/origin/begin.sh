# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The first line of each test of origin ports: `. "$(dirname "$0")/begin.sh" NAME`. The network tests'
# site, and programs of the Edge host that run under the policy's cgroup.
# Environment: ZONEGATE, the program under test.

# shellcheck source=tests/network/begin.sh
. "$(dirname "${BASH_SOURCE[0]}")/../network/begin.sh" "$1"

ORIGIN_GROUP=
ORIGIN_TOOLS=$PWD/tests/origin

# origin_site MODE LINES...: the demo's site with these lines of tcpoport.ini
origin_site() {
	local mode=$1

	shift
	site_copy "$NET_TMP/site"
	conf=$NET_TMP/site/zonegate.conf
	ORIGIN_GROUP=$(net_cgroup)
	site_set "$conf" origin-ports mode "$mode"
	origin_lines "$@"
}

origin_lines() {
	printf '%s\n' "$@" >"$NET_TMP/site/tcpoport.ini"
}

# grouped COMMAND...: on the Edge host, under the policy's cgroup
grouped() {
	# shellcheck disable=SC2016 # the inner shell expands
	on edge sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$ORIGIN_GROUP" "$@"
}

dial() {
	grouped "$ORIGIN_TOOLS/dial.py" "$@"
}

# dial_hold LOG ARGUMENTS...: keeps the connections until dial_release LOG
declare -A DIAL_PID=() DIAL_PIPE=()
dial_hold() {
	local log=$1 pipe

	shift
	mkfifo "$NET_TMP/$log.pipe"
	{
		# A pipe ends when nobody holds its other end, this program's later children included.
		for pipe in "${DIAL_PIPE[@]}"; do
			exec {pipe}>&-
		done
		dial --hold "$@" <"$NET_TMP/$log.pipe" >"$NET_TMP/$log" 2>&1
	} &
	DIAL_PID[$log]=$!
	NET_PIDS+=($!)
	# shellcheck disable=SC2093,SC1083,SC2086 # a descriptor by name, in an array
	exec {DIAL_PIPE[$log]}>"$NET_TMP/$log.pipe"
	net_wait "$log" grep -q ready "$NET_TMP/$log"
	sed -i '/ready/d' "$NET_TMP/$log"
}

dial_release() {
	local pipe=${DIAL_PIPE[$1]}

	exec {pipe}>&-
	wait "${DIAL_PID[$1]}" 2>/dev/null
	rm -f "$NET_TMP/$1.pipe"
	unset "DIAL_PID[$1]" "DIAL_PIPE[$1]"
}

# within FIRST LAST <PORTS: how many lines are ports of the range
within() {
	awk -v first="$1" -v last="$2" '$1 >= first && $1 <= last && NF == 1 { n++ } END { print n + 0 }'
}

line_count() {
	gate_count edge "$NET_ID" line "$@"
}

drop_count() {
	gate_count edge "$NET_ID" drop "$@"
}

# talk_begin NAME LOG ARGUMENTS...: a connection that stays (talk.py); talk_ask LOG: does it carry?
declare -A TALK_PIPE=() TALK_ASKED=()
talk_begin() {
	local name=$1 log=$2 pipe

	shift 2
	mkfifo "$NET_TMP/$log.pipe"
	{
		for pipe in "${TALK_PIPE[@]}"; do
			exec {pipe}>&-
		done
		on "$name" "$ORIGIN_TOOLS/talk.py" "$@" <"$NET_TMP/$log.pipe" >"$NET_TMP/$log" 2>&1
	} &
	NET_PIDS+=($!)
	# shellcheck disable=SC2093,SC1083,SC2086 # a descriptor by name, in an array
	exec {TALK_PIPE[$log]}>"$NET_TMP/$log.pipe"
	TALK_ASKED[$log]=1
	net_wait "$log" grep -q open "$NET_TMP/$log"
}

talk_ask() {
	local log=$1 pipe=${TALK_PIPE[$1]}

	echo >&"$pipe"
	TALK_ASKED[$log]=$((TALK_ASKED[$log] + 1))
	net_wait "an answer of $log" sh -c "[ \$(wc -l <'$NET_TMP/$log') -ge ${TALK_ASKED[$log]} ]"
	sed -n "${TALK_ASKED[$log]}p" "$NET_TMP/$log"
}

# ---- names and the service ----

# dns_serve NAME=ADDRESS...: what the Edge host's resolver answers from now on
dns_serve() {
	local pair hosts=$NET_TMP/hosts

	edge_stop dnsmasq
	: >"$hosts"
	for pair in "$@"; do
		echo "${pair#*=} ${pair%%=*}" >>"$hosts"
	done
	on edge dnsmasq --no-daemon --conf-file=/dev/null --no-resolv --no-hosts --bind-interfaces \
		--listen-address=127.0.0.1 --addn-hosts="$hosts" --user=root --pid-file= \
		>>"$NET_TMP/dnsmasq.log" 2>&1 </dev/null &
	NET_PIDS+=($!)
	net_wait "dnsmasq" sh -c "nsenter --net=/run/netns/$NET_ID-edge ss -Hlun 'sport = :53' | grep -q ."
}

# edge_pids NAME: processes on the Edge host by their name; the shells that started them are others
edge_pids() {
	local pid

	for pid in $(ip netns pids "$NET_ID-edge"); do
		[ "$(cat "/proc/$pid/comm" 2>/dev/null)" != "$1" ] || echo "$pid"
	done
}

# edge_stop NAME: ends them, and waits for it
edge_stop() {
	local pid

	for pid in $(edge_pids "$1"); do
		kill -CONT "$pid"
		kill "$pid"
		net_wait "the end of $1" sh -c "! kill -0 $pid"
	done
}

# service_start: zonegate run on the Edge host, asking 127.0.0.1 for names; until it is ready
service_start() {
	printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' >"$NET_TMP/resolv.conf"
	: >"$NET_TMP/service.log"
	[[ " ${NET_INSTANCES[*]} " == *" edge/$NET_ID "* ]] || NET_INSTANCES+=("edge/$NET_ID")
	# shellcheck disable=SC2016 # the inner shell expands
	on edge unshare --mount sh -c 'mount --bind "$0" /etc/resolv.conf && exec "$@"' \
		"$NET_TMP/resolv.conf" "$ZONEGATE" run --instance "$NET_ID" -c "$conf" \
		>>"$NET_TMP/service.log" 2>&1 </dev/null &
	NET_PIDS+=($!)
	net_wait "the service's metrics" metrics_of zonegate_
}

# metrics_of PREFIX: the lines of /metrics that begin so
metrics_of() {
	on edge curl -s --max-time 2 http://127.0.0.1:9477/metrics | grep "^$1"
}
