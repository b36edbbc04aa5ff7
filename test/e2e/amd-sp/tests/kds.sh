#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# amd-sp as a KDS replica, asked with curl: the URLs, media types and errors of AMD's service (AMD 57230).
set -euo pipefail
cd "$(dirname "$0")/../../../.."

BUILD=${BUILD:-build}
amd_sp=$BUILD/bin/amd-sp
dir=$(mktemp -d)
server=''
stop() {
	[[ $server == '' ]] || { kill "$server" && wait "$server"; } 2>/dev/null || true
	server=''
}
trap 'stop; rm -rf "$dir"' EXIT
passed=0 failed=0

start() { # OPTION...
	stop
	rm -f "$dir/sp/kds-url"
	"$amd_sp" run --state "$dir/sp" "$@" 2>>"$dir/log" &
	server=$!
	for _ in {1..200}; do
		[[ ! -s $dir/sp/kds-url ]] || break
		kill -0 "$server" || break
		sleep 0.05
	done
	url=$(cat "$dir/sp/kds-url")
}

get() { # PATH [CURL-OPTION...]: the status; the body is in $dir/body
	curl -s --max-time 20 -o "$dir/body" -w '%{http_code} %{content_type}' "${@:2}" "$url$1" || true
}

check() { # WHAT EXPECTED ACTUAL
	if [[ $3 == "$2" ]]; then
		echo "ok   $1"
		passed=$((passed + 1))
	else
		echo "FAIL $1: expected '$2', got '$3'"
		failed=$((failed + 1))
	fi
}

good='200 application/octet-stream'
"$amd_sp" init --state "$dir/sp"
chip=$(jq -r .chip_id "$dir/sp/chip.json")
level() { jq -r ".tcb.$1" "$dir/sp/chip.json"; }
levels="blSPL=$(level bootloader)&teeSPL=$(level tee)&snpSPL=$(level snp)&ucodeSPL=$(level microcode)"

start
check 'certificate chain' "$good" "$(get /vcek/v1/Milan/cert_chain)"
check 'chain is ASK then ARK' "$(cat "$dir/sp/ask.pem" "$dir/sp/ark.pem")" "$(cat "$dir/body")"
check 'revocation list' "$good" "$(get /vcek/v1/Milan/crl)"
check 'revocation list is the root'"'"'s' 'verify OK' \
	"$(openssl crl -inform DER -in "$dir/body" -CAfile "$dir/sp/ark.pem" -noout 2>&1)"
check 'VCEK' "$good" "$(get "/vcek/v1/Milan/$chip?$levels")"
openssl x509 -inform DER -in "$dir/body" -out "$dir/vcek.pem"
check 'VCEK is signed by ASK and ARK' "$dir/vcek.pem: OK" \
	"$(openssl verify -CAfile "$dir/sp/ark.pem" -untrusted "$dir/sp/ask.pem" "$dir/vcek.pem" 2>&1)"
check 'levels with leading zeros, in another order' "$good" \
	"$(get "/vcek/v1/Milan/$chip?ucodeSPL=0$(level microcode)&snpSPL=$(level snp)&teeSPL=00$(level tee)&blSPL=$(level bootloader)")"
check 'another chip' '404 ' "$(get "/vcek/v1/Milan/$(tr 0-9a-f 1-9a-f0 <<<"$chip")?$levels")"
check 'a chip id that is too short' '404 ' "$(get "/vcek/v1/Milan/${chip:2}?$levels")"
check 'a chip id that is no hex' '404 ' "$(get "/vcek/v1/Milan/zz${chip:2}?$levels")"
check 'another TCB' '404 ' "$(get "/vcek/v1/Milan/$chip?${levels/snpSPL=/snpSPL=1}")"
check 'a level missing' '404 ' "$(get "/vcek/v1/Milan/$chip?${levels/teeSPL/other}")"
check 'a level that is no number' '404 ' "$(get "/vcek/v1/Milan/$chip?${levels/snpSPL=/snpSPL=x}")"
check 'a product it does not have' '404 ' "$(get /vcek/v1/Genoa/cert_chain)"
check 'a path it does not have' '404 ' "$(get /)"
check 'a method it does not have' '405 ' "$(get /vcek/v1/Milan/crl -X DELETE)"
check 'a request with a body' '405 ' "$(get /vcek/v1/Milan/crl --data-binary "@$dir/vcek.pem")"
long=$(head -c 20000 /dev/zero | tr '\0' a)
check 'a URL without end is refused' 1 "$(get "/vcek/v1/Milan/$long" | grep -cE '^4(04|14|31) ')"
check 'and it still serves' "$good" "$(get /vcek/v1/Milan/crl)"
start --kds-throttle 2
check 'first request while throttled' '429 ' "$(get /vcek/v1/Milan/crl)"
check 'second request while throttled' '429 ' "$(get /vcek/v1/Milan/crl)"
check 'third request' "$good" "$(get /vcek/v1/Milan/crl)"
start --revoke-ask
get /vcek/v1/Milan/crl >/dev/null
serial=$(openssl x509 -in "$dir/sp/ask.pem" -noout -serial)
check 'a revoked ASK is on the list' 1 \
	"$(openssl crl -inform DER -in "$dir/body" -noout -text | grep -c "Serial Number: ${serial#serial=}")"
start --stale-crl
get /vcek/v1/Milan/crl >/dev/null
ends=$(openssl crl -inform DER -in "$dir/body" -noout -nextupdate)
check 'a stale list has ended' true "$([[ $(date -d "${ends#nextUpdate=}" +%s) -lt $(date +%s) ]] && echo true)"
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
