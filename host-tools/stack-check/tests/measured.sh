#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Builds each program of programs/ with both compilers in several ways, runs it one instruction at a time, and compares the
# stack it used with the bound: never above it, and the bound not above it by more than the program's comment grants.
#   usage: measured.sh STACK-CHECK MEASURE [PROGRAM...]
#   FULL=1: more ways to build
set -uo pipefail

stack_check=$(realpath "$1") measure=$(realpath "$2")
shift 2
here=$(dirname "$(realpath "$0")")/programs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

ways=("gcc -O0" "gcc -O2" "gcc -Os" "gcc -O2 -flto" "clang -O0" "clang -O2" "clang -Os" "clang -O2 -flto -fuse-ld=lld")
if [[ -n ${FULL:-} ]]; then
	ways+=("gcc -O1" "gcc -O3" "gcc -O2 -no-pie -fno-pie" "gcc -O0 -no-pie -fno-pie" "gcc -O2 -fstack-clash-protection"
		"gcc -O2 -mno-red-zone -fno-asynchronous-unwind-tables" "gcc -O2 -fno-plt -fcf-protection"
		"gcc -Os -flto -no-pie" "gcc -O3 -flto -g" "gcc -O0 -fstack-clash-protection -fstack-protector-all"
		"gcc -O2 -march=x86-64-v3" "clang -O1 -fcf-protection" "clang -O3" "clang -O2 -no-pie -fno-pie"
		"clang -O0 -no-pie -fno-pie" "clang -O2 -fstack-clash-protection" "clang -O3 -flto -fuse-ld=lld -g"
		"clang -O2 -mno-red-zone" "gcc -O2 -static" "clang -Oz")
fi

bad() {
	echo "FAILED $program, $way: $*"
	failed=$((failed + 1))
}

field() { # NAME: of the program's comment
	sed -n "s/.*\b$1: *\([^ ]*\).*/\1/p" "$here/$program.c" | head -n 1
}

check() { # WHAT SLACK EXPECTED MEASURED PATH...
	local what=$1 slack=$2 expect=$3 measured=$4 status=0 bytes verdict sum
	shift 4
	"$stack_check" --json "${config[@]}" --entry work "$@" >"$work/out.json" 2>"$work/err" || status=$?
	if ((status == 3)); then
		bad "$what: $(cat "$work/err")"
		return
	fi
	read -r verdict bytes sum < <(jq -r '.entries[0] | "\(.verdict) \(.bytes) \([.path[].frame] | add)"' "$work/out.json")
	if [[ $verdict == assumed && $way == *-fstack-protector* ]]; then
		expect=any # __stack_chk_fail has no code here
	fi
	if [[ $expect != any && $verdict != "$expect" ]]; then
		bad "$what: verdict $verdict, expected $expect: $(jq -c '.entries[0].reasons' "$work/out.json")"
	elif [[ $verdict == unknown ]]; then
		[[ $bytes == null && $status == 2 ]] || { bad "$what: unknown with $bytes bytes, status $status" && return; }
		passed=$((passed + 1))
	elif ((status != 0)); then
		bad "$what: status $status"
	elif ((bytes < measured)); then
		bad "$what: bound $bytes is below the measured $measured"
	elif ((bytes > measured + slack)); then
		bad "$what: bound $bytes is more than $slack above the measured $measured"
	elif ((sum != bytes)); then
		bad "$what: the path's frames add up to $sum, the bound is $bytes"
	else
		passed=$((passed + 1))
	fi
}

build() { # COMPILER OPTIONS...
	local sources=("$here/common.c" "$here/$program.c") source
	for source in "$here/${program}_2.c" "$here/${program}_asm.S"; do
		[[ ! -e $source ]] || sources+=("$source")
	done
	rm -rf "$work/build" && mkdir "$work/build" && cd "$work/build" || return
	local usage=(-fstack-usage)
	[[ $1 != gcc ]] || usage+=("-fcallgraph-info=su,da")
	for source in "${sources[@]}"; do
		"$@" "${usage[@]}" -w -c "$source" || return
	done
	"$@" "${usage[@]}" -w -o program ./*.o
}

if (($# == 0)); then
	for file in "$here"/*.c; do
		name=$(basename "$file" .c)
		[[ $name == common || $name == *_2 ]] || set -- "$@" "$name"
	done
fi
for program in "$@"; do
	expect=$(field expect) slack=$(field slack)
	config=()
	if grep -q 'config:' "$here/$program.c"; then
		sed -n 's/.*config: *\({.*}\).*/\1/p' "$here/$program.c" | head -n 1 >"$work/config.json"
		config=(--config "$work/config.json")
	fi
	for way in "${ways[@]}"; do
		# A dynamic frame that is probed page by page needs another bound than the comment's.
		[[ $way != *clash* ]] || ! grep -q frames "$here/$program.c" || continue
		# A static C library has functions for every pointer of the program. Its tables lie next to the program's,
		# without relocations: an address in one of them may be the start of a walk through the next (an index from 1
		# lets compilers start before the object), so that a loop from a table's end takes in its neighbour. Not
		# knowing is right there; a bound below the measured one never is.
		allowed=$expect
		[[ $way != *-static* || $program != @(callback|table_loop) ]] || allowed=any
		# shellcheck disable=SC2086 # a command with its options
		if ! build $way 2>"$work/err"; then
			bad "does not build: $(head -n 3 "$work/err")"
			continue
		fi
		if ! measured=$("$measure" ./program work 2>"$work/err"); then
			bad "cannot be measured: $(cat "$work/err")"
			continue
		fi
		check 'program' "${slack:-0}" "$allowed" "$measured" ./program
		check 'program and directory' "${slack:-0}" "$allowed" "$measured" ./program .
		[[ $way == *-flto* ]] || check 'objects' "${slack:-0}" "$allowed" "$measured" ./*.o
	done
done
echo "$passed passed, $failed failed"
((failed == 0))
