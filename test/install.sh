#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# `make install` gives tools that work where they stand, each with its manual and completion; needs what make has built.
set -euo pipefail
cd "$(dirname "$0")/.."
ROOT=$(mktemp -d)
trap 'rm -rf "$ROOT"' EXIT
passed=0 failed=0

check() { # WORDS COMMAND...
	if "${@:2}" >"$ROOT/log" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $1" && sed 's/^/    /' "$ROOT/log"
	fi
}
completes() { # TOOL
	bash -c "source '$USR/share/bash-completion/completions/$1' && complete -p '$1'"
}

make -s install DESTDIR="$ROOT/stage" PREFIX=/usr
USR=$ROOT/stage/usr
for tool in svsm-igvm-build svsm-attest stack-check; do
	check "$tool runs" env -C / "$USR/bin/$tool" --version
	check "$tool names no file of the build" bash -c "! grep -qF '$PWD' '$USR/bin/$tool'"
	check "$tool has a manual" grep -q '^\.Dt\|^\.TH' "$USR/share/man/man1/$tool.1"
	check "$tool has completions" completes "$tool"
done
check 'installed key templates are good' "$USR/bin/svsm-igvm-build" manifest check "$USR/share/svsm/manifests/keys/low-range.json"
check 'schemas' jq -e .title "$USR/share/svsm/schemas/svsm-policy.schema.json"
check 'the header of stack budgets' test -s "$USR/include/svsm/stack_budget.h"
echo "$passed passed, $failed failed"
((failed == 0))
