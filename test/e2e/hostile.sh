#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# The firmware under a host that does not play by the rules: boots the conformance image with options of the simulated
# host, and each run must end as the tables say: the guest's checks all pass, or the firmware ends the machine with its
# reason. Needs `make` to have built everything.   usage: hostile.sh [--all] [NAME...]
# Without --all each exception is injected at one of the two main places, not at both.
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

passed=0 failed=0
check() { # NAME STATUS EXPECTED-STATUS HOST-PATTERN CONSOLE-PATTERN
	if [[ $2 == "$3" ]] && grep -qaE "$4" "$OUT/$1/host.log" && grep -qaE "$5" "$OUT/$1/console.log"; then
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

mkdir -p "$OUT"
while IFS='|' read -r name options status host console; do
	name=${name// /} status=${status// /} host=${host# } console=${console# }
	[[ $name == '' ]] && continue
	wanted "$name" "$@" || continue
	read -ra words <<<"$options"
	run "$name" "$status" "${host%"${host##*[! ]}"}" "$console" "${words[@]}"
done <<<"$table"

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
