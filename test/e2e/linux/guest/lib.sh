# shellcheck shell=busybox
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Sourced by the guest's checks.

# check NAME COMMAND...: passes when the command succeeds; the time it took is shown in hundredths of a second
check() {
	local name="$1" start
	shift
	start=$(cut -d ' ' -f 1 /proc/uptime)
	if "$@" >/tmp/check.log 2>&1; then
		echo "ok $name ($(awk -v a="$start" '{ printf "%.2f", $1 - a }' /proc/uptime) s)"
		echo "$name" >>/tmp/passed
	else
		echo "FAIL $name: $*"
		sed 's/^/    /' /tmp/check.log | tail -n 12
		echo "$name" >>/tmp/failed
	fi
}

same() { # A B: prints both when they differ
	[ "$1" = "$2" ] || { echo "'$1' is not '$2'"; return 1; }
}

hex() { # FILE [SKIP COUNT]: bytes as one line of hex digits
	if [ $# = 1 ]; then
		xxd -p "$1"
	else
		dd if="$1" bs=1 skip="$2" count="$3" 2>/dev/null | xxd -p
	fi | tr -d '\n'
}
