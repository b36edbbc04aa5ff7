#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Compares the high-water marks of the firmware's painted stacks with the bounds that stack-check proves.
#   usage: stack-marks.sh CONSOLE-LOG [FOLDER-OF-RESULTS]
set -euo pipefail

log=$1 results=${2:-build/stack}
# The kernel and the C library put arguments and start-up frames on a service's stack before main.
ABOVE_MAIN=4096
passed=0 failed=0

check() { # NAME BOUND: of the stack that the log calls NAME, of whatever CPU
	local name=$1 bound=$2 mark
	mark=$(tr -d '\r' <"$log" | sed -n "s/^SVSM: stack $name [0-9]*: \([0-9]*\) of .*/\1/p" | sort -n | tail -n 1)
	if [[ -z $mark ]]; then
		echo "FAILED: the log has no mark of the stack $name"
	elif [[ $bound == null ]]; then
		echo "FAILED: the stack $name has no bound"
	elif ((mark > bound)); then
		echo "FAILED: the stack $name was used to $mark bytes, above its bound of $bound"
	else
		echo "stack $name: $mark bytes used, bound $bound"
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
}

check kernel "$(jq '.stacks[] | select(.name == "kernel") | .bytes' "$results/kernel.json")"
for service in vtpm attest; do
	bound=$(jq '.entries[] | select(.name == "main") | .bytes' "$results/$service.json")
	[[ $bound == null ]] || bound=$((bound + ABOVE_MAIN))
	check "$service" "$bound"
done
echo "$passed passed, $failed failed"
((failed == 0))
