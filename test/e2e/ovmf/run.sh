#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# OVMF as the guest: an image with a stand-in for it boots on the simulated machine and finds what OVMF relies on, and
# svsm-igvm-build refuses images it cannot launch. Real OVMF needs devices the simulated machine does not have.
set -euo pipefail
cd "$(dirname "$0")/../../.."
# shellcheck source=test/e2e/machine.sh
source test/e2e/machine.sh

OUT=$BUILD/test/ovmf
passed=0 failed=0
result() { # NAME STATUS
	if (($2 == 0)); then
		echo "ok   $1"
		passed=$((passed + 1))
	else
		echo "FAIL $1"
		failed=$((failed + 1))
	fi
}

build() { # FLASH: builds an image with it; the message is in $OUT/message
	mkdir -p "$OUT/guest"
	cp "$1" "$OUT/guest/ovmf-standin.fd"
	for part in firmware keys; do
		ln -sfn "$PWD/$BUILD/$part" "$OUT/$part"
	done
	"$BUILD/bin/svsm-igvm-build" build test/e2e/ovmf/image.json --input-dir "$OUT" -o "$OUT/image.igvm" >"$OUT/message" 2>&1
}

refused() { # NAME WORDS: the flash in $OUT/flash must be refused with these words
	local status=0
	build "$OUT/flash" && status=1
	grep -q -- "$2" "$OUT/message" || status=1
	((status == 0)) || cat "$OUT/message"
	result "refused: $1" "$status"
}

patch() { # OFFSET HEX: $OUT/flash is the stand-in with these bytes in it
	cp "$flash" "$OUT/flash"
	xxd -r -p <<<"$2" | dd of="$OUT/flash" bs=1 seek="$1" conv=notrunc status=none
}

flash=$BUILD/guest/ovmf-standin.fd
rm -rf "$OUT"
mkdir -p "$OUT"
build "$flash"
status=0
machine_run "$OUT/run" "$OUT/image.igvm" || status=$?
wrong=0
[[ $status == 69 ]] && grep -q 'terminate: set=1 reason=60$' "$OUT/run/host.log" || wrong=1
((wrong == 0)) || tail -n 3 "$OUT/run/host.log" "$OUT/run/console.log"
result 'the stand-in finds its pages and calls the SVSM' "$wrong"

sections=$(($(LC_ALL=C grep -abo ASEV "$flash" | head -n 1 | cut -d : -f 1) + 16))
: >"$OUT/flash"
refused 'an empty file' 'ovmf-standin.fd'
head -c 5000 "$flash" >"$OUT/flash"
refused 'a file that is no flash image' 'ovmf-standin.fd'
patch $((sections + 3 * 12 + 8)) 01000000
refused 'no calling area' 'calling area of an SVSM'
patch $((sections + 12 + 8)) 03000000
refused 'two CPUID pages' '2 pages for the CPUID table\|0 pages for secrets'
patch "$sections" 00000008
refused "a section in the firmware's region" "SVSM's region"
patch "$sections" 00d08000
refused 'sections that overlap' 'overlap'
patch "$sections" 01000000
refused 'a section that is not aligned' '4096'
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
