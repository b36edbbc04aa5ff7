#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Boots the image on the simulated SNP machine and attests it as a relying party; `make attest` calls this.
#   usage: attest.sh [--form FORM] [--attack NAME | --all-attacks] [--out DIR] [--quiet] [--throttle N]
# FORM is how the SVSM attests the vTPM's keys: key (manifest version 0, the default), list (version 1), selector (an
# endorsement key that the relying party names), signing (a signing key that it names, which then quotes).
# NAME is one of the attacks below; the run then has to end with a refusal. Some go with one form. With --all-attacks,
# evidence that was accepted is changed in each way that its form knows, and judged again. With --throttle, the AMD-SP answers the first N
# guest requests with "busy". Exit status: svsm-attest's (0 accepted, 10..20 refused at a stage), 3 when the machine did
# not deliver evidence, 4 when measurements disagree.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=test/e2e/machine.sh
source test/e2e/machine.sh
# shellcheck source=test/e2e/evidence_link.sh
source test/e2e/evidence_link.sh

OUT=$BUILD/attest
IMAGE=$BUILD/images/conformance.igvm
REFERENCE=$BUILD/images/conformance.reference.json
POLICY=manifests/policies/conformance.json
ATTACKS='tampered-image wrong-nonce vmpl2-report foreign-root swapped-ek swapped-manifest'
LIST_ATTACKS='missing-key other-list'
SELECTOR_ATTACKS='swapped-selector selector-as-key'
EK=H-3 # the key of the list that the credential is made for
LIST=manifests/keys/conformance.json OTHER_LIST=manifests/keys/low-range.json
OTHER_SELECTOR=manifests/selectors/ek-rsa2048.json
GUEST_DONE=33 # QEMU's exit status when all checks of the conformance guest passed
form=key attack=none all_attacks=false quiet=false throttle=0

usage() {
	echo "usage: $0 [--form {key|list|selector|signing}] [--attack {${ATTACKS// /|}} | --all-attacks]" >&2
	echo "       [--out DIR] [--quiet] [--throttle N]" >&2
	echo "attacks of form list: $LIST_ATTACKS; of selector and signing: $SELECTOR_ATTACKS" >&2
	exit 2
}
while (($#)); do
	case $1 in
	--form) form=${2:-} ;;
	--attack) attack=${2:-} ;;
	--all-attacks)
		all_attacks=true
		shift
		continue
		;;
	--out) OUT=${2:-} ;;
	--throttle) throttle=${2:-} ;;
	--quiet)
		quiet=true
		shift
		continue
		;;
	*) usage ;;
	esac
	(($# > 1)) || usage
	shift 2
done
case $form in
key) form_attacks='' ;;
list) form_attacks=$LIST_ATTACKS ;;
selector | signing) form_attacks=$SELECTOR_ATTACKS ;;
*) usage ;;
esac
[[ $attack == none || " $ATTACKS $form_attacks " == *" $attack "* ]] || usage
[[ $form == key || $attack != swapped-* || $attack == swapped-selector ]] || usage # they know the default key only
[[ $OUT != '' && $throttle =~ ^[0-9]{1,5}$ ]] || usage

say() { $quiet || echo "$*"; }
fail() {
	echo "attest: $*" >&2
	exit 3
}
svsm_attest=$BUILD/bin/svsm-attest
state=$OUT/relying-party.json root=$OUT/run/sp/ark.pem evidence=$OUT/evidence.json

case $form in
key) expect=() ;;
list) expect=(--manifest "$LIST") ;;
selector) expect=(--selector manifests/selectors/ek-p384.json) ;;
signing) expect=(--selector manifests/selectors/signing-p256.json) ;;
esac

# What each attack changes; everything else stays as in the good run.

tamper_image() { # one letter of the guest's greeting: the machine boots all the same
	sed 's/conformance guest at VMPL2/conformance guest at VMPL3/' "$IMAGE" >"$OUT/tampered.igvm"
	! cmp -s "$IMAGE" "$OUT/tampered.igvm" || fail 'the image has no text to tamper with'
	IMAGE=$OUT/tampered.igvm
}

edit_evidence() { # JQ-FILTER [JQ-OPTION...]
	jq -c "${@:2}" "$1" "$evidence" >"$evidence.new"
	mv "$evidence.new" "$evidence"
}

replace_field() { # FIELD FILE
	# shellcheck disable=SC2016 # jq's variable
	edit_evidence "$1 = \$new" --arg new "$(base64 -w 0 "$2")"
}

# The public area of another TPM's EK: the guest's with another RSA-2048 modulus, its last 256 bytes
foreign_ek() { # OUT
	local modulus
	jq -r '.eks[0]' "$evidence" | base64 -d | head -c -256 >"$1"
	modulus=$(openssl genrsa 2048 2>/dev/null | openssl rsa -noout -modulus 2>/dev/null)
	xxd -r -p <<<"${modulus#Modulus=}" >>"$1"
}

drop_last_key() { # LIST OUT
	local hex at=16 count size
	hex=$(xxd -p "$1" | tr -d '\n')
	count=$((16#${hex:8:8} - 1))
	for ((i = 0; i < count; i++)); do
		size=$((16#${hex:at:4}))
		at=$((at + 4 + 2 * size))
	done
	xxd -r -p <<<"00000001$(printf %08x "$count")${hex:16:at-16}" >"$2"
}

forge_vmpl2_report() { # what the chip would sign for a request from VMPL2
	jq -r .report "$evidence" | base64 -d >"$OUT/report.bin"
	"$BUILD/bin/amd-sp" forge --state "$OUT/run/sp" --report "$OUT/report.bin" --out "$OUT/report2.bin" --vmpl 2
	replace_field .report "$OUT/report2.bin"
}

foreign_root() {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$OUT/foreign.key" -out "$OUT/foreign.pem" -days 30 \
		-subj '/CN=ARK-Milan/O=Somebody else' 2>/dev/null
	root=$OUT/foreign.pem
}

tamper_evidence() {
	case $attack in
	vmpl2-report) forge_vmpl2_report ;;
	foreign-root) foreign_root ;;
	swapped-ek)
		foreign_ek "$OUT/ek.bin"
		replace_field '.eks[0]' "$OUT/ek.bin"
		;;
	missing-key) # the list without its last key, well-formed
		jq -r .manifest.data "$evidence" | base64 -d >"$OUT/list.bin"
		drop_last_key "$OUT/list.bin" "$OUT/short.bin"
		replace_field .manifest.data "$OUT/short.bin"
		;;
	other-list) expect=(--manifest "$OTHER_LIST") ;;
	swapped-selector) # the relying party has asked for another key
		expect=(--selector "$OTHER_SELECTOR")
		replace_field .selector "$BUILD/selectors/$(basename "$OTHER_SELECTOR" .json).selector"
		;;
	selector-as-key) # the key of a selector as the default key
		edit_evidence '.selector = null'
		expect=()
		;;
	swapped-manifest) # of the other TPM, and so consistent in itself
		foreign_ek "$OUT/ek.bin"
		replace_field '.eks[0]' "$OUT/ek.bin"
		replace_field .manifest.data "$OUT/ek.bin"
		;;
	esac
}

request() { # NONCE: the line that asks for evidence in this form
	local selector=${expect[1]:-}
	case $form in
	key) echo "nonce $1" ;;
	list) echo "list $1 $(jq -r --arg name "$EK" '.keys[] | select(.name == $name).template' \
		"$BUILD/keys/$(basename "$LIST" .json).json")" ;;
	*) echo "selector $1 $(xxd -p "$BUILD/selectors/$(basename "$selector" .json).selector" | tr -d '\n')" ;;
	esac
}

measurements() { # MEASURED-BY-AMD-SP: three computations of the image's digest
	local tool script
	tool=$("$BUILD/bin/svsm-igvm-build" measure --vcpus "$MACHINE_CPUS" --cpu-model "$MACHINE_CPU_MODEL" "$IMAGE")
	script=$(test/e2e/launch_digest.py "$IMAGE" "$MACHINE_CPUS")
	say "measurement     svsm-igvm-build  ${tool:0:32}..."
	say "                launch_digest.py ${script:0:32}..."
	say "                amd-sp           ${1:0:32}..."
	if ! [[ $tool == "$script" && $tool == "$1" ]]; then
		echo "attest: the three computations of the launch digest disagree: $tool $script $1" >&2
		exit 4
	fi
}

mkdir -p "$OUT"
rm -f "$evidence" "$OUT/verdict.json"
if ((MACHINE_CPUS > 1)); then # the build makes values for one processor
	REFERENCE=$OUT/reference.json
	"$BUILD/bin/svsm-igvm-build" build manifests/images/conformance.json --input-dir "$BUILD" -o "$OUT/image.igvm" \
		--reference "$REFERENCE" --vcpus "$MACHINE_CPUS" --cpu-model "$MACHINE_CPU_MODEL" >/dev/null
fi
[[ $attack != tampered-image ]] || tamper_image
say "image           $IMAGE ($(stat -c %s "$IMAGE") bytes)"

machine_start_sp "$OUT/run" --throttle "$throttle"
link_open "$OUT/run"
nonce=$("$svsm_attest" challenge --state "$state")
sent=$nonce
[[ $attack != wrong-nonce ]] || sent=$(printf '%0128d' 0)
start=$(date +%s%N)
machine_start_qemu "$OUT/run" "$IMAGE" "pipe:$OUT/run/com2"
say "machine         $($QEMU --version | head -n 1), snp-sim and amd-sp: simulated"
link_collect "$(request "$sent")" "$form"
say "evidence        $evidence ($(stat -c %s "$evidence") bytes) after $((($(date +%s%N) - start) / 1000000)) ms"

# The KDS replica is part of amd-sp: the verifier asks it while the machine is up.
measurements "$(jq -r .digest "$OUT/run/sp/launch.json")"
cp -p "$state" "$OUT/challenge.json" # a verdict ends the challenge
cp "$evidence" "$OUT/genuine.json"
judge() { # VERDICT
	"$svsm_attest" verify "$evidence" --state "$state" --reference "$REFERENCE" --policy "$POLICY" "${expect[@]}" \
		--kds-url "$(cat "$OUT/run/sp/kds-url")" --trust-root "$root" --no-cache --json-file "$1"
}
tamper_evidence
verdict=0
judge "$OUT/verdict.json" || verdict=$?
if $all_attacks; then
	genuine=("${expect[@]}")
	for attack in $form_attacks; do
		cp -p "$OUT/challenge.json" "$state"
		cp "$OUT/genuine.json" "$evidence"
		expect=("${genuine[@]}")
		tamper_evidence
		status=0
		judge "$OUT/verdict-$attack.json" >"$OUT/attack.log" || status=$?
		say "attack          $attack: $(tail -n 1 "$OUT/attack.log"), exit status $status"
		((status >= 10)) || fail "attack $attack was not refused"
	done
	cp "$OUT/genuine.json" "$evidence"
fi

status=0
wait "$machine_qemu" || status=$?
machine_qemu=''
machine_stop_sp
say "guest           $(grep -c '^ok ' "$OUT/run/console.log") checks passed, $(grep -c '^FAIL ' "$OUT/run/console.log" || true) failed"
[[ $status == "$GUEST_DONE" ]] || fail "the guest ended with QEMU status $status; see $OUT/run/console.log and host.log"
put_off=$(grep -c 'SNP_GUEST_REQUEST.*status 0xffff' "$OUT/run/sp.log" || true)
[[ $put_off == "$throttle" ]] || fail "the AMD-SP put off $put_off guest requests, not $throttle; see $OUT/run/sp.log"
say "verdict         $OUT/verdict.json, exit status $verdict"
exit "$verdict"
