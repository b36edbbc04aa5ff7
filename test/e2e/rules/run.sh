#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Tests of the simulated SNP host: a program in the firmware's place breaks one rule a run, and the run must end as the
# table below says. Needs `make` to have built everything.   usage: run.sh [RULE...]
set -euo pipefail
cd "$(dirname "$0")/../../.."
# shellcheck source=test/e2e/machine.sh
source test/e2e/machine.sh

BUILD=${BUILD:-build}
OUT=$BUILD/test/rules

# rule at VMPL0 | function at VMPL2 | processors, option of the host | QEMU's exit status | what the last lines of the host's log must hold
table='
shutdown                 | none              | 1 | 65 | rule=shutdown vmpl=0
shared_access_to_private | none              | 1 | 65 | rule=c0-access-to-private vmpl=0 .* gpa=8000000
outside_ram              | none              | 1 | 65 | rule=outside-ram vmpl=0 .* gpa=3f000000
vc_delivery              | none              | 1 | 65 | rule=vc-delivery vmpl=0
ghcb_msr_request         | none              | 1 | 65 | rule=ghcb-msr-request vmpl=0 .* gpa=abc
ghcb_not_shared          | none              | 1 | 65 | rule=ghcb-not-shared vmpl=0 .* gpa=8000000
pvalidate_shared         | none              | 1 | 65 | rule=rmp-instruction-operand vmpl=0 .* gpa=1000000
rmpadjust_outside_ram    | none              | 1 | 65 | rule=rmp-instruction-operand vmpl=0 .* gpa=3f000000
level2_no_rights         | read_forbidden    | 1 | 65 | rule=vmpl-permission vmpl=2 .* gpa=1000000
level2_read_only         | write_forbidden   | 1 | 65 | rule=vmpl-permission vmpl=2 .* gpa=1000000
level2_read_only         | execute_forbidden | 1 | 65 | rule=vmpl-permission vmpl=2 .* gpa=1000000
level2                   | vmsa_access       | 1 | 65 | rule=vmsa-page-access vmpl=2
level2_vmsa_read_only    | write_forbidden   | 1 | 65 | rule=vmsa-page-access vmpl=2 .* gpa=1000000
level2_vmsa_read_only    | execute_forbidden | 1 | 65 | rule=vmsa-page-access vmpl=2 .* gpa=1000000
level2_vmsa_read_only    | vmsa_rights       | 1 | 69 | terminate: set=1 reason=60
not_validated            | none              | 1 | 69 | terminate: set=1 reason=60
rescinded                | none              | 1 | 69 | terminate: set=1 reason=60
remapped_by_host         | none              | 1 | 69 | terminate: set=1 reason=60
vc_cpuid                 | none              | 1 | 69 | terminate: set=1 reason=60
vc_port                  | none              | 1 | 69 | terminate: set=1 reason=60
vc_msr                   | none              | 1 | 69 | terminate: set=1 reason=60
vc_vmmcall               | none              | 1 | 69 | terminate: set=1 reason=60
pvalidate_results        | none              | 1 | 69 | terminate: set=1 reason=60
rmpadjust_results        | none              | 1 | 69 | terminate: set=1 reason=60
level2                   | rmp_instructions  | 1 | 69 | terminate: set=1 reason=60
ghcb_answers             | none              | 1 | 69 | terminate: set=1 reason=60
message_iv               | none              | 1 | 65 | rule=guest-message-iv vmpl=0 .* gpa=5
ap_starts                | none              | 4 | 69 | terminate: set=1 reason=60
ap_second_level          | none              | 2 | 69 | terminate: set=1 reason=60
ap_second_level_waits    | none              | 2 | 69 | terminate: set=1 reason=60
ap_destroyed             | none              | 2 | 69 | terminate: set=1 reason=60
ap_replaced              | none              | 2 | 69 | terminate: set=1 reason=60
ap_held                  | none              | 3 | 69 | terminate: set=1 reason=60
ap_each_other            | none              | 2 | 69 | halted at vmpl 2 .* nothing will wake it
ap_refused               | none              | 3 | 69 | terminate: set=1 reason=60
ap_large_boundary        | none              | 2 | 69 | terminate: set=1 reason=60
level2                   | ap_refused        | 2 | 69 | terminate: set=1 reason=60
apic_ids                 | none              | 2 | 69 | terminate: set=1 reason=60
vmsa_in_use_write        | none              | 2 | 65 | rule=vmsa-in-use vmpl=0
vmsa_in_use              | none              | 2 | 69 | terminate: set=1 reason=60
vmsa_of_waiting          | none              | 2 | 69 | terminate: set=1 reason=60
vmsa_unmarked            | none              | 1 | 69 | terminate: set=1 reason=60
race_pvalidate           | none              | 2 | 69 | terminate: set=1 reason=60
race_rmpadjust           | none              | 2 | 65 | rule=vmpl-permission vmpl=2 .* gpa=1000000
stale_rmpadjust          | none              | 2 stale | 65 | rule=vmpl-permission vmpl=2 .* gpa=1000000
apic_send                | none              | 3 | 69 | terminate: set=1 reason=60
apic_self                | none              | 1 | 69 | terminate: set=1 reason=60
apic_new_stack           | none              | 1 | 69 | terminate: set=1 reason=60
apic_cr8                 | none              | 1 | 69 | terminate: set=1 reason=60
apic_nmi                 | none              | 2 | 69 | terminate: set=1 reason=60
apic_init                | none              | 2 | 69 | terminate: set=1 reason=60
apic_refused             | none              | 2 | 69 | terminate: set=1 reason=60
apic_timer               | none              | 2 | 69 | terminate: set=1 reason=60
apic_cpuid               | none              | 2 | 69 | terminate: set=1 reason=60
apic_level2              | apic_send         | 2 | 69 | terminate: set=1 reason=60
'

passed=0 failed=0
run_image() { # NAME IMAGE STATUS PATTERN [OPTION...]
	local status=0
	machine_run "$OUT/$1" "$2" "${@:5}" || status=$?
	if [[ $status == "$3" ]] && grep -qE "$4" "$OUT/$1/host.log"; then
		echo "ok   $1"
		passed=$((passed + 1))
	else
		echo "FAIL $1: status $status, expected $3 and '$4'; the host's log ends:"
		tail -n 3 "$OUT/$1/host.log" | cut -c 1-300
		failed=$((failed + 1))
	fi
}

mkdir -p "$OUT"
while IFS='|' read -r rule level2 cpus status pattern; do
	rule=${rule// /} level2=${level2// /} status=${status// /} pattern=${pattern# }
	[[ $rule == '' ]] && continue
	name=$rule
	[[ $level2 == none ]] || name=$rule-$level2
	(($# == 0)) || [[ " $* " == *" $name "* ]] || continue
	"${CC:-gcc}" -nostdlib -static -no-pie -Wl,-T,test/e2e/rules/rules.lds -Wl,-z,noexecstack -Wl,--build-id=none \
		-Wl,--defsym=chosen_rule="rule_$rule" -Wl,--defsym=chosen_level2="level2_$level2" \
		-o "$OUT/$name.elf" "$BUILD"/rules/*.o
	printf '{"format":"svsm-image","version":1,"name":"%s","profile":"qemu-kvm","guest_policy":"0x30000",
		"sev_features":["snp"],"firmware":"%s.elf","modules":[],"guest":null}\n' "$name" "$name" >"$OUT/$name.json"
	"$BUILD/bin/svsm-igvm-build" build "$OUT/$name.json" --input-dir "$OUT" -o "$OUT/$name.igvm" >"$OUT/$name.log"
	read -ra machine <<<"$cpus"
	MACHINE_CPUS=${machine[0]} run_image "$name" "$OUT/$name.igvm" "$status" "$pattern" "${machine[@]:1}"
done <<<"$table"

# Images the loader refuses, before a guest instruction runs
image=$OUT/shutdown.igvm
if (($# == 0)); then
	head -c 4000 "$image" >"$OUT/cut-short.igvm"
	run_image cut-short "$OUT/cut-short.igvm" 71 'refuse|image'
	sed 's/IGVM/IGVN/' "$image" >"$OUT/wrong-magic.igvm"
	run_image wrong-magic "$OUT/wrong-magic.igvm" 71 'refuse|image'
	{ head -c 40 "$image"; printf '\001'; tail -c +42 "$image"; } >"$OUT/wrong-checksum.igvm"
	run_image wrong-checksum "$OUT/wrong-checksum.igvm" 71 'refuse|image'
fi
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
