#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Boots upstream Linux, unmodified, at VMPL2 on the simulated SNP machine, runs its checks of vTPM and attestation, and
# verifies its evidence as a relying party; `make attest-linux` calls this.
#   usage: linux.sh [--kernel {svsm|stock}] [--vcpus N] [--attack command-line] [--checks LIST] [--cached] [--out DIR] [--quiet]
# --kernel: svsm (default) is built from upstream sources and has the vTPM driver; stock is Debian's own 6.12 cloud
# kernel: attestation only. --vcpus: 1 (default) to 4. --attack command-line boots the same image with one character of the
# kernel's command line changed: the relying party has to refuse. --checks: only these of test/e2e/linux/guest/, with
# commas between. --cached: use a kernel from the cache only.
# Exit status: svsm-attest's (0 accepted, 10..20 refused at a stage); 3 when a check failed in the guest or the machine
# did not deliver evidence; 77 when the kernel cannot be had.
set -euo pipefail
cd "$(dirname "$0")/../.."
export MACHINE_MEMORY=${MACHINE_MEMORY:-768M} MACHINE_SECONDS=${MACHINE_SECONDS:-900} LINK_SECONDS=${LINK_SECONDS:-600}
# shellcheck source=test/e2e/machine.sh
source test/e2e/machine.sh
# shellcheck source=test/e2e/evidence_link.sh
source test/e2e/evidence_link.sh

kernel=svsm attack=none cached='' OUT='' quiet=false checks='' vcpus=1
usage() {
	sed -n 's/^#  *usage: linux.sh/usage: linux.sh/p' "$0" >&2
	exit 2
}
while (($#)); do
	case $1 in
	--cached) cached=--cached ;;
	--quiet) quiet=true ;;
	--kernel | --vcpus | --attack | --checks | --out)
		(($# > 1)) || usage
		case $1 in
		--kernel) kernel=$2 ;;
		--attack) attack=$2 ;;
		--vcpus) vcpus=$2 ;;
		--checks) checks=$2 ;;
		--out) OUT=$2 ;;
		esac
		shift
		;;
	*) usage ;;
	esac
	shift
done
[[ $kernel == svsm || $kernel == stock ]] || usage
[[ $attack == none || $attack == command-line ]] || usage
[[ $checks =~ ^[a-z,]*$ && $vcpus =~ ^[1-4]$ ]] || usage
export MACHINE_CPUS=$vcpus
suffix=''
((vcpus == 1)) || suffix=-$vcpus-vcpus
OUT=${OUT:-$BUILD/linux/$kernel$suffix}

say() { $quiet || echo "$*"; }
fail() {
	echo "linux: $*" >&2
	exit 3
}
svsm_attest=$BUILD/bin/svsm-attest
state=$OUT/relying-party.json evidence=$OUT/evidence.json

# What this kernel can show, in this order, and what a relying party asks of it
case $kernel$suffix in
svsm) checks=${checks:-attest,vtpm,collect,evidence} keys=long policy=conformance binding='' ;;
svsm-*) checks=${checks:-smp,evidence} keys=conformance policy=conformance binding='' ;;
stock) checks=${checks:-attest,evidence} keys=conformance policy=report binding=none ;;
stock-*) checks=${checks:-smp,evidence} keys=conformance policy=report binding=none ;;
esac

folder=$(test/e2e/linux/kernel.sh $cached "$kernel")
mkdir -p "$OUT"
rm -f "$evidence" "$OUT/verdict.json"
modules=''
[[ ! -d $folder/modules ]] || modules=$folder/modules
# shellcheck disable=SC2086 # none or one word
test/e2e/linux/initramfs.sh "$OUT/initramfs.cpio" "$svsm_attest" $modules

# One processor does without APIC and ACPI, as the first PCs did. More are found in the image's ACPI tables, and have local
# APICs, but no I/O APIC; Linux takes such a machine for one with EFI, and without the word would look for that and then a
# BIOS to restart. The time stamp counter cannot be measured well: a timer's interrupt takes a long way.
khz=$("$BUILD/bin/tsc-khz")
HZ=$(sed -n 's/^CONFIG_HZ=//p' "$folder/config")
command_line='console=ttyS0 nokaslr noapic pci=off'
((vcpus == 1)) && command_line+=' nosmp nolapic acpi=off'
((vcpus == 1)) || command_line+=' efi=noruntime'
command_line+=" tsc=reliable tsc_early_khz=$khz lpj=$((khz * 1000 / HZ)) no_timer_check swiotlb=1024 panic=-1"
command_line+=" checks=$checks keys=$(jq '.templates | length' "manifests/keys/$keys.json") vcpus=$vcpus"
describe() { # COMMAND-LINE: the image description
	jq -n --arg kernel "$folder/bzImage" --arg initrd "$(realpath "$OUT/initramfs.cpio")" --arg line "$1" \
		--arg name "linux-$kernel$suffix" --arg keys "keys/$keys.keys" --argjson vcpus "$vcpus" '{format: "svsm-image", version: 1, name: $name, profile: "qemu-kvm",
		vcpus: $vcpus, guest_policy: "0x30000", sev_features: ["snp"], firmware: "firmware/svsm.elf",
		modules: [{kind: "vtpm", file: "firmware/vtpm"}, {kind: "attest", file: "firmware/attest"},
			{kind: "key-templates", file: $keys}],
		guest: {kind: "linux", kernel: $kernel, initrd: $initrd, command_line: $line}}'
}
describe "$command_line" >"$OUT/image.json"
image=$OUT/linux.igvm
"$BUILD/bin/svsm-igvm-build" build "$OUT/image.json" --input-dir "$BUILD" -o "$image" \
	--cpu-model "$MACHINE_CPU_MODEL" --reference "$OUT/reference.json"
if [[ $attack == command-line ]]; then
	describe "${command_line/panic=-1/panic=-2}" >"$OUT/tampered.json"
	image=$OUT/tampered.igvm
	"$BUILD/bin/svsm-igvm-build" build "$OUT/tampered.json" --input-dir "$BUILD" -o "$image"
fi
say "kernel          $(cat "$folder/version")"
say "image           $image ($(stat -c %s "$image") bytes)"

machine_start_sp "$OUT/run"
link_open "$OUT/run"
nonce=$("$svsm_attest" challenge --state "$state")
start=$(date +%s%N)
machine_start_qemu "$OUT/run" "$image" "pipe:$OUT/run/com2" calls "tsc-khz=$khz"
say "machine         $($QEMU --version | head -n 1), snp-sim and amd-sp: simulated"
verdict=0
if [[ ,$checks, == *,evidence,* ]]; then
	link_expect_ready
	link_collect "nonce $nonce" "$binding"
	say "evidence        $evidence ($(stat -c %s "$evidence") bytes) after $((($(date +%s%N) - start) / 1000000)) ms"
	"$svsm_attest" verify "$evidence" --state "$state" --reference "$OUT/reference.json" --policy "manifests/policies/$policy.json" \
		--kds-url "$(cat "$OUT/run/sp/kds-url")" --trust-root "$OUT/run/sp/ark.pem" --no-cache --json-file "$OUT/verdict.json" ||
		verdict=$?
fi
status=0
wait "$machine_qemu" || status=$?
machine_qemu=''
machine_stop_sp
$quiet || grep -a -E '^(ok|FAIL|guest:) ' "$OUT/run/console.log" | tr -d '\r' || true
say "machine ended   with status $status after $((($(date +%s%N) - start) / 1000000)) ms"
((status == 0)) || fail "the machine ended with QEMU status $status; see $OUT/run/console.log and host.log"
grep -aq '^guest: [1-9][0-9]* checks passed, 0 failed' "$OUT/run/console.log" ||
	fail "not all checks passed in the guest; see $OUT/run/console.log"
if [[ $kernel == svsm && ,$checks, == *,attest,* ]]; then
	# Linux's first buffer for a manifest is a page: a longer one is refused with its size in RCX, and then given
	awk '/protocol 1 call 1: .* result 80000005 rcx 1[0-9a-f][0-9a-f][0-9a-f]$/ { size = $NF }
		/protocol 1 call 1: .* result 0 rcx / && $NF == size { found = 1 } END { exit !found }' "$OUT/run/host.log" ||
		fail "no attestation call was answered with the sizes of too small buffers and then served; see $OUT/run/host.log"
fi
if [[ $kernel == svsm && ,$checks, =~ ,(vtpm|smp), ]]; then
	# A command that outlasts its call is answered with TPM_RC_RETRY; each time the driver sends it again, it gets longer
	retries=$(sed -n 's/.* protocol 2 call 1: \([0-9]*\) us.*/\1/p' "$OUT/run/host.log" | awk '$1 > 30000 { n++ } END { print n + 0 }')
	((retries > 0)) || fail "no TPM command outlasted its call, so that nothing was tried again; see $OUT/run/host.log"
	say "sent again      $retries times, TPM commands that had outlasted two calls or more"
fi
say "longest stays   $(sed -n 's/^snp-sim: longest residency //p' "$OUT/run/host.log") (in VMPL0, of one SVSM call)"
exit "$verdict"
