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
ask() { "$BUILD/test/tpm-socket" ask "$dir/socket" "${@:1:2}" >"$3"; } # WHAT ARGUMENT OUT
# Everything a guest can ask its TPM for, but for the time
look() { # OUT
	{
		tpm2_getcap handles-transient
		tpm2_getcap handles-persistent
		tpm2_getcap handles-loaded-session
		tpm2_getcap handles-saved-session
		tpm2_getcap handles-nv-index
		tpm2_getcap properties-variable
		tpm2_pcrread sha256
		tpm2_readclock | grep -v 'time:\|clock:'
		for slot in 0x80000000 0x80000001 0x80000002; do tpm2_readpublic -c "$slot" 2>&1; done
	} >"$1"
}
# TPMT_PUBLIC of the key that tpm2-tools make from the template of a profile
own_key() { # ALGORITHM NAME-ALGORITHM ATTRIBUTES POLICY-HEX OUT
	local policy=()
	rm -f "$dir/policy"
	if [[ $4 != '' ]]; then
		xxd -r -p <<<"$4" >"$dir/policy"
		policy=(-L "$dir/policy")
	fi
	tpm2_createprimary -Q -C e -G "$1" -g "$2" -a "$3" "${policy[@]}" -c "$dir/own.ctx" -f tss -o "$dir/own.pub" &&
		tpm2_readpublic -Q -c "$dir/own.ctx" -f tss -o "$dir/own.pub" && tpm2_flushcontext -Q -t &&
		tail -c +3 "$dir/own.pub" >"$5"
}
# The keys of manifest and selector, with the TPM as full as it can be, and what is then different: nothing
no_trace() {
	for i in 1 2 3; do
		check 'an object of the guest' tpm2_createprimary -Q -C o -G ecc -c "$dir/o$i.ctx"
	done
	check 'a fourth finds no place' refused tpm2_createprimary -C o -G ecc -c "$dir/o4.ctx"
	check 'a policy session' tpm2_startauthsession -Q --policy-session -S "$dir/session"
	check 'with a policy' tpm2_policycommandcode -Q -S "$dir/session" TPM2_CC_Unseal -L "$dir/policy.before"
	look "$dir/before"
	check 'manifest version 1' ask manifest 1 "$dir/list"
	check 'nine keys' test "$(head -c 8 "$dir/list" | xxd -p)" == 0000000100000009
	check 'begin with the one of version 0' cmp <(tail -c +11 "$dir/list" | head -c 314) "$dir/manifest"
	check 'a key by a selector' ask select "$BUILD/selectors/ek-p384.selector" "$dir/p384"
	head -c 22 "$BUILD/selectors/signing-p256.selector" >"$dir/unlisted" # 8 + 14: the same template up to the curve
	tail -c +23 "$BUILD/selectors/signing-p256.selector" | head -c 6 >>"$dir/unlisted"
	printf '\0\1x\0\1y' >>"$dir/unlisted"
	check 'a key that is in no list' ask select "$dir/unlisted" "$dir/other"
	look "$dir/after"
	check 'the TPM is as before' cmp "$dir/before" "$dir/after"
	check 'the session goes on' tpm2_policycommandcode -Q -S "$dir/session" TPM2_CC_Unseal -L "$dir/policy.after"
	check 'flush session' tpm2_flushcontext "$dir/session"
	check 'flush objects' tpm2_flushcontext -t
}
other_templates() {
	local storage='fixedtpm|fixedparent|sensitivedataorigin|userwithauth|adminwithpolicy|restricted|decrypt'
	check 'H-3 by tpm2-tools' own_key ecc384:aes256cfb sha384 "$storage" \
		b26e7d28d11a50bc53d882bcf5fd3a1a074148bb35d3b4e4cb1c0ad9bde419cacb47ba09699646150f9fc000f3f80e12 "$dir/own"
	check 'is the selected key' cmp "$dir/own" "$dir/p384"
	check 'L-2 by tpm2-tools' tpm2_createek -Q -G ecc -c "$dir/ek2.ctx" -u "$dir/ek2.pub"
	check 'is the second key of version 1' cmp <(tail -c +3 "$dir/ek2.pub") <(tail -c +327 "$dir/list" | head -c 122)
	check 'flush' tpm2_flushcontext -t
	check 'a wrong selector is refused' refused ask select "$dir/own" "$dir/none"
	check 'manifest version 2 is refused' refused ask manifest 2 "$dir/none"
}
# Has the relying party's tool make a credential for an EK and AK, and the TPM open it: the secret must be the same.
activates() { # POLICY-SESSION? (true, false)
	local session=() attest=$BUILD/bin/svsm-attest
	"$attest" challenge --state "$dir/state" >/dev/null
	"$attest" activate --state "$dir/state" --ek "$(tail -c +3 "$dir/own.pub" | xxd -p | tr -d '\n')" \
		--ak "$(tail -c +3 "$dir/ak.tss" | xxd -p | tr -d '\n')" >"$dir/credential"
	# what tpm2_activatecredential reads: a mark, a version, and both structures
	xxd -r -p <<<"badcc0de00000001$(tr -d '\n' <"$dir/credential")" >"$dir/blob"
	if $1; then
		tpm2_startauthsession -Q --policy-session -S "$dir/s.ctx"
		tpm2_policysecret -Q -S "$dir/s.ctx" -c e
		session=(-P "session:$dir/s.ctx")
	fi
	tpm2_activatecredential -Q -c "$dir/ak.ctx" -C "$dir/own.ctx" -i "$dir/blob" -o "$dir/opened" "${session[@]}"
	tpm2_flushcontext -Q -t
	! $1 || tpm2_flushcontext -Q "$dir/s.ctx"
	[[ $(xxd -p "$dir/opened" | tr -d "\n") == "$(jq -r .credential.secret "$dir/state")" ]]
}
credentials() {
	local high='fixedtpm|fixedparent|sensitivedataorigin|userwithauth|adminwithpolicy|restricted|decrypt'
	local b256=ca3d0a99a2b93906f7a3342414efcfb3a385d44cd1fd459089d19b5071c0b7a0
	local b384=b26e7d28d11a50bc53d882bcf5fd3a1a074148bb35d3b4e4cb1c0ad9bde419cacb47ba09699646150f9fc000f3f80e12
	local b512=b8221ca69e8550a4914de3faa6a18c072cc01208073a928d5d66d59ef79e49a4
	b512+=29c41a6b269571d57edb25fbdb1838425608b413cd616a5f6db5b6071af99bea
	check 'an AK' tpm2_createprimary -Q -C e -G ecc256:ecdsa-sha256:null -c "$dir/ak.ctx" \
		-a 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|sign'
	check 'its public area' tpm2_readpublic -Q -c "$dir/ak.ctx" -f tss -o "$dir/ak.tss"
	check 'flush' tpm2_flushcontext -Q -t
	for low in rsa ecc; do
		check "low-range EK $low" tpm2_createek -Q -G "$low" -c "$dir/own.ctx" -u "$dir/own.pub"
		check 'flush' tpm2_flushcontext -Q -t
		check 'opens its credential' activates true
	done
	while read -r key hash policy; do
		check "high-range EK $key" own_key "$key" "$hash" "$high" "$policy" "$dir/none"
		check 'opens its credential' activates false
	done <<-LIST
		rsa2048:aes128cfb sha256 $b256
		ecc256:aes128cfb sha256 $b256
		ecc384:aes256cfb sha384 $b384
		ecc521:aes256cfb sha512 $b512
		rsa3072:aes256cfb sha384 $b384
	LIST
}
with_tpm_of() { # VTPM
	rm -f "$dir/socket" "$dir"/*.ctx
	"$BUILD/test/tpm-socket" serve "$1" "$dir/socket" "$dir/manifest" "$BUILD/keys/conformance.keys" &
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
	no_trace
	other_templates
	[[ $1 == *sanitized ]] || credentials
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
