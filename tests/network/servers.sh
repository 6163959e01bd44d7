# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Real servers in the namespaces of net.sh: nginx, OpenSSH, vsftpd, and a many-port echo server. Each
# gets its configuration, keys and files in $NET_TMP, so the machine's own are left alone. Their
# clients' common options are here as well. Knows nothing of policies.

# Keys and certificates of this run, made once.
server_keys() {
	[ ! -e "$NET_TMP/tls.key" ] || return 0
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
		-subj /CN=zonegate-test -keyout "$NET_TMP/tls.key" -out "$NET_TMP/tls.crt" 2>/dev/null
	cat "$NET_TMP/tls.key" "$NET_TMP/tls.crt" >"$NET_TMP/tls.pem"
	ssh-keygen -q -t ed25519 -N '' -C '' -f "$NET_TMP/host_key"
	ssh-keygen -q -t ed25519 -N '' -C '' -f "$NET_TMP/user_key"
	mkdir -p "$NET_TMP/files"
	echo 'hello from the other side' >"$NET_TMP/files/hello.txt"
	truncate -s 256M "$NET_TMP/files/big.bin"
	chmod -R a+rX "$NET_TMP/files"
}

# server_web NAME "HTTP PORTS" "HTTPS PORTS"
server_web() {
	local name=$1 port folder=$NET_TMP/nginx-$1

	server_keys
	mkdir -p "$folder"
	{
		echo "daemon off; user root; worker_processes 1; pid $folder/pid; error_log stderr warn;"
		echo "events { worker_connections 1024; }"
		echo "http { access_log off; root $NET_TMP/files; keepalive_timeout 5; sendfile on;"
		for path in client_body proxy fastcgi uwsgi scgi; do
			echo "${path}_temp_path $folder/$path;"
		done
		echo "ssl_certificate $NET_TMP/tls.crt; ssl_certificate_key $NET_TMP/tls.key; server {"
		for port in $2; do
			echo "listen $port; listen [::]:$port;"
		done
		for port in $3; do
			echo "listen $port ssl; listen [::]:$port ssl;"
		done
		echo "} }"
	} >"$folder/nginx.conf"
	net_spawn "$name" "nginx-$name" nginx -p "$folder" -e stderr -c "$folder/nginx.conf"
	for port in $2 $3; do
		server_up "$name" "$port"
	done
}

# server_ssh NAME PORT...: root by the run's own key
server_ssh() {
	local name=$1 port

	shift
	server_keys
	mkdir -p /run/sshd
	{
		for port in "$@"; do
			echo "Port $port"
		done
		echo "HostKey $NET_TMP/host_key"
		echo "AuthorizedKeysFile $NET_TMP/user_key.pub"
		echo "PidFile none"
		echo "UsePAM no"
		echo "StrictModes no"
		echo "PermitRootLogin prohibit-password"
		echo "PasswordAuthentication no"
		echo "UseDNS no"
		echo "MaxStartups 100"
		echo "Subsystem sftp internal-sftp"
	} >"$NET_TMP/sshd-$name.conf"
	net_spawn "$name" "sshd-$name" "$(command -v sshd || echo /usr/sbin/sshd)" -D -e \
		-f "$NET_TMP/sshd-$name.conf"
	for port in "$@"; do
		server_up "$name" "$port"
	done
}

# server_ftp NAME PORT FIRST-LAST [OPTION=VALUE...]: anonymous, files of the run; active data from PORT-1
server_ftp() {
	local name=$1 port=$2 range=$3 option file=$NET_TMP/vsftpd-$1-$2.conf

	shift 3
	server_keys
	mkdir -p "$NET_TMP/empty"
	{
		echo "listen_ipv6=YES"
		echo "background=NO"
		echo "listen_port=$port"
		echo "anonymous_enable=YES"
		echo "anon_root=$NET_TMP/files"
		echo "no_anon_password=YES"
		echo "secure_chroot_dir=$NET_TMP/empty"
		echo "connect_from_port_20=YES"
		echo "ftp_data_port=$((port - 1))"
		echo "pasv_min_port=${range%-*}"
		echo "pasv_max_port=${range#*-}"
		echo "seccomp_sandbox=NO"
		echo "xferlog_enable=NO"
		echo "ssl_enable=YES"
		echo "allow_anon_ssl=YES"
		echo "force_local_data_ssl=NO"
		echo "force_local_logins_ssl=NO"
		echo "require_ssl_reuse=NO"
		echo "ssl_ciphers=HIGH"
		echo "rsa_cert_file=$NET_TMP/tls.pem"
		for option in "$@"; do
			echo "$option"
		done
	} >"$file"
	net_spawn "$name" "vsftpd-$name-$port" "$(command -v vsftpd || echo /usr/sbin/vsftpd)" "$file"
	server_up "$name" "$port"
}

# server_echo NAME tcp:PORT|udp:PORT|tcp:FIRST-LAST...
server_echo() {
	local name=$1 log

	shift
	log=echo-$name-${#NET_PIDS[@]}
	net_spawn "$name" "$log" "$NET_HERE/listen.py" "$@"
	net_wait "$log" grep -q ready "$NET_TMP/$log.log"
}

# Until somebody listens there.
server_up() {
	net_wait "$1's port $2" sh -c "nsenter --net=/run/netns/$NET_ID-$1 ss -Hltn 'sport = :$2' | grep -q ."
}

# ---- clients: quiet, and with an end ----

client_curl() {
	local name=$1

	shift
	on "$name" curl --silent --show-error --insecure --fail --connect-timeout 3 --max-time 20 "$@"
}

# client_ssh NAME PORT ADDRESS COMMAND...
client_ssh() {
	local name=$1 port=$2 address=$3

	shift 3
	on "$name" ssh -F none -q -i "$NET_TMP/user_key" -o BatchMode=yes -o ConnectTimeout=3 \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes \
		-p "$port" "root@$address" "$@"
}

# client_sftp NAME PORT ADDRESS REMOTE LOCAL: gets a file
client_sftp() {
	local address=$3

	[[ $address != *:* ]] || address="[$address]"
	on "$1" sftp -F none -q -i "$NET_TMP/user_key" -o BatchMode=yes -o ConnectTimeout=3 \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes \
		-P "$2" "root@$address:$4" "$5" >/dev/null
}

# client_lftp NAME active|passive[-tls] ADDRESS[:PORT] FILE: writes the file to standard output
client_lftp() {
	local passive=on tls=no

	[[ $2 == passive* ]] || passive=off
	[[ $2 != *-tls ]] || tls=yes
	on "$1" env HOME="$NET_TMP" lftp -c "set net:max-retries 1; set net:timeout 4;
		set net:reconnect-interval-base 1; set ftp:passive-mode $passive; set ftp:ssl-allow $tls;
		set ftp:ssl-force $tls; set ftp:ssl-protect-data $tls; set ssl:verify-certificate no;
		set ftp:prefer-epsv no; open ftp://$3; cat $4"
}
