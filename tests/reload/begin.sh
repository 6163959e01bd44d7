# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The first line of each reload test: `. "$(dirname "$0")/begin.sh" NAME`. One host with two NICs, a
# neighbour behind each, and small policies; the words to ask what is in force and what is left.
# Environment: ZONEGATE, the program under test; ZONEGATE_ASAN, the same with sanitizers.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
ZONEGATE=$(realpath "${ZONEGATE:-build/zonegate}")
# shellcheck source=tests/network/net.sh
. tests/network/net.sh
# shellcheck source=tests/network/tap.sh
. tests/network/tap.sh

net_begin "$1"
INSTANCE=${NET_ID}i
PINS=/sys/fs/bpf/$INSTANCE
GROUP=$(net_cgroup)

# policy NAME NICS [ROW...]: $NET_TMP/NAME.conf with one table of its own, or with that of an older name
policy() {
	local name=$1 nics=$2

	shift 2
	{
		echo "rule,source,destination,protocol,ports,direction,purpose"
		printf '%s\n' "${@:-web,world,host,HTTP,80,inbound,x}"
		echo "ping,world,host,icmp,8,inbound,x"
	} >"$NET_TMP/rows.csv"
	# The table's name is a part of its rules' identity.
	mkdir -p "$NET_TMP/$name"
	mv "$NET_TMP/rows.csv" "$NET_TMP/$name/rows.csv"
	{
		echo "[host]"
		echo "interfaces = $nics"
		echo "zones = host"
		echo "[zones]"
		echo "host = 192.0.2.10 198.51.100.10"
		echo "world = any !@host"
		echo "[components]"
		echo "zones = host"
		echo "[rules]"
		echo "tables = rows.csv"
		echo "[origin-ports]"
		echo "mode = off"
		[ -z "$GROUP" ] || echo "cgroup = $GROUP"
	} >"$NET_TMP/$name/zonegate.conf"
}

# z COMMAND...: the program for the instance, in the host's namespace; zc NAME COMMAND...: of a policy
z() {
	gate host "$INSTANCE" "$@"
}

zc() {
	local name=$1

	shift
	z "$@" -c "$NET_TMP/$name/zonegate.conf"
}

# A value of status: `status policy.hash`, `status nics.0.state`; empty where there is none.
status() {
	z status --json 2>/dev/null | python3 -c '
import json, sys
value = json.load(sys.stdin)
for key in sys.argv[1].split("."):
    if isinstance(value, list):
        value = value[int(key)] if int(key) < len(value) else None
    else:
        value = value.get(key) if value else None
print("" if value is None else value)' "$1"
}

# The states of all NICs, then the policy's hash: "guarded guarded 1f0c..."
states() {
	z status --json 2>/dev/null | python3 -c '
import json, sys
status = json.load(sys.stdin)
print(*[nic["state"] for nic in status["nics"]], status["policy"]["hash"])'
}

# packets_in of a rule
counted() {
	z counters --json 2>/dev/null | python3 -c '
import json, sys
print(sum(r[sys.argv[2]] for r in json.load(sys.stdin)["rules"] if r["rule"] == sys.argv[1]))' \
		"$1" "${2:-packets_in}"
}

# What is left of the instance: nothing, or what it is.
leftovers() {
	ls -d "$PINS" "$PINS~next" 2>/dev/null
	on host ip -o link show | grep -o '[^ ]*: .*xdp[a-z]*' | sed 's/: .*xdp/: xdp/'
	on host bpftool net show 2>/dev/null | grep zg_
	on host tc qdisc show | grep clsact
	[ -z "$GROUP" ] || bpftool cgroup show "$GROUP" 2>/dev/null | grep zg_
}

# Three pings of the host from NAME: how many came back.
pings() {
	on "$1" ping -c 3 -i 0.05 -W 0.3 -q "$2" 2>/dev/null | sed -n 's/.* \([0-9]\) received.*/\1/p'
}

net_namespace host left right
net_link host eth0 left eth0
net_link host eth1 right eth0
net_address host eth0 192.0.2.10/24
net_address host eth1 198.51.100.10/24
net_address left eth0 192.0.2.1/24
net_address right eth0 198.51.100.1/24
