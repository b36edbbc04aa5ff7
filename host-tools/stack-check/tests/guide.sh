#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Follows the guide of docs/stack-check.md to the letter in an empty folder: writes the files it shows, runs the commands
# it shows, and compares what they print with what it shows. Numbers may differ, "..." stands for any lines.
#   usage: guide.sh STACK-CHECK
set -euo pipefail

tool=$(realpath "$1")
guide=$(realpath "$(dirname "$0")/../../../docs/stack-check.md")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PATH=$(dirname "$tool"):$PATH
cd "$work"
passed=0 failed=0

plain() { # numbers and blanks alike
	sed -E 's/[0-9]+/N/g; s/[[:space:]]+/ /g; s/^ //; s/ $//'
}

# Whether the output holds the expected lines in order, with other lines only where "..." stands
matches() { # EXPECTED ACTUAL
	awk 'NR == FNR { want[++n] = $0; next } { have[++m] = $0 }
		END {
			j = 1
			for (i = 1; i <= n; i++) {
				if (want[i] == "...") { free = 1; continue }
				while (free && j <= m && have[j] != want[i]) j++
				if (j > m || have[j] != want[i]) { print "expected: " want[i]; exit 1 }
				free = 0
				j++
			}
			if (!free && j <= m) { print "unexpected: " have[j]; exit 1 }
		}' "$1" "$2"
}

command='' shown=()
finish() {
	[[ -n $command ]] || return 0
	bash -c "$command" >actual.raw 2>&1 || true
	plain <actual.raw >actual
	printf '%s\n' "${shown[@]}" | plain | sed '/^$/d' >expected
	if matches expected actual; then
		passed=$((passed + 1))
	else
		echo "FAILED: $command"
		sed 's/^/    /' actual.raw
		failed=$((failed + 1))
	fi
	command='' shown=()
}

file=''
while IFS= read -r line; do
	if [[ $line == '       '* ]]; then
		text=${line#       }
		if [[ -n $file ]]; then
			# The guide shows tabs as blanks.
			echo "${text//        /$'\t'}" >>"$file"
		elif [[ $text == '$ '* ]]; then
			finish
			command=${text#$ }
		else
			shown+=("$text")
		fi
	elif [[ -n $line ]]; then
		finish
		shown=()
		file=''
		[[ ! $line =~ \`([a-z.]+)\`(: | \(.*\):)?$ && ! $line =~ \`([a-z.]+)\`( \(.*\))?:$ ]] || file=${BASH_REMATCH[1]}
	elif [[ -n $file && -e $file ]]; then
		echo >>"$file"
	fi
done < <(sed -n '/^## Five minutes/,/^## Verdicts/p' "$guide")
finish
for file in program.c stack.json stack.sarif stack-baseline.json; do
	[[ -s $file ]] || { echo "FAILED: the guide makes no $file" && failed=$((failed + 1)); }
done
echo "$passed passed, $failed failed"
((failed == 0 && passed >= 6))
