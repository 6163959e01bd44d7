#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Writes vmlinux.h: the kernel types that bpf/ uses and what those need, cut from the running
# kernel's BTF. Knows the list of wanted types; must not know what they are used for.
# No preserve_access_index: every type here is kernel ABI or a wire format, nothing is relocated.
"""usage: vmlinux/regenerate.py [BTF_FILE] > vmlinux/vmlinux.h"""

import re
import subprocess
import sys

WANTED = """
__u8 __u16 __u32 __u64 __s8 __s16 __s32 __s64 __be16 __be32 __be64 __le16 __le32 __le64
__sum16 __wsum bool
xdp_md __sk_buff bpf_sockopt bpf_sock bpf_sock_addr bpf_sock_tuple sockaddr_in sockaddr_in6
xdp_action bpf_map_type

""".split()

# Anonymous enums are wanted by one of their members.
WANTED_MEMBERS = ["BPF_ANY", "BPF_F_NO_PREALLOC", "false"]

# Fields of kernel types that the programs read by pointer only: declared, not defined.
OPAQUE = {"bpf_flow_keys", "sock"}


def definitions(text):
    """Splits a C dump into top-level definitions, each ending with ';'."""
    depth, start, out = 0, 0, []
    for at, char in enumerate(text):
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
        elif char == ";" and depth == 0:
            out.append(text[start : at + 1].strip())
            start = at + 1
    return out


def name_of(definition):
    head = definition.split("{")[0].strip()
    if head.startswith("typedef"):
        function = re.search(r"\(\*(\w+)\)", definition)
        if function:
            return function.group(1)
        plain = re.search(r"(\w+)(\[\w*\])*;$", definition)
        return plain.group(1) if plain else None
    tagged = re.match(r"(struct|union|enum)\s+(\w+)$", head)
    return tagged.group(2) if tagged else None


def main():
    source = sys.argv[1] if len(sys.argv) > 1 else "/sys/kernel/btf/vmlinux"
    dump = subprocess.run(
        ["bpftool", "btf", "dump", "file", source, "format", "c"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    dump = re.sub(r"^#.*$", "", dump, flags=re.M)
    dump = re.sub(r"\s*__attribute__\(\(preserve_access_index\)\)", "", dump)

    named, anonymous, order = {}, [], {}
    for number, definition in enumerate(definitions(dump)):
        if "{" not in definition and not definition.startswith("typedef"):
            continue
        name = name_of(definition)
        key = name if name else f"anonymous {number}"
        order[key] = number
        named[key] = definition
        if not name:
            anonymous.append(key)

    keep, todo = set(), list(WANTED)
    for member in WANTED_MEMBERS:
        todo += [k for k in anonymous if re.search(rf"\b{member}\b", named[k])][:1]
    while todo:
        name = todo.pop()
        if name in keep or name in OPAQUE:
            continue
        if name not in named:
            sys.exit(f"regenerate.py: the BTF has no type {name}")
        keep.add(name)
        body = named[name]
        # Types behind a pointer need no definition.
        body = re.sub(r"\b(struct|union)\s+\w+\s+\*\w*", "", body)
        words = re.findall(r"\b(?:struct|union|enum)\s+(\w+)", body)
        words += re.findall(r"^\s*(?:typedef\s+)?(?:const\s+)?(\w+)", body, flags=re.M)
        todo += [word for word in words if word in named and word != name]

    print("/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */")
    print("/*")
    print(" * The kernel types that bpf/ uses, cut from BTF by vmlinux/regenerate.py: do not edit.")
    print(" * Owns nothing. Holds kernel ABI and wire formats only, so nothing is relocated by CO-RE.")
    print(" */")
    print("#ifndef __VMLINUX_H__\n#define __VMLINUX_H__\n")
    for name in sorted(OPAQUE):
        print(f"struct {name};")
    for name in sorted(keep, key=order.get):
        print("\n" + named[name])
    print("\n#endif /* __VMLINUX_H__ */")


if __name__ == "__main__":
    main()
