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
