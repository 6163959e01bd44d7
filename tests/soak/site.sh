# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The policies of the soak, which all mean the same to the flood and to the long connections: two that
# differ in rows and classes, one with a flow table of another size, and ones that grow. Knows the
# words of tests/reload/begin.sh; nothing of the flood but its addresses.

# soak_policy NAME FLOWS [ROW...]
soak_policy() {
	local folder=$NET_TMP/$1 flows=$2

	shift 2
	mkdir -p "$folder"
	{
		echo "rule,source,destination,protocol,ports,direction,purpose"
		printf '%s\n' "$@"
		echo "permitted,world,host,udp,7000,inbound,x"
		echo "web,world,host,HTTP,80,inbound,x"
		echo "tm,servers,host,tcp,17617 20022,inbound,x"
		echo "out,host,world,tcp,9000,outbound,x"
	} >"$folder/rows.csv"
	cat >"$folder/zonegate.conf" <<-END
		[host]
		interfaces = eth0 eth1
		zones = host
		[zones]
		host = 192.0.2.10 198.51.100.10 2001:db8:1::10
		servers = 10.20.1.0/24
		world = any !@host
		$([ "$SOAK_ZONE" = "" ] || echo "partners = $SOAK_ZONE")
		[components]
		zones = host
		[rules]
		tables = rows.csv
		[origin-ports]
		mode = off
		$([ -z "$GROUP" ] || echo "cgroup = $GROUP")
		[policy]
		flows = $flows
	END
}

# grown N: as many rules more, so that the counters' maps are doubled as well. All on ports that the
# flood leaves alone.
soak_grown() {
	local rows=() n

	for ((n = 0; n < $1; n++)); do
		rows+=("grown $n,servers,host,tcp,$((30000 + n)),inbound,x")
	done
	SOAK_ZONE='' soak_policy "grown$1" 65536 "${rows[@]}"
}

soak_policies() {
	SOAK_ZONE='' soak_policy a 65536
	SOAK_ZONE='198.18.0.0/15 !198.18.7.0/24 10.9.0.0/16' soak_policy b 65536 \
		"partners,partners,host,tcp,8443,inbound,x" "ssh,servers,host,SSH,22,inbound,x"
	SOAK_ZONE='198.18.0.0/15' soak_policy c 32768 "partners,partners,host,tcp,8443,inbound,x"
	for n in 300 600 1200 2400; do
		soak_grown "$n"
	done
}

# The same program of another build: a name in its debug information differs.
soak_other_build() {
	python3 - "$ZONEGATE" "$NET_TMP/zonegate-other" <<-'END'
		import sys
		data = open(sys.argv[1], "rb").read()
		assert data.count(b"\0ready_ns\0") > 0
		open(sys.argv[2], "wb").write(data.replace(b"\0ready_ns\0", b"\0ready_nz\0"))
	END
	chmod 755 "$NET_TMP/zonegate-other"
}
