#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Time of stack-check beside a plain read of the same files, at 10,000 functions with 50,000 calls and at half of that.
#   usage: bench.sh STACK-CHECK FOLDER    (the generated programs stay in FOLDER)
set -euo pipefail

tool=$(realpath "$1") folder=$2
mkdir -p "$folder"
folder=$(realpath "$folder")

generate() { # FUNCTIONS FOLDER
	mkdir -p "$2"
	awk -v n="$1" -v dir="$2" 'BEGIN {
		srand(1)
		for (i = 0; i < n; i++) {
			file = dir "/f" int(i / 100) ".c"
			if (i % 100 == 0)
				for (j = 0; j < n; j++) if (j < 1) print "extern volatile int sink;" > file
			calls = ""
			declared = ""
			for (c = 0; c < 5; c++) {
				j = i + 1 + int(rand() * 400)
				if (j >= n) continue
				declared = declared sprintf("int f%d(int);\n", j)
				calls = calls sprintf("\tsum += f%d(n + %d);\n", j, c)
			}
			printf "%sint f%d(int n);\nint f%d(int n)\n{\n\tvolatile char b[%d];\n\tint sum = n;\n\n\tb[n & 7] = 1;\n%s\treturn sum + b[0];\n}\n", \
				declared, i, i, 16 + i % 200, calls > file
		}
		print "volatile int sink;\nint f0(int);\nint main(void)\n{\n\treturn f0(sink);\n}" > (dir "/main.c")
	}'
	(cd "$2" && gcc -O2 -fno-inline -fno-ipa-cp -fno-ipa-pure-const -w -fstack-usage -fcallgraph-info=su,da \
		-c ./*.c && gcc -o program ./*.o && rm -f ./*.o ./*.c)
}

best() { # COMMAND...: least time of seven runs, in milliseconds
	local least=999999 start end took
	for _ in 1 2 3 4 5 6 7; do
		start=$(date +%s%N)
		"$@" >/dev/null
		end=$(date +%s%N)
		took=$(((end - start) / 10000))
		((took >= least)) || least=$took
	done
	echo "$((least / 100)).$(printf '%02d' $((least % 100)))"
}

# Linking its own output away, each way of reading the same graph
one() { # FUNCTIONS
	local dir=$folder/$1
	[[ -e $dir/program ]] || generate "$1" "$dir"
	edges=$(cat "$dir"/*.ci | grep -c '^edge')
	read_files=$(best sh -c "cat $dir/*")
	all=$(best "$tool" --entry main "$dir")
	code=$(best "$tool" --entry main "$dir/program")
	notes=$(best sh -c "exec $tool --entry main $dir/*.ci $dir/*.su")
	awk -v n="$1" -v e="$edges" -v r="$read_files" -v a="$all" -v c="$code" -v s="$notes" 'BEGIN {
		printf "stack-check %6d functions, %6d calls: plain read %7.2f ms; .su and .ci %7.2f ms (%.1f x); program %7.2f ms; all %7.2f ms (%.1f x)\n", n, e, r, s, s / r, c, a, a / r }'
}

one 5000
one 10000
