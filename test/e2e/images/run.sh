#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# svsm-igvm-build against the simulated machine: it boots what `build` makes for each profile, signed or not, with the
# digest that `measure` predicts, and refuses every file in which `lint` finds an error. Needs `make all images`.
set -euo pipefail
cd "$(dirname "$0")/../../.."
# shellcheck source=test/e2e/machine.sh
source test/e2e/machine.sh

OUT=$BUILD/test/images
TOOL=$BUILD/bin/svsm-igvm-build
BOOTED=69 REFUSED=71 # QEMU's exit status: the firmware ends the machine as its image has no guest; image refused
passed=0 failed=0
mkdir -p "$OUT"

verdict() { # NAME REASON; an empty reason is success
	if [[ $2 == '' ]]; then
		echo "ok   $1"
		passed=$((passed + 1))
	else
		echo "FAIL $1: $2"
		failed=$((failed + 1))
	fi
}

launched() { # NAME FIELD: of what the AMD-SP says about the launch
	jq -r ".$2" "$OUT/$1/sp/launch.json"
}

boots() { # NAME: OUT/NAME.igvm starts the firmware, and the AMD-SP measures what the tool says
	local status=0 reason='' predicted
	machine_run "$OUT/$1" "$OUT/$1.igvm" || status=$?
	predicted=$("$TOOL" measure --strict --profile snp-sim "$OUT/$1.igvm")
	[[ $(launched "$1" digest) == "$predicted" ]] || reason='the AMD-SP measured something else'
	[[ $status == "$BOOTED" ]] && grep -q 'service attest ready' "$OUT/$1/console.log" || reason="status $status"
	verdict "$1 boots" "$reason"
}

refused() { # HOW RULE
	local status=0 reason='' name=broken-$1 findings
	test/e2e/images/break.py "$OUT/signed.igvm" "$OUT/$name.igvm" "$1"
	findings=$("$TOOL" lint --json --profile snp-sim "$OUT/$name.igvm") || status=$?
	[[ $status == 1 ]] && jq -e --arg rule "$2" 'any(.findings[]; .rule == $rule and .severity == "error")' \
		>/dev/null <<<"$findings" || reason="lint does not find $2 (status $status)"
	status=0
	machine_run "$OUT/$name" "$OUT/$name.igvm" || status=$?
	[[ $status == "$REFUSED" ]] || reason="the machine ends with status $status"
	verdict "$1: lint says $2, the machine refuses" "$reason"
}

for profile in qemu-kvm snp-sim; do
	jq --arg profile $profile '.guest = null | .profile = $profile' manifests/images/conformance.json \
		>"$OUT/$profile.json"
	"$TOOL" build "$OUT/$profile.json" --input-dir "$BUILD" -o "$OUT/$profile.igvm"
	boots $profile
done

openssl ecparam -name secp384r1 -genkey -noout -out "$OUT/id.pem"
openssl ecparam -name secp384r1 -genkey -noout -out "$OUT/author.pem"
"$TOOL" sign -k "$OUT/id.pem" -A "$OUT/author.pem" --profile snp-sim --image-id e2e --svn 5 -o "$OUT/signed.igvm" \
	"$OUT/qemu-kvm.igvm"
boots signed
said=$("$TOOL" verify-id --json "$OUT/signed.igvm" |
	jq -r '[.id_key_digest, .author_key_digest, .image_id, .guest_svn | tostring] | join(" ")')
seen="$(launched signed id_key_digest) $(launched signed author_key_digest) $(launched signed image_id)"
seen="$seen $(launched signed guest_svn)"
[[ $said == "$seen" ]] && reason='' || reason="verify-id says $said, the AMD-SP $seen"
verdict 'the AMD-SP takes the ID block as verify-id reads it' "$reason"

while read -r how rule; do
	refused "$how" "$rule"
done <<'TABLE'
header-madt snp-sim/header
header-device-tree snp-sim/header
header-unknown format/header-type
page-type snp-sim/page-type
page-data-outside format/data-offset
page-address format/alignment
overlap format/overlap
area-index snp-sim/area
vmsa-gpa snp-sim/vmsa-gpa
vp-index snp-sim/vp-index
vmsa-efer snp-sim/vmsa-forced
vmsa-vmpl snp-sim/vmsa-forced
vmsa-features snp-sim/sev-features
vmsa-secure-tsc snp-sim/sev-features
policy snp-sim/policy
id-block snp-sim/id-block
no-platform snp-sim/platform
version format/version
cut format/file-size
checksum format/checksum
TABLE
echo "$passed passed, $failed failed"
((failed == 0))
