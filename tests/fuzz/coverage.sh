#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Runs what was built with counters, adds the counts up and reports lines by folder and by file.
# Every unit test, fuzzer and oracle has to end well: one that fails ends this too.
#
# usage: tests/fuzz/coverage.sh FOLDER        the folder that coverage.mk builds into
set -u
cd "$(dirname "$0")/../.." || exit 2

folder=$1
scope='(bpf|user/(config|policy|resolve|compile))/'
rm -rf "$folder/raw" "$folder/html" && mkdir -p "$folder/raw" || exit 3
export LLVM_PROFILE_FILE=$PWD/$folder/raw/%p-%m.profraw
[[ $folder == /* ]] && LLVM_PROFILE_FILE=$folder/raw/%p-%m.profraw

quiet() { # COMMAND...
	"$@" >"$folder/said.txt" 2>&1 && return 0
	echo "coverage: $* failed:" >&2
	tail -n 30 "$folder/said.txt" >&2
	exit 1
}

for program in "$folder"/unit_test_*; do
	[[ $program == *.d ]] || quiet "$program"
done
for program in "$folder"/fuzz_*; do
	target=${program##*/fuzz_}
	mapfile -t inputs < <(find "tests/fuzz/corpus/$target" "tests/fuzz/regressions/$target" -type f 2>/dev/null)
	quiet "$program" "${inputs[@]}"
done
# Whether the words are the expected ones is `make golden`'s to say.
ZONEGATE=$(realpath "$folder/zonegate") tests/golden/cases.sh >"$folder/said.txt" 2>&1
for conf in tests/golden/{design-example,forms,shipped,server-host}/zonegate.conf configs/zonegate.conf; do
	[ ! -e "$conf" ] || quiet "$folder/zonegate" export nft -c "$conf"
done
if [ "$(id -u)" = 0 ]; then
	quiet "$folder/oracle" --failure "$folder/oracle-failure" --seed 1 --pairs 20000 --cases tests/oracle/cases
else
	echo "coverage: without root the oracle is left out" >&2
fi

objects=()
for program in "$folder"/unit_test_* "$folder"/fuzz_* "$folder/oracle"; do
	objects+=(-object "$program")
done
quiet llvm-profdata merge -sparse "$folder"/raw/*.profraw -o "$folder/all.profdata"
llvm-cov export -summary-only -instr-profile "$folder/all.profdata" "$folder/zonegate" "${objects[@]}" \
	>"$folder/summary.json" 2>/dev/null || exit 3
llvm-cov show -format=html -output-dir="$folder/html" -instr-profile "$folder/all.profdata" "$folder/zonegate" \
	"${objects[@]}" -ignore-filename-regex='(tests|cli|kernel|observe|service|util)/|/usr/' >/dev/null 2>&1
python3 - "$folder/summary.json" "$scope" <<'P' | tee "$folder/report.txt"
import collections, json, os, re, sys

folders, files = collections.defaultdict(lambda: [0, 0]), []
for entry in json.load(open(sys.argv[1]))["data"][0]["files"]:
    name, lines = os.path.relpath(entry["filename"]), entry["summary"]["lines"]
    if not re.match(sys.argv[2], name):
        continue
    files.append((name, lines["covered"], lines["count"]))
    for key in (os.path.dirname(name), "all"):
        folders[key][0] += lines["covered"]
        folders[key][1] += lines["count"]
for name, covered, count in sorted(files):
    print(f"{name:36}{covered:6} of {count:5} lines {100 * covered / max(count, 1):6.1f}%")
print()
for name, (covered, count) in sorted(folders.items(), key=lambda item: item[0] == "all"):
    print(f"{name:36}{covered:6} of {count:5} lines {100 * covered / max(count, 1):6.1f}%")
short = [name for name, (covered, count) in folders.items() if covered < 0.95 * count]
if short:
    print("under 95%:", ", ".join(sorted(short)), "(docs/coverage.md says why)")
P
echo "lines: $folder/html/index.html"
