# shellcheck shell=busybox
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Attestation reports through configfs-tsm. Sourced where they are asked for.
. /checks/lib.sh
REPORTS=/sys/kernel/config/tsm/report
VTPM_GUID=c476f1eb-0123-45a5-9641-b4e7dde5bfe3

# patiently COMMAND...: reads a report. An SVSM that has to make keys first does not let a kernel wait for them for long: the
# read fails after some seconds, and a later one finds them made. What fails for good does so at once.
patiently() {
	local tries=0 start
	while [ $tries -lt 20 ]; do
		start=$(cut -d . -f 1 /proc/uptime)
		"$@" && return
		[ $(($(cut -d . -f 1 /proc/uptime) - start)) -ge 3 ] || return
		tries=$((tries + 1))
	done
	return 1
}

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
	patiently cat "$dir/outblob" >"$name.report" && cat "$dir/manifestblob" >"$name.manifest" || return
	cat "$dir/auxblob" >"$name.certificates" 2>/dev/null
	[ "$(cat "$dir/provider")" = sev_guest ] || return
	same "$(stat -c %s "$name.report")" 1184
}

# REPORT_DATA is SHA-512 of nonce and manifest (SVSM specification, attestation protocol)
bound() {
	same "$(hex "$1.report" 80 64)" "$(cat "$1.nonce" "$1.manifest" | sha512sum | cut -d ' ' -f 1)"
}
