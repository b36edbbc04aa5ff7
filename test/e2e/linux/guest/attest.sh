# shellcheck shell=busybox
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Attestation through configfs-tsm, as any guest does it. The nonces here are the guest's own: the relying party's comes
# with evidence.sh.
REPORTS=/sys/kernel/config/tsm/report
VTPM_GUID=c476f1eb-0123-45a5-9641-b4e7dde5bfe3

# report NAME [ATTRIBUTE=VALUE...]: asks the SVSM; leaves NAME.report, NAME.manifest, NAME.certificates, and makes
# NAME.nonce unless there is one
report() {
	local name="$1" dir="$REPORTS/$1" attribute
	shift
	mkdir "$dir" || return
	[ -f "$name.nonce" ] || head -c 64 /dev/urandom >"$name.nonce"
	echo svsm >"$dir/service_provider" || return
	for attribute in "$@"; do
		echo "${attribute#*=}" >"$dir/${attribute%%=*}" || return
	done
	dd if="$name.nonce" of="$dir/inblob" bs=64 2>/dev/null || return
	cat "$dir/outblob" >"$name.report" && cat "$dir/manifestblob" >"$name.manifest" || return
	cat "$dir/auxblob" >"$name.certificates" 2>/dev/null
	[ "$(cat "$dir/provider")" = sev_guest ] || return
	same "$(stat -c %s "$name.report")" 1184
}

# REPORT_DATA is SHA-512 of nonce and manifest (SVSM specification, attestation protocol)
bound() {
	same "$(hex "$1.report" 80 64)" "$(cat "$1.nonce" "$1.manifest" | sha512sum | cut -d ' ' -f 1)"
}

vmpl_of() {
	same "$(hex "$1.report" 48 4)" "$2"
}

# The kernel gives a blob in pieces of any size
short_reads() {
	dd if="$REPORTS/$1/$2" bs="$3" 2>/dev/null | cmp - "$1.$4"
}

# Services manifest: GUID, length, count; then for each service GUID, offset and length
services_has_vtpm() {
	same "$(hex "$1" 0 16)" bb9e8463923d7046a1ff58f9c94b87bb || return
	same "$(hex "$1" 24 16)" ebf176c42301a5459641b4e7dde5bfe3
}

# Manifest version 1: version, count, and the keys with their sizes, big-endian; the default one first
list_has() { # COUNT
	same "$(hex keys.manifest 0 8)" "$(printf '%08x%08x' 1 "$1")" || return
	same "$(hex keys.manifest 8 2)" "$(printf '%04x' "$(stat -c %s vtpm.manifest)")" || return
	same "$(hex keys.manifest 10 "$(stat -c %s vtpm.manifest)")" "$(hex vtpm.manifest)"
}

check 'sysfs: VMPL 2' same "$(cat /sys/devices/system/cpu/sev/vmpl)" 2
check 'report for all services' report all
check 'report for all services: REPORT_DATA' bound all
check 'report for all services: VMPL 0' vmpl_of all 00000000
check 'report for all services: the vTPM is one' services_has_vtpm all.manifest
check 'report for the vTPM' report vtpm "service_guid=$VTPM_GUID" service_manifest_version=0
check 'report for the vTPM: REPORT_DATA' bound vtpm
check 'report for the vTPM: VMPL 0' vmpl_of vtpm 00000000
check 'short reads of the report' short_reads vtpm outblob 7 report
check 'short reads of the manifest' short_reads vtpm manifestblob 100 manifest
check 'report for all keys of the vTPM' report keys "service_guid=$VTPM_GUID" service_manifest_version=1
check 'report for all keys: REPORT_DATA' bound keys
check 'report for all keys: there are nine' list_has 9
