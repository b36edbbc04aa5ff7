#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# The vtpm service as a process, driven by tpm2-tools: the binary that goes into the image, and the same sources with
# sanitizers.
set -euo pipefail
cd "$(dirname "$0")/../../.."

BUILD=${BUILD:-build}
passed=0
dir=$(mktemp -d)
server=''
cleanup() {
	[[ $server == '' ]] || kill "$server" 2>/dev/null || true
	rm -rf "$dir"
}
trap cleanup EXIT

check() { # NAME COMMAND...
	local name=$1
	shift
	if "$@" >"$dir/out" 2>&1; then
		passed=$((passed + 1))
		echo "ok   $name"
	else
		echo "FAIL $name: $*"
		cat "$dir/out"
		echo "$passed passed, 1 failed"
		exit 1
	fi
}
refused() { ! "$@"; }
is_fresh() { # all PCRs 0 to 15 are zero
	[[ $(tpm2_pcrread sha256:0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15 | grep -c '0x0\{64\}') == 16 ]]
}
no_objects_left() { [[ $(tpm2_getcap handles-transient)$(tpm2_getcap handles-loaded-session) == '' ]]; }
with_tpm_of() { # VTPM
	rm -f "$dir/socket" "$dir"/*.ctx
	"$BUILD/test/tpm-socket" serve "$1" "$dir/socket" "$dir/manifest" &
	server=$!
	for _ in {1..200}; do
		[[ ! -S $dir/socket ]] || break
		sleep 0.05
	done
	export TPM2TOOLS_TCTI="cmd:$BUILD/test/tpm-socket pipe $dir/socket"

	check "$1 starts without TPM2_Startup done" refused tpm2_getrandom 4
	check 'TPM2_Startup is the guest'"'"'s' tpm2_startup -c
	check 'PCRs are as after reset' is_fresh
	check 'nothing of the preparation is left' no_objects_left
	check 'selftest' tpm2_selftest -f
	check 'createek by tpm2-tools' tpm2_createek -G rsa -c "$dir/ek.ctx" -u "$dir/ek.pub"
	# the tool prefixes its TPMT_PUBLIC with the size: the rest has to be what the service attests
	check 'the EK is the manifest' cmp <(tail -c +3 "$dir/ek.pub") "$dir/manifest"
	check 'createak' tpm2_createak -C "$dir/ek.ctx" -c "$dir/ak.ctx" -u "$dir/ak.pub" -G rsa -g sha256 -s rsassa
	check 'flush' tpm2_flushcontext -t
	check 'pcrextend' tpm2_pcrextend "8:sha256=$(printf %064d 7)"
	check 'quote' tpm2_quote -c "$dir/ak.ctx" -l sha256:0,8 -q 0011 -m "$dir/quote" -s "$dir/sig" -o "$dir/pcrs"
	check 'checkquote' tpm2_checkquote -u "$dir/ak.pub" -m "$dir/quote" -s "$dir/sig" -f "$dir/pcrs" -q 0011
	check 'ECC primary' tpm2_createprimary -C e -G ecc -c "$dir/ecc.ctx"
	check 'NV define' tpm2_nvdefine -C o -s 32 0x1500001
	check 'NV write' tpm2_nvwrite -C o -i- 0x1500001 <<<'kept'
	check 'NV read' grep -q kept <(tpm2_nvread -C o -s 4 0x1500001)
	check 'wrong handle is refused' refused tpm2_readpublic -c 0x81000099
	check 'clear' tpm2_clear -c p
	kill "$server"
	wait "$server" 2>/dev/null || true
	server=''
}

with_tpm_of "$BUILD/firmware/vtpm"
with_tpm_of "$BUILD/test/vtpm-sanitized"
echo "$passed passed, 0 failed"
