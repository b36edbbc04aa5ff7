#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# More than one virtual CPU: the conformance image on a simulated machine with three processors, where its guest brings
# up the second, calls from both at once, and lets both race for the registers of the third, while processors keep old
# translations until INVLPGB as hardware may; and hosts that lie about their processors, which costs processors and not
# the boot. Needs `make` to have built everything.
#   usage: vcpus.sh [--storm] [NAME...]
# With --storm the host also injects interrupts at random moments during the whole run.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=test/e2e/machine.sh
source test/e2e/machine.sh

options=(stale)
[[ ${1:-} != --storm ]] || { options+=(storm seed=3) && shift; }
OUT=$BUILD/test/vcpus
IMAGE=$BUILD/images/conformance.igvm
GUEST_DONE=33 # QEMU's exit status when all checks of the guest passed (docs/contracts.md section 4)
VIOLATION=65  # and when the guest did what the processor forbids
BOOT_SECONDS=120
MACHINE_SECONDS=600 # three processors may share one

# name | processors | options of the host | what the firmware says
table='
refused    | 2 | lie=ap-refused | CPU 1: the host refuses to start it
dead       | 2 | lie=ap-dead | CPU 1: does not start
none       | 2 | lie=ids-none | the host does not list its CPUs: one CPU only
malformed  | 2 | lie=ids-malformed | the host.s list of CPUs is malformed: one CPU only
twice      | 2 | lie=ids-twice | 2 of 4 CPUs run
no-flush   | 2 | lie=no-invlpgb | the host hides INVLPGB: one CPU only
'

passed=0 failed=0
check() { # NAME WHAT COMMAND...
	if "${@:3}"; then
		echo "ok   $1: $2"
		passed=$((passed + 1))
	else
		echo "FAIL $1: $2; the logs end:"
		tail -qn 3 "$OUT/$1/host.log" "$OUT/$1/console.log" | cut -c 1-300
		failed=$((failed + 1))
	fi
}

says() { # NAME PATTERN
	grep -qaE "$2" "$OUT/$1/console.log"
}

wanted() { # NAME NAMES...
	(($# == 1)) || [[ " ${*:2} " == *" $1 "* ]]
}

emulator_failed() { # NAME
	grep -qa 'internal: the emulator mixed up host and guest' "$OUT/$1/host.log"
}

full_run() { # NAME PROCESSORS
	local status attempt
	MACHINE_CPUS=$2
	for attempt in 1 2 3; do
		status=0
		machine_start_sp "$OUT/$1"
		machine_start_qemu "$OUT/$1" "$IMAGE" none "${options[@]}"
		machine_wait || status=$?
		emulator_failed "$1" || break
		echo "note: $1: attempt $attempt: $(grep -a internal: "$OUT/$1/host.log")"
	done
	check "$1" "the guest's checks pass (status $status)" test "$status" == "$GUEST_DONE"
	check "$1" "all processors run" says "$1" "SVSM: $2 of $2 CPUs run"
	check "$1" 'the second CPU came up again' says "$1" '^ok .*CREATE_VCPU of a CPU that was offline'
	check "$1" 'both CPUs called at once' says "$1" '^ok .*wrong reports of the second'
	check "$1" 'both CPUs raced' says "$1" '^ok .*race: CREATE_VCPU and DELETE_VCPU on both'
	tr -d '\r' <"$OUT/$1/console.log" | grep -aE '^note: .*(rounds|created)' || true
}

# Until the firmware enters its guest, which it does whatever the host said about processors
boot() { # NAME PROCESSORS PATTERN [OPTION...]
	MACHINE_CPUS=$2
	machine_start_sp "$OUT/$1"
	machine_start_qemu "$OUT/$1" "$IMAGE" none "${@:4}"
	for ((i = 0; i < BOOT_SECONDS * 5; i++)); do
		! says "$1" 'entering the guest' 2>/dev/null || break
		kill -0 "$machine_qemu" 2>/dev/null || break
		sleep 0.2
	done
	kill "$machine_qemu" 2>/dev/null || true
	machine_wait || true
	check "$1" 'the guest is entered' says "$1" 'SVSM: entering the guest'
	check "$1" "the console tells: $3" says "$1" "$3"
}

stopped_in_time() { # NAME
	grep -qaE 'violation: rule=vmpl-permission vmpl=2 ' "$OUT/$1/host.log"
}

# A guest of test/e2e/conformance/hostile/ writes to a page that becomes a VMSA. The processor must stop it when it has
# lost its rights, before the page is looked at. A busy machine may give its CPU no time before the page is a VMSA, which
# the violation then names instead; without INVLPGB it is never stopped before.
attack() { # NAME PROCESSORS
	local status
	MACHINE_CPUS=$2
	sed "s|guest/conformance.elf|guest/$1.elf|; s|\"name\": \"conformance\"|\"name\": \"$1\"|" \
		manifests/images/conformance.json >"$OUT/$1.json"
	"$BUILD/bin/svsm-igvm-build" build "$OUT/$1.json" --input-dir "$BUILD" -o "$OUT/$1.igvm" >/dev/null
	for _ in {1..5}; do
		status=0
		machine_run "$OUT/$1" "$OUT/$1.igvm" "${options[@]}" || status=$?
		! stopped_in_time "$1" || break
	done
	check "$1" "the processor ends its run (status $status)" test "$status" == "$VIOLATION"
	check "$1" 'before the page becomes a VMSA' stopped_in_time "$1"
}

mkdir -p "$OUT"
while IFS='|' read -r name cpus words pattern; do
	name=${name// /} pattern=${pattern# }
	[[ $name == '' ]] && continue
	wanted "$name" "$@" || continue
	read -ra words <<<"$words"
	boot "$name" "${cpus// /}" "$pattern" "${words[@]}"
done <<<"$table"
! wanted three "$@" || full_run three 3
! wanted vmsa_writer "$@" || attack vmsa_writer 3
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
