#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# The command line of svsm-attest as scripts use it: exit codes, JSON on standard output, files. Reports are real ones
# where the folder with them is there; the rest runs everywhere.
set -uo pipefail
cd "$(dirname "$0")/../../.." || exit

BUILD=${BUILD:-build}
tool=$BUILD/bin/svsm-attest
vectors=../shared/vectors
now=2026-08-26T00:00:00Z
dir=$(mktemp -d)
replica=''
cleanup() {
	[[ $replica == '' ]] || kill "$replica"
	rm -rf "$dir"
}
trap cleanup EXIT
export XDG_CACHE_HOME=$dir/cache-home
passed=0 failed=0

good() { passed=$((passed + 1)); }
bad() {
	failed=$((failed + 1))
	echo "FAIL: $*"
	tail -n 15 "$dir/out"
}

expect() { # STATUS WORDS COMMAND...: exit status, and words somewhere in the output ('' for any)
	local status=0 wanted=$1 words=$2
	shift 2
	"$@" >"$dir/out" 2>&1 </dev/null || status=$?
	if [[ $status != "$wanted" ]]; then
		bad "status $status, expected $wanted: $*"
	elif [[ $words != '' ]] && ! grep -q -- "$words" "$dir/out"; then
		bad "no '$words' in what it says: $*"
	else
		good
	fi
}

holds() { # WHAT COMMAND...: the command succeeds
	local what=$1
	shift
	if "$@" >/dev/null 2>&1; then good; else bad "$what"; fi
}

json() { # JQ-FILTER COMMAND...: standard output is one JSON document for which the filter holds
	local filter=$1
	shift
	"$@" >"$dir/out" 2>"$dir/err" </dev/null
	if jq -e -s "length == 1 and (.[0] | $filter)" "$dir/out" >/dev/null 2>&1; then good; else bad "$filter: $*"; fi
}

# Command lines
expect 2 'Usage' "$tool"
expect 0 'verify' "$tool" --help
expect 0 'svsm-attest' "$tool" --version
expect 2 'unknown command' "$tool" judge
for command in challenge activate credential collect verify batch fetch show; do
	expect 0 'Usage' "$tool" "$command" --help
	expect 2 'Try' "$tool" "$command" --no-such-option
done
: >"$dir/empty"
head -c 1184 /dev/zero >"$dir/zeros"
head -c 1183 /dev/urandom >"$dir/short"
expect 2 'evidence is needed' "$tool" verify
expect 2 'challenge' "$tool" verify "$dir/empty"
expect 2 'product' "$tool" verify --report "$dir/empty" --product Rome
expect 2 'now' "$tool" verify --report "$dir/empty" --now yesterday
expect 2 'kds-url' "$tool" verify --report "$dir/empty" --kds-url ftp://127.0.0.1
expect 2 'revocation' "$tool" verify --report "$dir/empty" --revocation maybe
expect 2 'only one' "$tool" verify --report "$dir/empty" --nonce 00 --report-data 00
expect 2 'needs --state or --nonce' "$tool" verify --report "$dir/empty" --svsm-manifest "$dir/empty"
expect 2 'form must be' "$tool" verify --report "$dir/empty" --form any
expect 2 'only one of' "$tool" verify --report "$dir/empty" --form list --manifest manifests/keys/low-range.json
expect 3 'contradicts' "$tool" verify --report "$dir/empty" --form list --policy manifests/policies/conformance.json
expect 10 '' "$tool" verify --report "$dir/empty" --form key --policy manifests/policies/conformance.json --offline
expect 3 'cannot open' "$tool" verify --report "$dir/missing"
expect 3 'cannot open' "$tool" verify --report "$dir/zeros" --policy "$dir/missing"
expect 3 'line 1' "$tool" verify --report "$dir/zeros" --policy "$dir/empty"
expect 2 'Try' "$tool" verify --report "$dir/zeros" --nonce 0011
expect 2 'report-data must be 128' "$tool" verify --report "$dir/zeros" --report-data "$(printf '%0127dg' 1)"
expect 3 'digits' "$tool" verify --report "$dir/zeros" --nonce "@$dir/short"
printf x >"$dir/odd"
expect 3 'neither a key-template manifest' "$tool" verify --report "$dir/zeros" --manifest "$dir/odd"
expect 10 'json is for reports only' "$tool" show --json "$dir/short"
expect 2 'json is for reports only' "$tool" show --json --as crl "$dir/zeros"
echo '{}' >"$dir/odd"
for option in policy floors reference; do
	expect 3 "$dir/odd: field 'format'" "$tool" verify --report "$dir/zeros" "--$option" "$dir/odd"
	holds "the name of a bad $option file once" test "$(grep -o "$dir/odd" "$dir/out" | wc -l)" = 1
done
expect 10 '0 bytes' "$tool" verify --report "$dir/empty" --offline
expect 10 '1183 bytes' "$tool" verify --report "$dir/short" --offline
expect 10 'version 0' "$tool" verify --report "$dir/zeros" --offline
json '.verdict == "refused" and .first_failure == "parse" and .exit_code == 10 and (.stages | length) == 11
	and all(.stages[]; has("name") and has("result") and has("violations"))
	and .stages[0].result == "fail" and .stages[0].violations[0].check == "report-version"
	and .policy_applied == false' "$tool" verify --report "$dir/zeros" --offline --json

# A challenge is private, and used once.
"$tool" challenge --state "$dir/state.json" >"$dir/nonce" || bad challenge
holds 'private state' test "$(stat -c %a "$dir/state.json")" = 600
holds 'a nonce of 64 bytes' test "$(wc -c <"$dir/nonce")" = 129
expect 10 '' "$tool" verify "$dir/empty" --state "$dir/state.json" --offline
holds 'the state ends with its verdict' test ! -e "$dir/state.json"
expect 3 'one verdict' "$tool" verify "$dir/empty" --state "$dir/state.json" --offline
expect 0 '' "$tool" challenge --state "$dir/state.json" --valid 1
sleep 2
expect 3 'expired' "$tool" verify "$dir/empty" --state "$dir/state.json" --offline
expect 2 'valid' "$tool" challenge --state "$dir/state.json" --valid 0

# Collecting needs a guest; this is none.
expect 2 'nonce' "$tool" collect
expect 3 'configfs' "$tool" collect --nonce "$(cat "$dir/nonce")" --tsm "$dir/none" --no-tpm
expect 2 'pcrs' "$tool" collect --nonce "$(cat "$dir/nonce")" --pcrs 24

# Batches
printf '%s\n' 'nonsense' '' '{"id":1,"report":"AAAA"}' '{"id":"x","report":"AAAA","unknown":1}' >"$dir/batch"
expect 1 '' "$tool" batch --offline --no-cache --jobs 2 "$dir/batch"
holds 'one verdict a line, in order' jq -e -s \
	'length == 3 and all(.[]; .verdict == "refused" and .exit_code == 10) and .[1].item == 1 and .[2].item == "x"' \
	"$dir/out"
expect 0 '' "$tool" batch --offline --no-cache "$dir/empty"
printf '{"report":"AAAA","nonce":"%0128d","report_data":"%0128d"}\n' 1 1 >"$dir/batch"
expect 1 'only one of' "$tool" batch --offline --no-cache "$dir/batch"
expect 3 'cannot open' "$tool" batch "$dir/missing"
expect 3 "$dir: cannot read the items" "$tool" batch "$dir"
{
	head -c 300M /dev/zero
	printf '\n{"id":"after","report":"AAAA"}\n'
} >"$dir/batch"
expect 1 'line 1 has more than' "$tool" batch --offline --no-cache "$dir/batch"
holds 'items behind a line that is too long' jq -e -s 'length == 2 and .[1].item == "after"' "$dir/out"
echo nonsense >"$dir/batch"

# Whatever a file is in place of a file: an error that names it
nonce=$(printf '%0128d' 1)
for odd in "$dir" /dev/zero; do
	for option in report certs svsm-manifest ek ak quote event-log policy reference floors trust-root manifest selector state; do
		arguments=(--nonce "$nonce" --report "$dir/zeros" "--$option" "$odd" --ak "$odd" --quote "$odd"
			--quote-signature "$odd" --pcr-values "$odd")
		[[ $option != state ]] || arguments=(--report "$dir/zeros" --state "$odd")
		expect 3 "$odd" "$tool" verify "${arguments[@]}" --offline
	done
	expect 3 "$odd" "$tool" verify "$odd" --nonce "$nonce" --offline
	expect 3 "$odd" "$tool" verify --report "$dir/zeros" --nonce "@$odd" --offline
	expect 3 "$odd" "$tool" show "$odd"
	expect 3 "$odd" "$tool" fetch "$odd"
	expect 3 "$odd" "$tool" activate --state "$odd" --ek 00 --ak 00
done
expect 10 'given by --report' "$tool" verify "$dir/zeros" --nonce "$nonce" --offline

# Output that cannot be written is an error, and so is no acceptance.
unwritable() { # COMMAND...: with a full standard output
	local status=0
	"$@" >/dev/full 2>"$dir/out" </dev/null || status=$?
	if [[ $status == 3 && -s $dir/out ]]; then good; else bad "status $status: $*"; fi
}
unwritable "$tool" challenge --state "$dir/full.json"
unwritable "$tool" batch --offline --no-cache "$dir/batch"
expect 3 "$dir/none/x" "$tool" challenge --state "$dir/none/x"
expect 3 'cannot write' "$tool" challenge --state "$dir"
expect 3 'No space left' "$tool" challenge --state /dev/full

# Completion offers what the help names.
complete_line() { # WORD...: the last one is being written
	bash -c 'source host-tools/svsm-attest/svsm-attest.bash-completion; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
		_svsm_attest; printf "%s\n" "${COMPREPLY[@]}"' complete "$@"
}
expect 0 '^collect$' complete_line "$tool" c
expect 0 '^--policy$' complete_line "$tool" verify --po
expect 0 '^Turin$' complete_line "$tool" verify --product T
expect 0 '^services$' complete_line "$tool" verify --form s
expect 0 '^best-effort$' complete_line "$tool" batch --revocation b
expect 0 '^Makefile$' complete_line "$tool" show Make

expect 10 'nothing this program knows' "$tool" show "$dir/short"
expect 10 'not a CRL' "$tool" show --as crl "$dir/short"

if [[ ! -d $vectors ]]; then
	echo 'skipped: no folder with real reports'
	echo "$passed passed, $failed failed"
	exit $((failed > 0))
fi

# Real reports
check() { # REPORT LEAF CHAIN CRL OPTION...
	"$tool" verify --report "$vectors/reports/$1.bin" --cert "$vectors/certs/$2.der" --chain "$vectors/$3" \
		--crl "$vectors/crl/$4_vcek_20260819.crl" --offline "${@:5}"
}
turin=(turin_v5_85da705e turin_vcek_49d521f0 kds/Turin_vcek_cert_chain_CRLF.pem turin)
milan=(milan_v2_120d77b2 milan_vcek_3bbfb6ee kds/Milan_vcek_cert_chain.pem milan)
expect 0 'verdict: accepted' check "${turin[@]}" --now $now
expect 0 'no policy\|none was applied' check "${milan[@]}" --now $now
expect 0 '' check "${milan[@]}" --now 1787702400 --product Milan
expect 0 '' check "${milan[@]}" --now 2026-08-26T02:00:00.5+02:00
expect 11 'not from Genoa' check "${turin[@]}" --now $now --product Genoa
expect 11 'check the clock' check "${turin[@]}" --now 2001-01-01T00:00:00Z
expect 12 'fetch a newer one' check "${turin[@]}" --now 2027-01-01T00:00:00Z
expect 0 'revocation was not checked' check "${turin[@]}" --now 2027-01-01T00:00:00Z --revocation off
expect 14 'REPORT_DATA' check "${turin[@]}" --now $now --nonce "$(printf '%0128d' 1)"
expect 16 'another image\|give --reference' check "${turin[@]}" --now $now --policy manifests/policies/strict.json
expect 0 "policy 'lax'" check "${turin[@]}" --now $now --policy manifests/policies/lax.json
expect 15 'AMD-SB' check "${milan[@]}" --now $now --floors manifests/policies/floors-2026-11-23.json
expect 11 "issuer 'SEV-Turin'" check turin_v5_85da705e turin_vcek_49d521f0 "${milan[2]}" turin --now $now
expect 0 '\[held\].*leaf-tcb' check "${turin[@]}" --now $now --explain
json '.verdict == "accepted" and .first_failure == null and .trust == "amd" and .report.product == "Turin"' \
	check "${turin[@]}" --now $now --json
check "${turin[@]}" --now $now --json-file "$dir/verdict.json" --quiet >"$dir/out"
holds 'quiet' test ! -s "$dir/out"
holds '--json-file' jq -e '.verdict == "accepted"' "$dir/verdict.json"
check "${turin[@]}" --now $now --json --explain >"$dir/explained.json"
expect 0 '0 failed' test/schemas.py "$dir/verdict.json" "$dir/explained.json"
# The same leaf and list in PEM form
openssl x509 -inform DER -in "$vectors/certs/${turin[1]}.der" -out "$dir/leaf.pem"
openssl crl -inform DER -in "$vectors/crl/turin_vcek_20260819.crl" -out "$dir/crl.pem"
expect 0 '' "$tool" verify --report "$vectors/reports/${turin[0]}.bin" --cert "$dir/leaf.pem" \
	--chain "$vectors/${turin[2]}" --crl "$dir/crl.pem" --now $now --offline
unwritable "$tool" verify --report "$vectors/reports/${turin[0]}.bin" --cert "$dir/leaf.pem" --chain "$vectors/${turin[2]}" \
	--crl "$dir/crl.pem" --now $now --offline
unwritable "$tool" show "$vectors/reports/${turin[0]}.bin"
expect 3 'cannot write' check "${turin[@]}" --now $now --json-file "$dir"
expect 12 'cannot write' check "${turin[@]}" --now 2027-01-01T00:00:00Z --json-file "$dir"
# A test root is named, and shouted about.
expect 0 'TEST ROOT' check "${turin[@]}" --now $now --trust-root "$vectors/kds/Turin_vcek_cert_chain_CRLF.pem"
expect 11 'trust roots named' check "${turin[@]}" --now $now --trust-root "$vectors/roots/milan_ark.pem"
# Nothing in the cache, and nobody to ask
expect 11 'offline' "$tool" verify --report "$vectors/reports/${turin[0]}.bin" --offline --now $now
expect 4 '127.0.0.1' "$tool" verify --report "$vectors/reports/${turin[0]}.bin" --kds-url http://127.0.0.1:9 \
	--kds-timeout 1 --now $now

# A replica of KDS, with what AMD's would give
host-tools/svsm-attest/tests/kds_replica.py "$vectors" "$dir/port" >"$dir/replica.log" 2>&1 &
replica=$!
for _ in {1..100}; do
	[[ ! -s $dir/port ]] || break
	sleep 0.1
done
url=http://127.0.0.1:$(cat "$dir/port")
requests() { grep -c GET "$dir/replica.log"; }
for report in "$vectors"/reports/turin*.bin "$vectors"/reports/genoa_v5*.bin; do
	expect 0 'accepted' "$tool" verify --report "$report" --kds-url "$url" --now $now
done
before=$(requests)
expect 0 'accepted' "$tool" verify --report "$report" --kds-url "$url" --now $now
holds 'a second verification asks nobody' test "$(requests)" = "$before"
expect 0 'accepted' "$tool" verify --report "$report" --kds-url "$url" --now $now --offline
expect 11 'say --product' "$tool" verify --report "$vectors/reports/${milan[0]}.bin" --kds-url "$url" --now $now
expect 0 'accepted' "$tool" verify --report "$vectors/reports/${milan[0]}.bin" --kds-url "$url" --now $now --product Milan
expect 0 'CRL' "$tool" fetch --kds-url "$url" --cache "$dir/cache" --product Turin
expect 0 'VCEK' "$tool" fetch --kds-url "$url" --cache "$dir/cache" "$vectors/reports/${turin[0]}.bin"
expect 0 'accepted' "$tool" verify --report "$vectors/reports/${turin[0]}.bin" --kds-url "$url" --cache "$dir/cache" \
	--offline --now $now
for part in "$vectors"/reports/*.bin "$vectors"/certs/*.der "$vectors"/crl/*.crl "$vectors"/kds/*.pem; do
	expect 0 '' "$tool" show "$part"
done
for report in "$vectors"/reports/*.bin; do
	json '.version >= 2' "$tool" show --json "$report"
done

echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
