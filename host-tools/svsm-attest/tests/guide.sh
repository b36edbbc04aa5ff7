#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Runs the commands of docs/attestation-guide.md as they stand there, on a machine made for them
# (svsm-attest-guide-machine). What is added: the test root and the address of the test KDS; the guest's commands run in
# that machine's guest. Every option the guide names must be one that a command's help lists.
set -uo pipefail
cd "$(dirname "$0")/../../.." || exit

BUILD=${BUILD:-build}
guide=$PWD/docs/attestation-guide.md
tool=$PWD/$BUILD/bin/svsm-attest
dir=$(mktemp -d)
machine=''
cleanup() {
	[[ $machine == '' ]] || kill "$machine" 2>/dev/null
	rm -rf "$dir"
}
trap cleanup EXIT
passed=0 failed=0
good() { passed=$((passed + 1)); }
bad() {
	failed=$((failed + 1))
	echo "FAIL: $*"
}

holds() { # WHAT COMMAND...: the command succeeds
	if "${@:2}"; then good; else bad "$1"; fi
}

mkdir "$dir/reader" "$dir/bin" "$dir/blocks"
mkfifo "$dir/reader/guest"
"$BUILD/test/svsm-attest-guide-machine" "$dir/reader" >"$dir/machine.log" 2>&1 &
machine=$!
for _ in {1..600}; do
	if [[ -s $dir/reader/url ]] || ! kill -0 "$machine" 2>/dev/null; then
		break
	fi
	sleep 0.1
done
[[ -s $dir/reader/url ]] || { cat "$dir/machine.log" && exit 1; }

# What the reader's shell finds as svsm-attest
cat >"$dir/bin/svsm-attest" <<EOF
#!/bin/bash
url=\$(cat "$dir/reader/url")
case \$1 in
verify | batch) exec "$tool" "\$@" --trust-root "$dir/reader/root.pem" --kds-url "\$url" ;;
fetch) exec "$tool" "\$@" --kds-url "\$url" ;;
collect)
	id=\$\$
	(IFS=\$'\t' && printf '%s\n' "\$id	\${*:2}") >"$dir/reader/guest"
	for _ in {1..600}; do
		[[ ! -s $dir/reader/\$id.status ]] || break
		sleep 0.1
	done
	cat "$dir/reader/\$id.out"
	cat "$dir/reader/\$id.err" >&2
	exit "\$(cat "$dir/reader/\$id.status")"
	;;
*) exec "$tool" "\$@" ;;
esac
EOF
chmod +x "$dir/bin/svsm-attest"

# Blocks: lines that are set in by four or more, behind an empty line; prompts are taken off
awk -v folder="$dir/blocks" '
	/^    / && (before == "" || inside) { if (!inside) { n++ }; inside = 1; sub(/^ +/, ""); sub(/^(relying party\$|guest#) */, "")
		print >sprintf("%s/%02d", folder, n); before = $0; next }
	{ inside = 0; before = $0 }' "$guide"

export PATH=$dir/bin:$PATH XDG_CACHE_HOME=$dir/cache
accepted=0 wanted=0 lines=0
for block in "$dir"/blocks/*; do
	if (cd "$dir/reader" && bash -euo pipefail "$block") >"$dir/out" 2>&1 </dev/null; then
		good
	else
		bad "these commands of the guide do not work:" && sed 's/^/    /' "$block" "$dir/out"
	fi
	accepted=$((accepted + $(grep -c '^verdict: accepted' "$dir/out")))
	wanted=$((wanted + $(grep 'svsm-attest verify' "$block" | grep -vc -- --json)))
	lines=$((lines + $(grep -c '"accepted",null' "$dir/out")))
done
holds "$accepted of $wanted verifications in the guide end with 'accepted'" test "$wanted" -ge 5 -a "$accepted" = "$wanted"
holds "$lines of 3 items of the batch are accepted" test "$lines" = 3

# Options and commands in the text
for command in challenge activate collect verify batch fetch show; do
	"$tool" "$command" --help
done >"$dir/help"
while read -r option; do
	holds "no command has option $option" grep -q -- "$option\b" "$dir/help"
done < <(tr '`' '\n' <"$guide" | grep -o -- '--[a-z][a-z-]*' | sort -u)
while read -r command; do
	holds "there is no command $command" grep -q "svsm-attest $command " "$dir/help"
done < <(grep -o 'svsm-attest [a-z]\+' "$guide" | cut -d' ' -f2 | sort -u | grep -vx -e does)

echo end >"$dir/reader/guest"
holds "the machine did not end well: $(cat "$dir/machine.log")" wait "$machine"
machine=''
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
