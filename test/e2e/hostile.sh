#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# The firmware under a host that does not play by the rules: boots the conformance image with options of the simulated
# host, and each run must end as the tables say: the guest's checks all pass, or the firmware ends the machine with its
# reason. Needs `make` to have built everything.   usage: hostile.sh [--all] [NAME...]
# NAME: of a row, "lies" or "vectors". Without --all each exception is injected at one of the two main places, not at both,
# and rows that begin with "+" are left out unless they are named.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=test/e2e/machine.sh
source test/e2e/machine.sh

all=false
[[ ${1:-} != --all ]] || { all=true && shift; }
OUT=$BUILD/test/hostile
IMAGE=$BUILD/images/conformance.igvm
TERMINATED=69 # QEMU's exit status (docs/contracts.md section 4)

# name | options of the host | exit status | what its log must hold | what the console must hold
table='
honest            |                | 33 | residency protocol 2 call 1:         | answered with TPM_RC_RETRY [1-9]
no-timer          | no-timer       | 33 | residency protocol 2 call 1:         | no APIC timer for VMPL0: services yield at system calls only
storm             | storm seed=1   | 33 | storm: [0-9]{4,} events of 2[0-9]{2} | answered with TPM_RC_RETRY [1-9]
storm-other       | storm seed=2 4k | 33 | storm: [0-9]{4,} events of 2[0-9]{2} | conformance: [0-9]+ passed, 0 failed
'

# The same for a host that tells one lie in a run (test/e2e/snp-sim/lies.h). The name is that of the lie, with more options.
# Console "-": nothing can be there yet. Host patterns: the firmware's termination, set 0 and reason 0 general, 1 protocol,
# 2 SNP features; "refused" by the AMD-SP; a violation is where a processor would shut down.
ends='terminate: set=0 reason=0'
unusable='SVSM: panic: the host.s memory map is unusable'
outside='SVSM: guest memory: the image.s guest lies outside RAM'
absent='SVSM: guest memory: page state change refused at'
well='conformance: [0-9]+ passed, 0 failed'
lies="
map-empty          | | 69 | $ends | $unusable
map-no-firmware    | | 69 | $ends | $unusable
map-part-firmware  | | 69 | $ends | $unusable
map-reserved       | | 69 | $ends | $unusable
map-only-firmware  | | 69 | $ends | $outside
map-cut-image      | | 69 | $ends | $outside
map-overlap        | | 69 | $ends | $unusable
map-unsorted       | | 69 | $ends | $unusable
map-huge           | | 69 | $ends | $unusable
map-wrap           | | 69 | $ends | $unusable
map-above-c-bit    | | 69 | $ends | $unusable
map-to-c-bit       | | 69 | $ends | $absent
map-full           | | 69 | $ends | $unusable
map-many           | | 69 | $ends | $unusable
map-more-ram       | | 69 | $ends | $absent
map-nonsense       | | 69 | $ends | $unusable
+map-hidden        | | 33 | lie: memory map | $well
+map-types         | | 33 | lie: memory map | $well
cpuid-empty        | | 69 | $ends | -
cpuid-count        | | 71 | refused: AMD-SP answers SNP_LAUNCH_UPDATE | -
cpuid-count-most   | | 71 | refused: AMD-SP answers SNP_LAUNCH_UPDATE | -
cpuid-reserved     | | 71 | refused: AMD-SP answers SNP_LAUNCH_UPDATE | -
cpuid-out-of-range | | 71 | refused: AMD-SP answers SNP_LAUNCH_UPDATE | -
cpuid-no-encryption | | 69 | $ends | -
cpuid-c-bit-low    | | 69 | $ends | -
cpuid-c-bit-other  | | 65 | rule=shutdown vmpl=0 | -
cpuid-no-smap      | | 69 | $ends | SVSM: panic: the host hides SMEP or SMAP
cpuid-no-smep      | | 69 | $ends | SVSM: panic: the host hides SMEP or SMAP
cpuid-no-random    | | 69 | $ends | SVSM: panic: a service did not start
+cpuid-no-rdseed   | | 33 | lie: CPUID page | $well
+cpuid-basic-0     | | 33 | lie: CPUID page | $well
+cpuid-xsave       | | 33 | lie: CPUID page | $well
+cpuid-full        | | 33 | lie: CPUID page | $well
+cpuid-vendor      | | 33 | lie: CPUID page | $well
+cpuid-caches      | | 33 | lie: CPUID page | $well
"

passed=0 failed=0
check() { # NAME STATUS EXPECTED-STATUS HOST-PATTERN CONSOLE-PATTERN
	if [[ $2 == "$3" ]] && grep -qaE "$4" "$OUT/$1/host.log" && { [[ $5 == - ]] || grep -qaE "$5" "$OUT/$1/console.log"; }; then
		echo "ok   $1"
		passed=$((passed + 1))
	else
		echo "FAIL $1: status $2, expected $3, '$4' and '$5'; the logs end:"
		tail -qn 3 "$OUT/$1/host.log" "$OUT/$1/console.log" | cut -c 1-300
		failed=$((failed + 1))
	fi
}

run() { # NAME EXPECTED-STATUS HOST-PATTERN CONSOLE-PATTERN [OPTION...]
	local status=0
	# No evidence link: the guest is done when its checks are
	machine_start_sp "$OUT/$1"
	machine_start_qemu "$OUT/$1" "$IMAGE" none "${@:5}"
	machine_wait || status=$?
	check "$1" "$status" "$2" "$3" "$4"
}

wanted() { # NAME NAMES...
	(($# == 1)) || [[ " ${*:2} " == *" $1 "* ]]
}

run_table() { # TABLE GROUP OPTION-BEFORE-NAME NAMES...
	local table=$1 group=$2 option=$3 name options status host console words
	shift 3
	while IFS='|' read -r name options status host console; do
		name=${name// /} status=${status// /} host=${host# }
		[[ $name == '' ]] && continue
		if [[ $name == +* ]]; then
			name=${name#+}
			$all || { (($# > 0)) && wanted "$name" "$@"; } || continue
		fi
		wanted "$name" "$@" || { (($# > 0)) && wanted "$group" "$@"; } || continue
		read -ra words <<<"${option:+$option$name }$options"
		run "$name" "$status" "${host%"${host##*[! ]}"}" "${console# }" "${words[@]}"
	done <<<"$table"
}

mkdir -p "$OUT"
run_table "$table" table '' "$@"
run_table "$lies" lies lie= "$@"

# One exception at a place: in ring 0 it ends the machine, in a service it ends the service, and so the boot. Vectors 2 and
# 28 mean nothing to the firmware: the storms have them. The processor pushes an error code only for some.
with_code=' 8 10 11 12 13 14 17 29 '
places=([1]=kernel [2]=entry [3]=return [4]=service [5]=copy)
in_ring_0='SVSM: panic: unexpected exception in ring 0'
in_service='SVSM: panic: a service did not start'
exception() { # VECTOR PLACE {plain|coded}
	local name=vector-$1-${places[$2]}-$3 expect=$in_ring_0
	(($2 < 4)) || expect=$in_service
	run "$name" "$TERMINATED" "injects vector $1 " "$expect" "vector=$1" "place=$2" "$3"
}

if wanted vectors "$@"; then
	for vector in {0..31}; do
		[[ $vector == 2 || $vector == 28 ]] && continue
		for place in 1 4; do
			$all || ((place == (vector % 2 ? 1 : 4))) || continue
			exception "$vector" "$place" plain
			[[ $with_code != *" $vector "* ]] || exception "$vector" "$place" coded
		done
	done
	for vector in 6 8 14 29; do
		for place in 2 3; do
			exception "$vector" "$place" plain
			[[ $with_code != *" $vector "* ]] || exception "$vector" "$place" coded
		done
	done
	for vector in 13 14 29; do
		exception "$vector" 5 coded
	done
fi
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
