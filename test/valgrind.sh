#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# The host tools as they are shipped, under valgrind: no invalid access, no leak, on good and on broken input.
set -euo pipefail
cd "$(dirname "$0")/.."

BUILD=${BUILD:-build}
image=$BUILD/images/conformance.igvm
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0

check() { # EXPECTED-STATUS COMMAND...
	local expected=$1 status=0
	shift
	valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect \
		"$@" >"$dir/out" 2>&1 || status=$?
	if [[ $status == "$expected" ]]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL (status $status, expected $expected): $*"
		tail -n 20 "$dir/out"
	fi
}

head -c 5000 "$image" >"$dir/short.igvm"
: >"$dir/empty"
build_tool=$BUILD/bin/svsm-igvm-build
check 0 "$build_tool" measure "$image"
check 0 "$build_tool" inspect "$image" --json
check 0 "$build_tool" build manifests/images/conformance.json --input-dir "$BUILD" -o "$dir/image.igvm"
check 1 "$build_tool" measure "$dir/short.igvm"
check 1 "$build_tool" inspect "$dir/empty"
check 1 "$build_tool" build "$dir/empty" -o "$dir/none.igvm"
check 3 "$build_tool" lint "$dir/empty" --json
check 0 "$build_tool" lint "$image"
openssl ecparam -name secp384r1 -genkey -noout -out "$dir/id.pem"
check 0 "$build_tool" sign -k "$dir/id.pem" -A "$dir/id.pem" -o "$dir/signed.igvm" "$image"
check 0 "$build_tool" verify-id "$dir/signed.igvm" --json
check 1 "$build_tool" diff "$image" "$dir/signed.igvm"
check 0 "$build_tool" rebuild manifests/images/conformance.json "$dir/signed.igvm" --input-dir "$BUILD" --json
check 1 "$build_tool" measure --ovmf "$image"
check 0 "$build_tool" manifest compile --no-tpm manifests/keys/conformance.json -o "$dir/keys"
check 0 "$build_tool" manifest check manifests/selectors/signing-p256.json
check 0 "$build_tool" manifest decompile "$dir/keys"
check 0 "$build_tool" manifest print --json "$dir/keys"
check 1 "$build_tool" manifest print "$dir/short.igvm"
check 1 "$build_tool" manifest check manifests/images/conformance.json
attest=$BUILD/bin/svsm-attest
check 0 "$attest" challenge --state "$dir/state.json"
check 3 "$attest" verify "$dir/missing" --state "$dir/state.json" --reference "$dir/empty" --policy "$dir/empty" \
	--kds-url http://127.0.0.1:9 --trust-root "$dir/empty"
head -c 1184 /dev/urandom >"$dir/noise"
check 0 "$attest" challenge --state "$dir/state2.json"
check 10 "$attest" verify --report "$dir/noise" --offline --json --explain
check 10 "$attest" verify "$dir/noise" --state "$dir/state2.json" --offline
check 10 "$attest" show "$dir/noise" --as event-log
check 1 "$attest" batch --offline --no-cache --jobs 2 manifests/policies/conformance.json
check 4 "$attest" fetch --product Milan --kds-url http://127.0.0.1:9 --kds-timeout 1 --cache "$dir/cache"
vectors=../shared/vectors
if [[ -d $vectors ]]; then # a real report, accepted and refused
	real=("$attest" verify --report "$vectors"/reports/turin_v5_85da705e.bin --chain "$vectors"/kds/Turin_vcek_cert_chain_CRLF.pem
		--crl "$vectors"/crl/turin_vcek_20260819.crl --now 2026-08-26T00:00:00Z --offline)
	check 0 "${real[@]}" --cert "$vectors"/certs/turin_vcek_49d521f0.der --policy manifests/policies/lax.json
	check 16 "${real[@]}" --cert "$vectors"/certs/turin_vcek_49d521f0.der --policy manifests/policies/strict.json --explain
	check 11 "${real[@]}" --cert "$vectors"/certs/genoa_vcek_05788a16.der --json
	check 0 "$attest" show "$vectors"/reports/*.bin "$vectors"/certs/*.der "$vectors"/crl/*.crl "$vectors"/kds/*.pem
fi
stack_check=$BUILD/bin/stack-check
check 0 "$stack_check" --json --sarif "$dir/sarif" --html "$dir/html" "$BUILD/firmware/svsm.elf"
check 0 "$stack_check" --entry main "$BUILD/stack" "$BUILD/bin/stack-check" --allow-unknown
head -c 5000 "$BUILD/firmware/svsm.elf" >"$dir/short.elf"
check 3 "$stack_check" --entry main "$dir/short.elf"
check 3 "$stack_check" --entry main "$dir/empty"
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
