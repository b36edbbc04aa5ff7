# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Sourced: the relying party's end of the evidence link (docs/contracts.md section 5), a pair of pipes for QEMU's second
# serial port. The sourcing script has set $svsm_attest, $state and $evidence, and fail() ends it.

LINK_SECONDS=${LINK_SECONDS:-240} # longest wait for the guest's next line
link_dir=''
reply=''

link_open() { # DIR: of the run
	link_dir=$1
	mkfifo "$1/com2.in" "$1/com2.out"
	exec 8<>"$1/com2.out" 9<>"$1/com2.in"
}

expect_line() { # WORD: the rest of the guest's next line
	local line
	IFS= read -r -t "$LINK_SECONDS" -u 8 line || fail "the guest says nothing; see $link_dir/console.log"
	line=${line%$'\r'}
	[[ $line == "$1 "* ]] || fail "expected '$1 ...', the guest says '${line:0:100}'; see $link_dir/console.log"
	reply=${line#"$1 "}
}

link_expect_ready() { # from a guest that says so
	local line
	IFS= read -r -t "$LINK_SECONDS" -u 8 line || fail "the guest says nothing; see $link_dir/console.log"
	[[ ${line%$'\r'} == ready ]] || fail "expected 'ready', the guest says '${line:0:100}'"
}

link_activate() { # the guest's EK and AK, and a credential for them
	local ek ak credential
	expect_line ek && ek=$reply
	expect_line ak && ak=$reply
	mapfile -t credential < <("$svsm_attest" activate --state "$state" --ek "$ek" --ak "$ak")
	((${#credential[@]} == 2)) || fail 'no credential was made for the guest'
	echo "credential ${credential[0]} ${credential[1]}" >&9
}

# link_collect REQUEST [signing|none]: the line that asks for evidence; there is no credential for a signing key, nor for a
# guest without TPM
link_collect() {
	echo "$1" >&9
	[[ ${2:-} == signing || ${2:-} == none ]] || link_activate
	expect_line evidence
	[[ $reply =~ ^[0-9]{1,7}$ ]] || fail "strange size of evidence: ${reply:0:40}"
	timeout 60 head -c "$reply" <&8 >"$evidence" || fail "the evidence stops early; see $link_dir/console.log"
}
