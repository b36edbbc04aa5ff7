#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Compares the high-water marks of the firmware's painted stacks with the bounds that stack-check proves: every stack that
# the results know must have a mark, and every mark a bound that is not below it. The image must be one with the option
# "stack-marks".
#   usage: stack-marks.sh [--only STACK] CONSOLE-LOG [FOLDER-OF-RESULTS]
#   --only: this stack alone, which must have been used
#   stack-marks.sh --self-test CONSOLE-LOG [FOLDER-OF-RESULTS]: each of several changes to the log or the results is found
set -euo pipefail

only='' self_test=false
while [[ ${1:-} == --* ]]; do
	case $1 in
	--only) only=$2 && shift 2 ;;
	--self-test) self_test=true && shift ;;
	*) echo "unknown option $1" >&2 && exit 3 ;;
	esac
done
log=$1 results=${2:-build/stack}
passed=0 failed=0

fail() {
	echo "FAILED: $*"
	failed=$((failed + 1))
}

marks() { # NAME: "CPU USED SIZE" of the highest mark of each CPU's stack
	tr -d '\r' <"$log" | sed -n "s/^SVSM: stack $1 \([0-9]*\): \([0-9]*\) of \([0-9]*\) bytes used$/\1 \2 \3/p" |
		sort -k1,1n -k2,2n | awk '{ last[$1] = $0 } END { for (cpu in last) print last[cpu] }' | sort -n
}

check() { # NAME-IN-LOG RESULT STACK: each CPU's
	local name=$1 bound size least=0 above found=false
	[[ -z $only || $only == "$name" ]] || return 0
	[[ -z $only ]] || least=1
	read -r bound size < <(jq -r --arg name "$3" '.stacks[] | select(.name == $name) | "\(.bytes) \(.size)"' "$results/$2.json")
	while read -r cpu used whole; do
		found=true
		# What lies above the part that the bound is for: start-up data of a service
		above=$((whole - size))
		if [[ $bound == null ]]; then
			fail "the stack $name has no bound"
		elif ((whole < size || used > bound + above)); then
			fail "stack $name, CPU $cpu: $used of $whole bytes used, above its bound of $bound of $size"
		elif ((used < least)); then
			fail "stack $name, CPU $cpu: not used"
		else
			echo "stack $name, CPU $cpu: $used bytes used, bound $((bound + above))"
			passed=$((passed + 1))
		fi
	done < <(marks "$name")
	$found || fail "the log has no mark of the stack $name"
}

check_all() {
	local stack service
	for stack in $(jq -r '.stacks[].name' "$results/kernel.json"); do
		check "$stack" kernel "$stack"
	done
	for service in vtpm attest; do
		check "$service" "$service" service
	done
	((passed + failed > 0)) || fail "no stack is called $only"
}

# Every way in which a mark can be wrong, one at a time, in copies
caught() { # WHAT LOG RESULTS
	if "$0" "$2" "$3" >/dev/null; then
		fail "not found: $1"
	else
		passed=$((passed + 1))
	fi
}

check_self() {
	local work stack file
	work=$(mktemp -d)
	# shellcheck disable=SC2064 # the folder is known now
	trap "rm -rf '$work'" EXIT
	for stack in boot kernel double_fault vtpm attest; do
		sed "s/^\(SVSM: stack $stack 0:\) [0-9]* of \([0-9]*\)/\1 \2 of \2/" "$log" >"$work/log"
		caught "a full $stack stack" "$work/log" "$results"
		sed "/^SVSM: stack $stack /d" "$log" >"$work/log"
		caught "no mark of the $stack stack" "$work/log" "$results"
	done
	for file in kernel vtpm attest; do
		rm -rf "$work/results" && cp -r "$results" "$work/results"
		jq '.stacks[].bytes = 0' "$results/$file.json" >"$work/results/$file.json"
		caught "bounds of 0 for $file" "$log" "$work/results"
		jq '.stacks[].bytes = null' "$results/$file.json" >"$work/results/$file.json"
		caught "no bounds for $file" "$log" "$work/results"
	done
}

if $self_test; then
	check_self
else
	check_all
fi
echo "$passed passed, $failed failed"
((failed == 0))
