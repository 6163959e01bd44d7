#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# boot.sh KERNEL_ROOT FOLDER COMMAND: boots an unpacked linux-image in qemu (software emulation) with busybox, the
# tools named in TOOLS and FOLDER as /payload, runs COMMAND there as root. Exit status: COMMAND's; 97 when dmesg shows
# a fault, 98 when the guest never came to an end.
# Emulation with thread=multi and program replacement oopses 6.12 (int3 in the XDP dispatcher): one thread only.
set -euo pipefail
kernel=$1 payload=$2 command=$3
version=$(basename "$(find "$kernel" -type d -path '*/lib/modules/*' -prune | head -n 1)")
modules=$(find "$kernel" -type d -path "*/lib/modules/$version" | head -n 1)
wanted=${MODULES:-veth sch_ingress cls_bpf 8021q bonding dummy virtio_rng}
tools=${TOOLS:-ip tc bash nsenter bpftool ethtool timeout}
root=$(mktemp -d)
trap 'rm -rf "$root" "$root.img"' EXIT

add_module() { # the module's files in load order; nothing for one that is built in
	local line file
	line=$(grep -E "/$1\.ko(\.xz|\.zst)?:" "$modules/modules.dep") || return 0
	for file in $(echo "${line#*:}" | tr ' ' '\n' | tac) "${line%%:*}"; do
		local name
		name=$(basename "$file")
		name=${name%.xz}
		name=${name%.zst}
		[ -e "$root/modules/$name" ] && continue
		case $file in
		*.xz) xz -dc "$modules/$file" >"$root/modules/$name" ;;
		*.zst) zstd -qdc "$modules/$file" >"$root/modules/$name" ;;
		*) cp "$modules/$file" "$root/modules/$name" ;;
		esac
		echo "$name" >>"$root/modules/order"
	done
}

add_libraries() { # what a dynamic program needs, at the same paths
	{ ldd "$1" 2>/dev/null || true; } | { grep -o '/[^ ]*' || true; } | while read -r library; do
		mkdir -p "$root$(dirname "$library")"
		cp -Ln "$library" "$root$library" 2>/dev/null || true
	done
}

mkdir -p "$root"/{bin,proc,sys,dev,tmp,run,etc,modules,payload,lib64,root}
: >"$root/modules/order"
for module in $wanted; do add_module "$module"; done
cp /bin/busybox "$root/bin/busybox"
for tool in $tools; do
	path=$(PATH=$PATH:/usr/sbin:/sbin command -v "$tool")
	cp -L "$path" "$root/bin/$tool"
	add_libraries "$path"
done
cp -a "$payload"/. "$root/payload/"
find "$root/payload" -type f -perm -u+x | while read -r program; do add_libraries "$program"; done
printf 'root:x:0:0:root:/root:/bin/bash\n' >"$root/etc/passwd"
printf '%s\n' "$command" >"$root/command"

cat >"$root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox mkdir -p /usr/bin /usr/sbin /sbin
/bin/busybox --install -s /usr/bin
export PATH=/bin:/usr/bin HOME=/root
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t bpf bpf /sys/fs/bpf
ln -sf /proc/self/fd /dev/fd
mkdir -p /sys/fs/cgroup && mount -t cgroup2 cgroup /sys/fs/cgroup
while read -r module; do insmod "/modules/$module" || echo "guest: insmod $module failed"; done </modules/order
ln -sf bash /bin/sh
ip link set lo up
echo "GUEST-UP $(uname -r) after $(cut -d' ' -f1 /proc/uptime) s"
cd /payload && bash /command
status=$?
if dmesg | grep -E 'BUG:|WARNING:|Oops:|detected stall|lockup|general protection|invalid opcode|KASAN|lockdep'; then status=97; fi
echo "GUEST-EXIT $status after $(cut -d' ' -f1 /proc/uptime) s"
poweroff -f
INIT
chmod +x "$root/init"
(cd "$root" && find . -print0 | cpio --null -o -H newc --quiet | gzip -1) >"$root.img"
# shellcheck disable=SC2086 # QEMU_ARGUMENTS are several words
timeout "${LIMIT:-170}" qemu-system-x86_64 -accel tcg,thread=single -cpu max -smp 2 -m "${MEMORY:-1024M}" -nodefaults \
	-no-reboot -nographic -serial stdio -monitor none ${QEMU_ARGUMENTS:-} -kernel "$(find "$kernel" -name "vmlinuz-$version" | head -n 1)" \
	-initrd "$root.img" -append "console=ttyS0 quiet loglevel=3 panic=-1 mitigations=off nokaslr random.trust_cpu=on" \
	</dev/null | tr -d '\r' | tee "$root/log" || true
status=$(sed -n 's/^GUEST-EXIT \([0-9]*\) .*/\1/p' "$root/log" | tail -n 1)
exit "${status:-98}"
