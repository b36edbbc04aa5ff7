# shellcheck shell=busybox
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Several processors: each of the others came by the SVSM's CREATE_VCPU and the host's AP creation. They call the SVSM at
# once, each knowing what has to come out, and one goes offline and comes back: a new VMSA by CREATE_VCPU, and DELETE_VCPU of
# the old one.
export TPM2TOOLS_TCTI=device:/dev/tpmrm0
ROUNDS=3
CPUS=$(sed -n 's/.*\bvcpus=\([0-9]*\).*/\1/p' /proc/cmdline)

# extend_on CPU PCR: the value that comes out has to be that of this processor's commands alone
extend_on() {
	local expected i=0 digest
	expected=$(tpm2_pcrread -Q -o "pcr.$1" "sha256:$2" && hex "pcr.$1") || return
	while [ $i -lt $ROUNDS ]; do
		digest=$(printf '%064d' $((100 * $1 + i)))
		taskset -c "$1" tpm2_pcrextend "$2:sha256=$digest" || return
		expected=$(echo "$expected$digest" | xxd -r -p | sha256sum | cut -d ' ' -f 1)
		i=$((i + 1))
	done
	taskset -c "$1" tpm2_pcrread -Q -o "pcr.$1" "sha256:$2" && same "$(hex "pcr.$1")" "$expected"
}

# report_on CPU: every report covers the nonce of its own request
report_on() {
	local i=0
	while [ $i -lt $ROUNDS ]; do
		rm -f "cpu$1-$i.nonce"
		taskset -c "$1" sh -c ". /checks/report.sh && report cpu$1-$i service_guid=$VTPM_GUID && bound cpu$1-$i" || return
		rmdir "$REPORTS/cpu$1-$i"
		i=$((i + 1))
	done
}

# A key is made anew each time: the longest command there is, answered with TPM_RC_RETRY on the way
key_on() { # CPU
	taskset -c "$1" tpm2_createek -G rsa2048 -u "ek-cpu$1.pub" -c "ek-cpu$1.ctx" || return
	tail -c +3 "ek-cpu$1.pub" | cmp - "cpu0-0.manifest"
}

at_once() { # FUNCTION-AND-ARGUMENTS...: each in the background; all succeed
	local job failed=0 pids=''
	for job in "$@"; do
		$job &
		pids="$pids $!"
	done
	for job in $pids; do
		wait "$job" || failed=1
	done
	return $failed
}

online() { # CPU {0|1}
	echo "$2" >"/sys/devices/system/cpu/cpu$1/online"
}

# Without CPU 1, the rest works
offline() {
	online 1 0 && same "$(nproc)" $((CPUS - 1)) && report_on 0
}

back() {
	online 1 1 && same "$(nproc)" "$CPUS" && report_on 1
}

check "$CPUS processors" same "$(nproc)" "$CPUS"
check 'attestation from two processors at once' at_once 'report_on 0' 'report_on 1'
if [ -c /dev/tpm0 ]; then
	check 'TPM commands from two processors at once' at_once 'extend_on 0 16' 'extend_on 1 23'
	check 'TPM and attestation at once' at_once 'extend_on 0 16' 'report_on 1'
	check 'attestation and TPM at once' at_once 'report_on 0' 'extend_on 1 23'
	check 'two keys at once' at_once 'key_on 0' 'key_on 1'
	other='extend_on 0 16'
else
	other=true
fi
# Once: this kernel loses a GHCB each time a processor goes offline, has two of them, and panics when both are gone
# (docs/linux-guest.md). The conformance guest does it hundreds of times.
check 'processor 1 offline while processor 0 calls' at_once offline "$other"
check 'processor 1 online again while processor 0 calls' at_once back "$other"
if [ -c /dev/tpm0 ]; then
	check 'everything at once afterwards' at_once 'extend_on 0 16' 'extend_on 1 23' 'report_on 0' 'report_on 1'
fi
