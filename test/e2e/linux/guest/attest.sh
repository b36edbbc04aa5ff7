# shellcheck shell=busybox
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Attestation through configfs-tsm, as any guest does it. The nonces here are the guest's own: the relying party's comes
# with evidence.sh.
KEYS=$(sed -n 's/.*\bkeys=\([0-9]*\).*/\1/p' /proc/cmdline) # in the image's key-template manifest

vmpl_of() {
	same "$(hex "$1.report" 48 4)" "$2"
}

# The kernel gives a blob in pieces of any size, the first reader of a new report included
short_reads() { # NAME
	head -c 64 /dev/urandom >"$1.nonce"
	dd if="$1.nonce" of="$REPORTS/$1/inblob" bs=64 2>/dev/null || return
	patiently dd if="$REPORTS/$1/outblob" bs=7 2>/dev/null >"$1.report" || return
	dd if="$REPORTS/$1/manifestblob" bs=100 2>/dev/null | cmp - "$1.manifest" && bound "$1"
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

# The kernel first offers a page for the manifest. This one is longer, so that the SVSM answers with the sizes, and the
# kernel asks again.
longer_than_a_page() {
	[ "$(stat -c %s "$1.manifest")" -gt 4096 ]
}

refused() { # ATTRIBUTE=VALUE...: no report, and the next request is served
	! report refused "$@" || return
	rmdir "$REPORTS/refused"
}

check 'sysfs: VMPL 2' same "$(cat /sys/devices/system/cpu/sev/vmpl)" 2
check 'report for all services' report all
check 'report for all services: REPORT_DATA' bound all
check 'report for all services: VMPL 0' vmpl_of all 00000000
check 'report for all services: the vTPM is one' services_has_vtpm all.manifest
check 'report for all services: short reads' short_reads all
check 'report for the vTPM' report vtpm "service_guid=$VTPM_GUID" service_manifest_version=0
check 'report for the vTPM: REPORT_DATA' bound vtpm
check 'report for the vTPM: VMPL 0' vmpl_of vtpm 00000000
check 'report for the vTPM: short reads' short_reads vtpm
check 'report for all keys of the vTPM' report keys "service_guid=$VTPM_GUID" service_manifest_version=1
check 'report for all keys: REPORT_DATA' bound keys
check 'report for all keys: VMPL 0' vmpl_of keys 00000000
check "report for all keys: there are $KEYS" list_has "$KEYS"
[ "$KEYS" -lt 16 ] || check 'report for all keys: longer than the first buffer' longer_than_a_page keys
check 'report for all keys: short reads' short_reads keys
check 'no report for an unknown service' refused service_guid=00000000-0000-0000-0000-000000000001
check 'no report for an unknown manifest version' refused "service_guid=$VTPM_GUID" service_manifest_version=9
