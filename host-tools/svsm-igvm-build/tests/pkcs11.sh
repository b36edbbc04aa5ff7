#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Signs ID blocks with keys in a PKCS #11 token (SoftHSM) through the OpenSSL provider of the pkcs11-provider project. Debian 12
# has it in its backports only: it is taken from there without touching the machine's own apt, unless it is installed.
# Usage: pkcs11.sh PROGRAM. Exit status 77: the provider cannot be had here.
set -euo pipefail
program=$(realpath "$1")
# shellcheck source=test/e2e/linux/packages.sh
source "$(dirname "$0")/../../../test/e2e/linux/packages.sh"
SUITE=bookworm-backports PACKAGE=pkcs11-provider
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 passed=0

# The folder that holds pkcs11.so
provider_folder() {
	local installed cached version
	installed=$(openssl version -m | sed 's/.*"\(.*\)"/\1/')
	[[ ! -e $installed/pkcs11.so ]] || { echo "$installed" && return; }
	cached=$(compgen -G "$SVSM_CACHE/${PACKAGE}_*/pkcs11.so" | sort -V | tail -n 1) || true
	[[ $cached == '' ]] || { dirname "$cached" && return; }
	packages_update "$SUITE"
	version=$(packages_version "$SUITE" "$PACKAGE")
	[[ $version != '' ]] || packages_missing "$SUITE has no $PACKAGE any more"
	mkdir "$work/deb" "$work/root"
	packages_fetch "$SUITE" "$PACKAGE" "$work/deb"
	dpkg-deb --extract "$work/deb/"*.deb "$work/root"
	mkdir -p "$SVSM_CACHE/${PACKAGE}_$version"
	find "$work/root" -name pkcs11.so -exec cp {} "$work/pkcs11.so" \;
	mv "$work/pkcs11.so" "$SVSM_CACHE/${PACKAGE}_$version/pkcs11.so"
	echo "$SVSM_CACHE/${PACKAGE}_$version"
}

expect() { # STATUS WORDS ARGUMENTS...: exit status and what the output must contain
	local want=$1 words=$2 output status=0
	shift 2
	output=$("$program" "$@" 2>&1 </dev/null) || status=$?
	if [[ $status -ne $want || $output != *"$words"* ]]; then
		echo "FAILED: $*: exit $status (want $want), output: $output (want '$words')"
		failed=$((failed + 1))
	else
		passed=$((passed + 1))
	fi
}

folder=$(provider_folder)
library=$(find /usr/lib -name libsofthsm2.so 2>/dev/null | head -n 1)
[[ $library != '' ]] || packages_missing 'softhsm2 is not installed'
cd "$work"

mkdir tokens
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$work" >softhsm.conf
export SOFTHSM2_CONF=$work/softhsm.conf
softhsm2-util --init-token --free --label signing --so-pin 87654321 --pin 1234 >log
for key in 'id key:a1' 'author:0a0b' 'twice:c1' 'twice:c2'; do
	openssl ecparam -name secp384r1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out key.pem
	[[ $key != id* ]] || openssl pkey -in key.pem -pubout -out id.pub
	softhsm2-util --import key.pem --token signing --label "${key%:*}" --id "${key#*:}" --pin 1234 >>log
done
openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out key.pem
softhsm2-util --import key.pem --token signing --label p256 --id d1 --pin 1234 >>log
rm key.pem # the token has the only copies now
echo 1234 >pin
echo 4321 >wrong-pin

export OPENSSL_MODULES=$folder PKCS11_PROVIDER_MODULE=$library
token=pkcs11:token=signing
digest=$(printf '%096d' 7) # a launch digest
sign=(sign --provider pkcs11 --measurement "$digest")
good=(--id-block-out good.block --id-auth-out good.auth)
never=(--id-block-out never.block --id-auth-out never.auth)
expect 0 '' "${sign[@]}" --passphrase-file pin -k "$token;object=id%20key" -A "$token;object=author" "${good[@]}"
expect 0 '"valid": true' verify-id --json --id-block good.block --id-auth good.auth
# The key digest of the token's key is that of its public half as a file.
"$program" sign --measurement "$digest" -k id.pub --to-be-signed file
expect 0 '' "${sign[@]}" -k "$token;object=id%20key;type=public" --to-be-signed public
cmp file.id-block public.id-block || failed=$((failed + 1))
expect 0 '' "${sign[@]}" -k id.pub -A "$token;object=author;type=public" --to-be-signed both
# PIN in the URI or in a file it names; key by id; private key by type.
expect 0 '' "${sign[@]}" -k "$token;object=id%20key?pin-value=1234" "${good[@]}"
expect 0 '' "${sign[@]}" -k "$token;object=id%20key;type=private?pin-source=file:$work/pin" "${good[@]}"
expect 0 '' "${sign[@]}" -k "pkcs11:id=%0a%0b?pin-source=$work/pin" "${good[@]}"
expect 0 'author key digest  none' verify-id --id-block good.block --id-auth good.auth
rm good.*
(sleep 1; cat pin) | script -qec "$program ${sign[*]} ${good[*]} -k '$token;object=author'" /dev/null >seen ||
	{ echo "FAILED: a PIN is not taken from a terminal: $(cat seen)" && failed=$((failed + 1)); }
expect 0 '"valid": true' verify-id --json --id-block good.block --id-auth good.auth
# Nobody asks where there is no terminal, and a refused key leaves nothing.
expect 3 'needs a passphrase or PIN: name a --passphrase-file' "${sign[@]}" -k "$token;object=author" "${never[@]}"
expect 3 'is the name right, and the PIN' "${sign[@]}" --passphrase-file wrong-pin -k "$token;object=author" "${never[@]}"
expect 3 'no such key there' "${sign[@]}" --passphrase-file pin -k "$token;object=nobody" "${never[@]}"
expect 3 'no such key there' "${sign[@]}" --passphrase-file pin -k 'pkcs11:token=nobody;object=author' "${never[@]}"
expect 3 'no such key there' "${sign[@]}" -k "$token;object=author;type=public" "${never[@]}"
expect 3 'no such key there' "${sign[@]}" --passphrase-file pin -k 'pkcs11:object=%zz' "${never[@]}"
expect 3 '?pin-value=: no such key' "${sign[@]}" -k "$token;object=author?pin-value=4321" "${never[@]}"
expect 1 'names more than one key' "${sign[@]}" --passphrase-file pin -k "$token;object=twice" "${never[@]}"
expect 0 '' "${sign[@]}" --passphrase-file pin -k "$token;object=twice;id=%c2" "${good[@]}"
expect 1 'not an EC key on curve P-384' "${sign[@]}" --passphrase-file pin -k "$token;object=p256" "${never[@]}"
! compgen -G 'never.*' >/dev/null || { echo 'FAILED: a refused signature left its output' && failed=$((failed + 1)); }
export PKCS11_PROVIDER_MODULE=/nonexistent.so
expect 3 'pkcs11:' "${sign[@]}" --passphrase-file pin -k "$token;object=author" "${never[@]}"

echo "$passed passed, $failed failed"
((failed == 0))
