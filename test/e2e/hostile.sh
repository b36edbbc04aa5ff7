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

# The same for a host that tells one lie in a run (test/e2e/snp-sim/lies.h). The name is that of the lie; what follows a "/"
# in it tells rows with different options apart. Console "-": nothing can be there yet. The firmware ends the machine
# with reason set 0, reason 0 (general), 1 (protocol) or 2 (SNP features). A violation is where a processor shuts down,
# or double-faults, which the simulator does not play on. Random lies may end in several ways, but in no violation.
ends='terminate: set=0 reason=0'
refused='refused: AMD-SP answers SNP_LAUNCH_UPDATE'
unusable='SVSM: panic: the host.s memory map is unusable'
outside='SVSM: guest memory: the image.s guest lies outside RAM'
absent='SVSM: guest memory: page state change refused at'
no_memory='SVSM: panic: the host does not give the firmware its memory'
in_ring_0='SVSM: panic: unexpected exception in ring 0'
in_service='SVSM: panic: a service did not start'
well='conformance: [0-9]+ passed, 0 failed'
# The channel to the AMD-SP is closed, and every later attestation call gets SVSM_ERR_INVALID_REQUEST
closed='SINGLE_SERVICE, manifest version 1: got 80000006'
lies="
+map-empty           | | 69 | $ends | $unusable
+map-no-firmware     | | 69 | $ends | $unusable
map-part-firmware    | | 69 | $ends | $unusable
+map-reserved        | | 69 | $ends | $unusable
map-only-firmware    | | 69 | $ends | $outside
+map-cut-image       | | 69 | $ends | $outside
map-overlap          | | 69 | $ends | $unusable
+map-unsorted        | | 69 | $ends | $unusable
map-huge             | | 69 | $ends | $unusable
+map-wrap            | | 69 | $ends | $unusable
+map-above-c-bit      | | 69 | $ends | $unusable
+map-to-c-bit        | | 69 | $ends | $absent
+map-full            | | 69 | $ends | $unusable
+map-many             | | 69 | $ends | $unusable
map-more-ram         | | 69 | $ends | $absent
+map-nonsense        | | 69 | $ends | $unusable
+map-hidden          | | 33 | lie: memory map | $well
+map-types           | | 33 | lie: memory map | $well
cpuid-empty          | | 69 | $ends | -
cpuid-count          | | 71 | $refused | -
+cpuid-count-most    | | 71 | $refused | -
+cpuid-reserved      | | 71 | $refused | -
+cpuid-out-of-range  | | 71 | $refused | -
cpuid-no-encryption  | | 69 | $ends | -
cpuid-c-bit-low      | | 69 | $ends | -
cpuid-c-bit-other    | | 65 | rule=shutdown vmpl=0 | -
cpuid-no-smap        | | 69 | $ends | SVSM: panic: the host hides SMEP or SMAP
+cpuid-no-smep       | | 69 | $ends | SVSM: panic: the host hides SMEP or SMAP
cpuid-no-random      | | 69 | $ends | $in_service
+cpuid-no-rdseed     | | 33 | lie: CPUID page | $well
+cpuid-basic-0       | | 33 | lie: CPUID page | $well
+cpuid-xsave         | | 33 | lie: CPUID page | $well
+cpuid-full          | | 33 | lie: CPUID page | $well
+cpuid-vendor        | | 33 | lie: CPUID page | $well
+cpuid-caches        | | 33 | lie: CPUID page | $well
msr-sev-info         | | 69 | terminate: set=0 reason=1 | -
+msr-version          | | 69 | terminate: set=0 reason=1 | -
msr-c-bit            | | 69 | terminate: set=0 reason=2 | -
+msr-features        | | 69 | terminate: set=0 reason=2 | -
+msr-no-vmpls         | | 69 | terminate: set=0 reason=2 | -
+msr-no-snp          | | 69 | terminate: set=0 reason=2 | -
msr-page-state       | | 69 | $ends | -
+msr-page-state-error | | 69 | $ends | -
msr-page-state-error/later | at=2 | 69 | $ends | SVSM: panic: not enough memory
msr-page-state-idle  | | 65 | rule=c0-access-to-private vmpl=0 | -
+msr-register         | | 69 | terminate: set=0 reason=1 | -
msr-register-other   | | 69 | terminate: set=0 reason=1 | -
+msr-random          | seed=1 | 69 | terminate: set=0 reason=1 | -
+msr-random/features | seed=2 at=2 | 69 | terminate: set=0 reason=2 | -
+msr-random/page-state | seed=3 at=3 | 69 | $ends | -
nae-psc              | | 69 | $ends | $no_memory
+nae-psc-info        | | 69 | $ends | $no_memory
+nae-psc-stuck        | | 69 | $ends | $no_memory
+nae-psc-idle        | | 33 | lie: request not done 80000010 | $well
+nae-psc-beyond      | | 33 | lie: request not done 80000010 | $well
nae-create-vcpu      | | 69 | $ends | SVSM: guest: the host refuses its virtual CPU
nae-run              | | 69 | $ends | SVSM: panic: the host refuses to run VMPL2
+nae-run-after       | at=3 | 69 | $ends | SVSM: panic: the host refuses to run VMPL2
+nae-io              | | 33 | lie: request not done 7b | $well
+nae-io-ones         | | 33 | lie: answer to request 7b | $well
+nae-io-zeros        | | 33 | lie: answer to request 7b | $well
+nae-msr             | | 33 | lie: request not done 7c | $well
+nae-msr-ones        | | 33 | lie: answer to request 7c | $well
+nae-msr-unmarked    | | 33 | lie: answer to request 7c | $well
+nae-random          | seed=1 | 33,35,69 | lie: answer to request | -
+nae-random/other    | seed=2 | 33,35,69 | lie: answer to request | -
+sp-busy             | at=4 | 33 | lie: message to the AMD-SP 4 | $well
sp-busy-after        | | 35 | lie: message to the AMD-SP 1 | $closed
+sp-vmm-error        | | 35 | lie: message to the AMD-SP 1 | $closed
+sp-error            | | 35 | lie: message to the AMD-SP 1 | $closed
+sp-bad-input        | | 35 | lie: message to the AMD-SP 1 | $closed
+sp-no-answer        | | 35 | lie: message to the AMD-SP 1 | $closed
+sp-not-asked        | | 35 | lie: message to the AMD-SP 1 | $closed
+sp-flip             | | 35 | lie: message to the AMD-SP 1 | $closed
+sp-truncated        | | 35 | lie: message to the AMD-SP 1 | $closed
+sp-replay           | at=2 | 35 | lie: message to the AMD-SP 2 | $closed
+sp-request          | | 35 | lie: message to the AMD-SP 1 | $closed
+sp-echo             | | 35 | lie: message to the AMD-SP 1 | $closed
page-user-stack      | | 69 | $ends | $in_service
+page-user-code      | | 69 | $ends | $in_service
page-replay          | at=20 | 69 | $ends | $in_service
page-kernel-stack    | | 69 | $ends | $in_ring_0
+page-kernel-stack/in-call | at=500 | 65 | rule=vc-delivery vmpl=0 | -
+page-kernel-code    | | 65 | rule=vc-without-handler vmpl=0 | -
page-kernel-code/later | at=500 | 69 | $ends | $in_ring_0
+page-tables         | | 65 | rule=vc-without-handler vmpl=0 | -
page-tables/later    | at=500 | 65 | rule=vc-delivery vmpl=0 | -
page-exceptions      | | 65 | rule=vc-delivery vmpl=0 | -
page-registers       | | 69 | $ends | $in_ring_0
+page-buffer         | | 35 | lie: takes page | platform command 0: got 80000003
+page-calling-area   | at=5 | 35 | lie: takes page | conformance: unexpected exception 29 error 404
+page-exchanged      | | 35 | lie: takes page | rescind: got 80001001
page-double          | | 69 | $ends | SVSM: panic: the host shows a validated page at an address that has none
+page-smashed        | seed=1 | 33 | snp-sim: launched | $well
+vmpl-idle           | at=1000 | 33 | lie: VMPL2 not run | $well
+vmpl-spurious       | seed=1 | 33 | lie: VMPL0 run after an exit that is no call | $well
+vmpl-twice          | | 33 | lie: VMPL0 run without an exit | $well
+vmpl-early          | | 33 | lie: VMPL2 run early | $well
vmpl-event           | at=100 | 35 | lie: event for VMPL2 d | conformance: unexpected exception 13
"

passed=0 failed=0
check() { # NAME STATUS EXPECTED-STATUS HOST-PATTERN CONSOLE-PATTERN
	if [[ ,$3, == *",$2,"* ]] && grep -qaE "$4" "$OUT/$1/host.log" && { [[ $5 == - ]] || grep -qaE "$5" "$OUT/$1/console.log"; }; then
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
		read -ra words <<<"${option:+$option${name%/*} }$options"
		name=${name/\//-}
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
