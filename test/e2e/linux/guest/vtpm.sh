# shellcheck shell=busybox
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# The vTPM behind the unmodified tpm_svsm driver, used with tpm2-tools as in any guest.
export TPM2TOOLS_TCTI=device:/dev/tpmrm0

pcr() { # INDEX: its SHA-256 value
	tpm2_pcrread -Q -o pcr.bin "sha256:$1" && hex pcr.bin
}

pcr_extend() { # INDEX DIGEST: the new value is the hash of the old one and the digest
	local before expected
	before=$(pcr "$1") || return
	tpm2_pcrextend "$1:sha256=$2" || return
	expected=$(echo "$before$2" | xxd -r -p | sha256sum | cut -d ' ' -f 1)
	same "$(pcr "$1")" "$expected"
}

getrandom() {
	local first second
	first=$(tpm2_getrandom --hex 32) && second=$(tpm2_getrandom --hex 32) || return
	same "${#first}" 64 && [ "$first" != "$second" ]
}

endorsement_key() { # ALGORITHM: and the same one when made again
	tpm2_createek -G "$1" -u "ek-$1.pub" -c "ek-$1.ctx" || return
	tpm2_createek -G "$1" -u again.pub -c again.ctx || return
	cmp "ek-$1.pub" again.pub
}

# The TPM2B_PUBLIC that createek writes, without its size, is what the SVSM attests
ek_is_attested() {
	tail -c +3 "ek-$1.pub" | cmp - vtpm.manifest
}

# and in the manifest that lists all keys it is a TPM2B_PUBLIC, as createek writes it
ek_is_listed() { # ALGORITHM
	hex keys.manifest | grep -q -F "$(hex "ek-$1.pub")"
}

attestation_key() {
	tpm2_createak -C ek-rsa2048.ctx -c ak.ctx -G rsa -g sha256 -s rsassa -u ak.pub -n ak.name
}

quote() {
	echo 5ca1ab1e >quote.nonce
	tpm2_quote -Q -c ak.ctx -l sha256:0,1,16 -q 5ca1ab1e -m quote.msg -s quote.sig -o quote.pcrs -g sha256 || return
	tpm2_readpublic -Q -c ak.ctx -f pem -o ak.pem || return
	tpm2_checkquote -Q -u ak.pem -m quote.msg -s quote.sig -f quote.pcrs -g sha256 -q 5ca1ab1e
}

activate_credential() {
	local session
	echo 'twenty-five characters +' >secret
	tpm2_makecredential -Q -u ek-rsa2048.pub -s secret -n "$(hex ak.name)" -o credential || return
	tpm2_startauthsession --policy-session -S session.ctx && tpm2_policysecret -Q -S session.ctx -c e || return
	tpm2_activatecredential -Q -c ak.ctx -C ek-rsa2048.ctx -i credential -o secret.out -P session:session.ctx || return
	tpm2_flushcontext session.ctx
	cmp secret secret.out
}

nv() {
	head -c 600 /dev/urandom >nv.in
	tpm2_nvdefine -Q -s 600 -a 'ownerread|ownerwrite' 0x1500016 && tpm2_nvwrite -Q -C o -i nv.in 0x1500016 &&
		tpm2_nvread -Q -C o -s 600 -o nv.out 0x1500016 && cmp nv.in nv.out && tpm2_nvundefine -Q 0x1500016
}

seal() { # under the present value of PCR 16
	echo 'sealed under PCR 16' >sealed.in
	tpm2_createprimary -Q -C o -G ecc -c primary.ctx &&
		tpm2_createpolicy -Q --policy-pcr -l sha256:16 -L pcr.policy &&
		tpm2_create -Q -C primary.ctx -i sealed.in -L pcr.policy -u sealed.pub -r sealed.priv &&
		tpm2_load -Q -C primary.ctx -u sealed.pub -r sealed.priv -c sealed.ctx
}

unseal() {
	tpm2_unseal -c sealed.ctx -p pcr:sha256:16 | cmp - sealed.in
}

no_unseal() { # after PCR 16 changed: TPM_RC_POLICY_FAIL
	tpm2_pcrextend 16:sha256="$(printf '%064d' 7)" || return
	! tpm2_unseal -c sealed.ctx -p pcr:sha256:16 >/dev/null 2>unseal.log || return
	grep -qi 'policy' unseal.log || { cat unseal.log && return 1; }
}

bad_command() { # a command no TPM knows answers with an error and leaves the TPM usable
	printf '\200\001\000\000\000\014\177\177\177\177\000\000' >bad
	{ cat bad >&3 && dd bs=4096 count=1 <&3 2>/dev/null >bad.out; } 3<>/dev/tpm0
	same "$(hex bad.out 6 4)" 00000143 # TPM_RC_COMMAND_CODE
}

check 'tpm_svsm: /dev/tpm0' test -c /dev/tpm0
check 'tpm_svsm: version 2' same "$(cat /sys/class/tpm/tpm0/tpm_version_major)" 2
check 'tpm_svsm: driver' same "$(basename "$(readlink /sys/class/tpm/tpm0/device/driver)")" tpm-svsm
check 'getrandom' getrandom
check 'pcrextend 16' pcr_extend 16 "$(printf '%064d' 1)"
check 'pcrextend 23' pcr_extend 23 "$(printf '%064d' 2)"
for algorithm in rsa2048 rsa3072 ecc256 ecc384 ecc521; do
	check "createek $algorithm" endorsement_key $algorithm
done
check 'createek rsa2048: the attested one' ek_is_attested rsa2048
for algorithm in rsa2048 rsa3072 ecc256 ecc384 ecc521; do
	check "createek $algorithm: in the attested list" ek_is_listed $algorithm
done
check 'createak' attestation_key
check 'quote' quote
check 'activatecredential' activate_credential
check 'nv define, write, read' nv
check 'seal under a PCR policy' seal
check 'unseal under a PCR policy' unseal
check 'no unseal after the PCR changed' no_unseal
check 'unknown command' bad_command
